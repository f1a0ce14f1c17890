"""search/ and saved/: when a request is sent, and what an answer's names mean later."""

from __future__ import annotations

import pytest
import trio

from support.planted import PlantedVault
from vaultfs.faults import Missing, ReadOnly
from vaultipc.errors import QueryError


async def test_any_name_is_a_folder_and_no_request_is_sent(vault: PlantedVault) -> None:
    before = vault.daemon.requests.copy()
    await vault.folder("search/whatever anybody types")
    assert vault.daemon.requests == before


async def test_listing_asks_and_remembers(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    assert await vault.names("search/dog") == ["001 a.jpg"]
    assert vault.daemon.history == ["dog"]
    assert "dog" in await vault.names("search")


async def test_a_lookup_asks_and_does_not_remember(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg", "dog")
    assert (await vault.target("search/dog/001 a.jpg")).encode() == picture.path
    assert vault.daemon.history == []


async def test_who_opens_a_folder_as_if_it_were_a_file_makes_no_query_a_recent_one(vault: PlantedVault) -> None:
    await (await vault.folder("search/package.json")).open()
    assert vault.daemon.history == []
    assert "README.txt" in await vault.names("")


async def test_a_listing_is_whole_where_the_query_cannot_be_remembered(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    folder = await vault.folder("search/dog")
    listing = await folder.open()
    vault.daemon.stop()
    await folder.listed()
    assert [name for name, _ in listing] == [b"001 a.jpg"]


async def test_listing_after_a_lookup_remembers_all_the_same(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    await vault.node("search/dog/001 a.jpg")
    await vault.names("search/dog")
    assert vault.daemon.history == ["dog"]


async def test_lookups_at_once_are_one_request(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    folder = await vault.folder("search/dog")
    async with trio.open_nursery() as nursery:
        for _ in range(20):
            nursery.start_soon(folder.lookup, b"001 a.jpg")
    assert vault.daemon.requests["search"] == 1


async def test_probes_in_a_result_folder_ask_nothing(vault: PlantedVault) -> None:
    folder = await vault.folder("search/dog")
    for probe in (b".hidden", b"cover.jpg", b".directory", b"desktop.ini"):
        with pytest.raises(Missing):
            await folder.lookup(probe)
    assert vault.daemon.requests["search"] == 0


async def test_a_bad_query_is_told_when_the_folder_is_opened(vault: PlantedVault) -> None:
    folder = await vault.folder('search/"dog')
    with pytest.raises(QueryError):
        await folder.open()


async def test_a_folder_listed_twice_in_a_second_is_the_same(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    first = await vault.names("search/dog")
    vault.daemon.add("b.jpg", "dog")
    vault.clock.seconds += 0.9
    assert await vault.names("search/dog") == first


async def test_a_second_later_a_new_answer_is_listed(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    await vault.names("search/dog")
    vault.daemon.add("b.jpg", "dog")
    vault.clock.seconds += 1.0
    assert await vault.names("search/dog") == ["001 a.jpg", "002 b.jpg"]


async def test_a_name_of_an_older_answer_means_the_same_picture(vault: PlantedVault) -> None:
    old = vault.daemon.add("z.jpg", "dog")
    await vault.names("search/dog")
    new = vault.daemon.add("a.jpg", "dog")
    vault.daemon.pictures = {new.id: new, old.id: old}
    vault.clock.seconds += 300
    assert await vault.names("search/dog") == ["001 a.jpg", "002 z.jpg"]
    assert (await vault.target("search/dog/001 z.jpg")).encode() == old.path


async def test_a_name_is_forgotten_after_ten_minutes_if_nobody_holds_it(vault: PlantedVault) -> None:
    vault.daemon.add("z.jpg", "dog")
    folder = await vault.folder("search/dog")
    await folder.open()
    vault.daemon.pictures.clear()
    vault.clock.seconds += 2
    await folder.open()
    vault.clock.seconds += 601
    await folder.open()
    with pytest.raises(Missing):
        await folder.lookup(b"001 z.jpg")


async def test_a_name_lives_as_long_as_its_node_is_held(vault: PlantedVault) -> None:
    vault.daemon.add("z.jpg", "dog")
    folder = await vault.folder("search/dog")
    ((_, held),) = await folder.open()
    vault.daemon.pictures.clear()
    vault.clock.seconds += 2
    await folder.open()
    vault.clock.seconds += 3000
    await folder.open()
    assert await folder.lookup(b"001 z.jpg") is held


async def test_a_forgotten_query_is_remembered_when_it_is_listed_again(vault: PlantedVault) -> None:
    await vault.names("search/dog")
    await (await vault.folder("search")).remove_folder(b"dog", vault.caller)
    assert vault.daemon.history == []
    await vault.names("search/dog")
    assert vault.daemon.history == ["dog"]


async def test_queries_that_cannot_be_folder_names_are_not_listed(vault: PlantedVault) -> None:
    vault.daemon.history = ["x" * 300, ".hidden", "two\nlines", "dog"]
    assert await vault.names("search") == ["dog"]


async def test_a_slash_in_a_query_is_a_division_slash_in_the_name_of_its_folder(vault: PlantedVault) -> None:
    vault.daemon.history = ["path:a/b"]
    assert await vault.names("search") == ["path:a\u2215b"]
    await vault.names("search/path:a\u2215b")
    await vault.names("search/path:c\u2215d")
    assert vault.daemon.history == ["path:c/d", "path:a/b"]
    await (await vault.folder("search")).remove_folder("path:a\u2215b".encode(), vault.caller)
    assert vault.daemon.history == ["path:c/d"]


async def test_why_tells_the_reasons(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    assert await vault.names("search/dog/.why") == ["001 a.jpg.txt"]
    text = await vault.text("search/dog/.why/001 a.jpg.txt")
    assert "asked for   dog: found, similarity 0.300 (noise 0.100, cut 0.200)" in text
    assert "left out    snow: not found, weight 2, similarity 0.100 (noise none, cut 0.200)" in text
    assert "word        dog in label" in text
    assert "behind it   2 nearly identical; group:no shows each" in text
    assert "you said" not in text


async def test_why_tells_what_the_user_said(vault: PlantedVault) -> None:
    other = vault.daemon.add("a.jpg", "cat")
    await (await vault.folder("search/dog")).link(b"a.jpg", other.path, vault.caller)
    assert "you said    preferred for this query" in await vault.text("search/dog/.why/001 a.jpg.txt")


async def test_a_new_folder_that_is_renamed_asks_by_its_new_name(vault: PlantedVault) -> None:
    await (await vault.folder("saved")).make_folder(b"New Folder", vault.caller)
    await vault.move("saved", "New Folder", "saved", "dog")
    assert vault.daemon.saved["dog"].query == "dog"


async def test_a_saved_search_with_a_text_of_its_own_keeps_it_when_renamed(vault: PlantedVault) -> None:
    vault.daemon.save("x", "dog")
    await vault.move("saved", "x", "saved", "y")
    assert vault.daemon.saved["y"].query == "dog"


async def test_a_picture_cannot_be_lost_in_a_saved_search(vault: PlantedVault) -> None:
    vault.daemon.save("x", "dog")
    with pytest.raises(ReadOnly):
        await (await vault.folder("saved/x")).create(b"photo.jpg", 0o644, vault.caller)
