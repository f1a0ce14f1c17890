"""`.by/` in folders of results: the same results, narrowed by a facet."""

from __future__ import annotations

import pytest

from support.planted import PlantedVault
from vaultfs.faults import Missing, ReadOnly
from vaultfs.tree.targets import image_of

FACETS = ["date", "camera", "type", "rating", "color", "model", "lora"]


def fill(vault: PlantedVault) -> None:
    """Three dogs, two cameras; a cat taken by another one."""
    cameras = {"a.jpg": "Nikon", "b.jpg": "Canon", "c.jpg": "Nikon", "cat.jpg": "Leica"}
    for name, camera in cameras.items():
        picture = vault.daemon.add(name, "cat" if name == "cat.jpg" else "dog")
        picture.facets = {"camera": camera, "model": "sd/xl"}
        picture.month = (2023, 7) if name == "b.jpg" else (2024, 5)


async def test_only_values_that_occur_among_the_results_are_listed(vault: PlantedVault) -> None:
    fill(vault)
    assert await vault.names("search/dog/.by") == FACETS
    assert await vault.names("search/dog/.by/camera") == ["Canon", "Nikon"]
    assert await vault.names("search/dog/.by/model") == ["sd∕xl"]
    assert await vault.names("search/dog/.by/rating") == []
    assert await vault.names("search/dog/.by/date") == ["2023", "2024"]
    assert await vault.names("search/dog/.by/date/2023") == ["07"]


async def test_what_is_left_are_the_entries_of_the_folder_itself(vault: PlantedVault) -> None:
    fill(vault)
    assert await vault.names("search/dog/.by/camera/Nikon") == ["001 a.jpg", "003 c.jpg"]
    assert await vault.names("search/dog/.by/date/2023/07") == ["002 b.jpg"]
    assert await vault.node("search/dog/.by/camera/Nikon/003 c.jpg") is await vault.node("search/dog/003 c.jpg")
    for gone in ("search/dog/.by/camera/Leica", "search/dog/.by/camera/Nikon/002 b.jpg", "search/dog/.by/date/1999"):
        with pytest.raises(Missing):
            await vault.node(gone)


async def test_entries_that_are_files_know_what_found_them(file_vault: PlantedVault) -> None:
    fill(file_vault)
    entry = await file_vault.node("search/dog/.by/camera/Canon/002 b.jpg")
    assert image_of(entry) == "2"
    assert await entry.extended(b"user.vault.query") == b"dog"


@pytest.mark.parametrize("place", ["search/dog", "saved/dogs", "like/cat.jpg"])
async def test_every_folder_of_results_has_it_and_lists_it_nowhere(vault: PlantedVault, place: str) -> None:
    fill(vault)
    vault.daemon.add("d.jpg", "cat").facets = {"camera": "Canon"}
    vault.daemon.save("dogs", "dog")
    assert ".by" not in await vault.names(place)
    assert "Canon" in await vault.names(f"{place}/.by/camera")


async def test_views_do_not_nest(vault: PlantedVault) -> None:
    fill(vault)
    for path in ("search/dog/.all/.by", "search/dog/.by/.all", "search/dog/.by/camera/.plain", "recent/.by"):
        with pytest.raises(Missing):
            await vault.node(path)


async def test_looking_into_it_makes_no_query_a_recent_one_and_asks_the_query_once(vault: PlantedVault) -> None:
    fill(vault)
    await vault.names("search/dog/.by")
    assert vault.daemon.requests["search"] == 0
    await vault.names("search/dog/.by/camera")
    await vault.names("search/dog/.by/camera/Nikon")
    assert vault.daemon.requests["search"] == 1
    assert vault.daemon.history == []


async def test_a_new_hit_is_there_at_the_next_look(vault: PlantedVault) -> None:
    fill(vault)
    assert await vault.names("search/dog/.by/camera/Nikon") == ["001 a.jpg", "003 c.jpg"]
    vault.daemon.add("e.jpg", "dog").facets = {"camera": "Nikon"}
    vault.clock.seconds += 2
    assert await vault.names("search/dog/.by/camera/Nikon") == ["001 a.jpg", "003 c.jpg", "004 e.jpg"]


async def test_a_narrowed_result_can_be_tagged_and_not_removed(vault: PlantedVault) -> None:
    fill(vault)
    vault.daemon.tag("pets")
    await vault.move("search/dog/.by/camera/Nikon", "001 a.jpg", "tags/pets", "a.jpg")
    assert vault.daemon.tagged("pets") == {"1"}
    nikon = await vault.folder("search/dog/.by/camera/Nikon")
    with pytest.raises(ReadOnly):
        await nikon.remove(b"001 a.jpg", vault.caller)
    with pytest.raises(ReadOnly):
        await (await vault.folder("search/dog/.by")).make_folder(b"lens", vault.caller)


async def test_no_results_divide_into_nothing(vault: PlantedVault) -> None:
    fill(vault)
    assert await vault.names("search/horse/.by/camera") == []
    assert vault.daemon.requests["facet.narrow"] == 0
