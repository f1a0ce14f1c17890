"""search/ and saved/: pictures that a person adds to the results of a query, by link and by move."""

from __future__ import annotations

import pytest

from support.planted import PlantedVault
from vaultfs.attributes import WRITE_BITS
from vaultfs.faults import Exists, Invalid, Missing, NotPermitted, ReadOnly
from vaultfs.tree.node import AttributeChanges
from vaultipc.errors import NotFound


async def test_a_linked_picture_leads_the_results(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    other = vault.daemon.add("b.jpg", "cat")
    await vault.names("search/dog")
    await (await vault.folder("search/dog")).link(b"mine.jpg", other.path, vault.caller)
    assert await vault.names("search/dog") == ["001 b.jpg", "002 a.jpg"]
    assert vault.daemon.verdicts == {("dog", other.id): "prefer"}


async def test_the_name_it_was_linked_under_works_for_a_while(vault: PlantedVault) -> None:
    picture = vault.daemon.add("b.jpg", "cat")
    folder = await vault.folder("search/dog")
    await folder.link(b"mine.jpg", picture.path, vault.caller)
    assert (await vault.target("search/dog/mine.jpg")).endswith("/.originals/1/b.jpg")  # nothing is written through it
    await vault.names("search/dog")
    vault.clock.seconds += 300
    assert (await vault.target("search/dog/mine.jpg")).endswith("/.originals/1/b.jpg")  # nothing is written through it
    vault.clock.seconds += 301
    await vault.names("search/dog")
    vault.daemon.verdicts.clear()
    vault.clock.seconds += 1
    await vault.names("search/dog")
    vault.clock.seconds += 601
    await vault.names("search/dog")
    with pytest.raises(Missing):
        await folder.lookup(b"mine.jpg")


async def test_a_link_that_is_removed_again_was_never_made(vault: PlantedVault) -> None:
    picture = vault.daemon.add("b.jpg", "cat")
    folder = await vault.folder("search/dog")
    await folder.link(b"mine.jpg", picture.path, vault.caller)
    await folder.remove(b"mine.jpg", vault.caller)
    assert vault.daemon.verdicts == {}
    with pytest.raises(Missing):
        await folder.lookup(b"mine.jpg")


async def test_a_link_made_under_a_temporary_name_and_renamed_is_one(vault: PlantedVault) -> None:
    first, second = vault.daemon.add("a.jpg", "dog"), vault.daemon.add("b.jpg", "cat")
    await vault.names("search/dog")
    await (await vault.folder("search/dog")).link(b"CuX3y4Z5", second.path, vault.caller)
    await vault.move("search/dog", "CuX3y4Z5", "search/dog", "001 a.jpg")
    assert vault.daemon.verdicts == {("dog", second.id): "prefer"}
    assert await vault.names("search/dog") == ["001 b.jpg", "002 a.jpg"]
    assert (await vault.target("search/dog/002 a.jpg")).encode() == first.path


async def test_what_is_moved_from_results_to_results_stays_where_it_was(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg", "dog")
    await vault.names("search/dog")
    await vault.move("search/dog", "001 a.jpg", "search/cat", "a.jpg")
    assert vault.daemon.verdicts == {("cat", picture.id): "prefer"}
    assert await vault.names("search/cat") == ["001 a.jpg"]
    assert await vault.names("search/dog") == ["001 a.jpg"]


@pytest.mark.parametrize("place", ["recent", "untagged", "by/date/2024/05", "search/dog/.all", "search/dog/.plain"])
async def test_a_picture_is_moved_from_any_folder_that_shows_it(place: str, vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg", "dog")
    (name,) = await vault.names(place)
    await vault.move(place, name, "search/cat", name)
    assert vault.daemon.verdicts == {("cat", picture.id): "prefer"}
    assert await vault.names(place) == [name]


async def test_a_picture_moved_from_a_tag_keeps_the_tag(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg", "dog")
    vault.daemon.tag("pets", picture)
    await vault.names("tags/pets")
    await vault.move("tags/pets", "a.jpg", "search/cat", "a.jpg")
    assert picture.tags == {"pets"}
    assert await vault.names("tags/pets") == ["a.jpg"]
    assert await vault.names("search/cat") == ["001 a.jpg"]


async def test_a_file_that_failed_to_be_read_cannot_be_preferred(vault: PlantedVault) -> None:
    broken = vault.daemon.library / "broken.jpg"
    broken.touch()
    vault.daemon.failed.append(broken)
    await vault.names("failed")
    with pytest.raises(ReadOnly):
        await vault.move("failed", "broken.jpg", "search/cat", "broken.jpg")


async def test_results_are_not_renamed(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    await vault.names("search/dog")
    with pytest.raises(NotPermitted):
        await vault.move("search/dog", "001 a.jpg", "search/dog", "best.jpg")


async def test_a_name_that_is_taken_cannot_be_linked(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg", "dog")
    folder = await vault.folder("search/dog")
    for name in (b"001 a.jpg", b".loose"):
        with pytest.raises((Exists, Invalid)):
            await folder.link(name, picture.path, vault.caller)
    with pytest.raises(NotFound):
        await folder.link(b"x", b"/etc/passwd", vault.caller)
    assert vault.daemon.verdicts == {}


@pytest.mark.parametrize("name", [b"photo.jpg", b".goutputstream-X1Y2Z3", b".photo.jpg.Xy12Zz", b"photo.jpg.part"])
async def test_bytes_are_refused_before_any_is_written(name: bytes, vault: PlantedVault) -> None:
    folder = await vault.folder("search/dog")
    with pytest.raises(ReadOnly):
        await folder.create(name, 0o644, vault.caller)
    assert list(vault.daemon.holding.iterdir()) == []


async def test_folders_of_results_are_writable_and_the_folder_of_queries_is_not(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    vault.daemon.save("dogs", "dog")
    modes = {path: (await vault.node(path)).attributes().mode & 0o777 for path in ("search/dog", "saved/dogs")}
    assert set(modes.values()) == {0o755}
    for path in ("search", "search/dog/.all"):
        assert not (await vault.node(path)).attributes().mode & WRITE_BITS
    await (await vault.node("search/dog/001 a.jpg")).set_attributes(AttributeChanges(mtime_ns=1, owner=True))


async def test_what_was_said_stays_with_the_query_when_it_is_saved_and_renamed(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    other = vault.daemon.add("b.jpg", "cat")
    await vault.names("search/dog")
    await (await vault.folder("search/dog")).link(b"b.jpg", other.path, vault.caller)
    await vault.move("search", "dog", "saved", "hounds")
    assert await vault.names("saved/hounds") == [".query", "001 b.jpg", "002 a.jpg"]
    await vault.move("saved", "hounds", "saved", "all hounds")
    assert await vault.names("saved/all hounds") == [".query", "001 b.jpg", "002 a.jpg"]


async def test_a_link_in_the_place_of_a_result_hides_none(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    other = vault.daemon.add("b.jpg", "cat")
    await vault.names("search/dog")
    folder = await vault.folder("search/dog")
    await folder.remove(b"001 a.jpg", vault.caller)
    await folder.link(b"001 a.jpg", other.path, vault.caller)
    assert vault.daemon.verdicts == {("dog", other.id): "prefer"}
    assert await vault.names("search/dog") == ["001 b.jpg", "002 a.jpg"]
    await folder.remove(b"002 a.jpg", vault.caller)
    await folder.remove(b"001 b.jpg", vault.caller)
    with pytest.raises(Missing):
        await folder.lookup(b"001 a.jpg")
