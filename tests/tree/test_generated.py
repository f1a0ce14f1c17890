"""`.prompt/` and `.workflow/` in folders of results: how generated pictures were made."""

from __future__ import annotations

import pytest

from support.planted import PlantedVault
from vaultfs.faults import Missing, ReadOnly
from vaultfs.tree.node import File
from vaultfs.tree.results import Results


def fill(vault: PlantedVault) -> None:
    """Three dogs: one of a graph, one of a prompt alone, and a photograph."""
    graph = vault.daemon.add("a.png", "dog")
    graph.prompt, graph.workflow = "a dög\nSteps: 9\n", '{"nodes": []}'
    vault.daemon.add("b.png", "dog").prompt = "a dog"
    vault.daemon.add("c.jpg", "dog")


async def text(vault: PlantedVault, path: str) -> bytes:
    node = await vault.node(path)
    assert isinstance(node, File)
    handle = await node.open(False, False, vault.caller)
    return await handle.read(0, 1 << 20)


async def test_each_generated_result_has_its_texts_under_its_own_name(vault: PlantedVault) -> None:
    fill(vault)
    assert await vault.names("search/dog/.prompt") == ["001 a.png.txt", "002 b.png.txt"]
    assert await vault.names("search/dog/.workflow") == ["001 a.png.json"]
    assert await text(vault, "search/dog/.prompt/001 a.png.txt") == "a dög\nSteps: 9\n".encode()
    assert await text(vault, "search/dog/.workflow/001 a.png.json") == b'{"nodes": []}'


async def test_a_text_is_as_long_as_it_says_before_it_is_opened(vault: PlantedVault) -> None:
    fill(vault)
    node = await vault.node("search/dog/.prompt/001 a.png.txt")
    assert node.attributes().size == len("a dög\nSteps: 9\n".encode())
    assert vault.daemon.requests["generation"] == 0


async def test_another_prompt_is_read_at_the_next_opening(vault: PlantedVault) -> None:
    fill(vault)
    path = "search/dog/.prompt/002 b.png.txt"
    assert await text(vault, path) == b"a dog"
    vault.daemon.pictures["2"].prompt = "a dog in the snow"
    assert await text(vault, path) == b"a dog in the snow"
    assert (await vault.node(path)).attributes().size == len("a dog in the snow")


@pytest.mark.parametrize("place", ["search/dog", "saved/dogs", "like/cat.jpg"])
async def test_every_folder_of_results_has_them_and_lists_them_nowhere(vault: PlantedVault, place: str) -> None:
    fill(vault)
    vault.daemon.add("cat.jpg", "dog")
    vault.daemon.save("dogs", "dog")
    assert not {".prompt", ".workflow"} & set(await vault.names(place))
    assert "001 a.png.txt" in await vault.names(f"{place}/.prompt")


async def test_nothing_can_be_written_there_and_they_do_not_nest(vault: PlantedVault) -> None:
    fill(vault)
    node = await vault.node("search/dog/.prompt/001 a.png.txt")
    assert isinstance(node, File)
    with pytest.raises(ReadOnly):
        await node.open(True, False, vault.caller)
    folder = await vault.node("search/dog/.prompt")
    assert isinstance(folder, Results)
    with pytest.raises(ReadOnly):
        await folder.remove(b"001 a.png.txt", vault.caller)
    for path in ("search/dog/.prompt/.workflow", "search/dog/.all/.prompt", "recent/.prompt"):
        with pytest.raises(Missing):
            await vault.node(path)
