"""albums/ and favorites/: groupings of the user's own, filled by the gestures that fill a tag."""

from __future__ import annotations

import os

import pytest

from support.planted import MOUNTPOINT, PlantedVault
from support.smalldaemon import MAGIC
from vaultfs.caller import Caller
from vaultfs.faults import (
    Exists,
    Invalid,
    Missing,
    NotPermitted,
    OtherPlace,
    ReadOnly,
    Stale,
)
from vaultipc.errors import NotEmpty, Refused


async def test_an_album_is_listed_in_its_order(vault: PlantedVault) -> None:
    one, two, three = (vault.daemon.add(f"{name}.jpg") for name in "abc")
    vault.daemon.album("Trip", three, one, two)
    assert await vault.names("albums") == ["Trip"]
    assert await vault.names("albums/Trip") == ["c.jpg", "a.jpg", "b.jpg"]
    assert (await vault.target("albums/Trip/a.jpg")).encode() == MOUNTPOINT + b"/.originals/1/a.jpg"


async def test_albums_are_made_renamed_and_deleted(vault: PlantedVault) -> None:
    root = await vault.folder("albums")
    made = await root.make_folder("Cafe\u0301".encode(), vault.caller)
    assert list(vault.daemon.albums) == ["Café"]
    await vault.move("albums", "Café", "albums", "Bar")
    assert list(vault.daemon.albums) == ["Bar"]
    assert await vault.node("albums/Bar") is made
    with pytest.raises(Missing):
        await vault.node("albums/Café")
    await root.remove_folder(b"Bar", vault.caller)
    assert not vault.daemon.albums


async def test_an_album_renamed_elsewhere_does_not_show_what_has_its_name_now(vault: PlantedVault) -> None:
    vault.daemon.album("Trip", vault.daemon.add("trip.jpg"))
    vault.daemon.album("Home", vault.daemon.add("home.jpg"))
    trip = await vault.folder("albums/Trip")
    vault.daemon.albums = {"Trip": vault.daemon.albums["Home"], "Home": vault.daemon.albums["Trip"]}
    assert [name for name, _ in await trip.open()] == [b"trip.jpg"]


async def test_names_that_no_album_can_have_are_refused(vault: PlantedVault) -> None:
    root = await vault.folder("albums")
    for name in (b".hidden", b"a\x01", b"\xff"):
        with pytest.raises(Invalid):
            await root.make_folder(name, vault.caller)


async def test_an_album_with_pictures_is_not_deleted_nor_replaced(vault: PlantedVault) -> None:
    vault.daemon.album("Trip", vault.daemon.add("a.jpg"))
    vault.daemon.album("Home")
    root = await vault.folder("albums")
    with pytest.raises(NotEmpty):
        await root.remove_folder(b"Trip", vault.caller)
    with pytest.raises(NotEmpty):
        await vault.move("albums", "Home", "albums", "Trip")
    assert set(vault.daemon.albums) == {"Trip", "Home"}


async def test_an_album_takes_the_place_of_an_empty_one(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.album("Trip", picture)
    vault.daemon.album("Home")
    await vault.folder("albums/Home")
    await vault.move("albums", "Trip", "albums", "Home")
    assert {name: album.images for name, album in vault.daemon.albums.items()} == {"Home": [picture.id]}


async def test_an_album_renamed_elsewhere_still_opens(vault: PlantedVault) -> None:
    vault.daemon.album("Trip", vault.daemon.add("a.jpg"))
    folder = await vault.folder("albums/Trip")
    vault.daemon.albums["Journey"] = vault.daemon.albums.pop("Trip")
    assert [name for name, _ in await folder.open()] == [b"a.jpg"]
    vault.daemon.albums.clear()
    with pytest.raises(Missing):
        await folder.open()


async def test_pictures_come_in_by_link_and_by_copy(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.album("Trip")
    folder = await vault.folder("albums/Trip")
    await folder.link(b"mine.jpg", picture.path, vault.caller)
    await vault.copy(MAGIC + b" new", "albums/Trip", "b.jpg")
    assert await vault.names("albums/Trip") == ["a.jpg", "b.jpg"]
    assert await vault.target("albums/Trip/mine.jpg")
    assert vault.daemon.albums["Trip"].images == [picture.id, "2"]
    with pytest.raises(Exists):
        await folder.link(b"a.jpg", picture.path, vault.caller)


async def test_what_is_no_picture_is_not_taken_into_an_album(vault: PlantedVault) -> None:
    vault.daemon.album("Trip")
    with pytest.raises(Refused):
        await vault.copy(b"no picture", "albums/Trip", "a.txt")
    assert await vault.names("albums/Trip") == []


async def test_a_copy_under_a_temporary_name_takes_the_place_of_what_it_replaces(vault: PlantedVault) -> None:
    pictures = [vault.daemon.add(f"{name}.jpg") for name in "abc"]
    vault.daemon.album("Trip", *pictures)
    await vault.names("albums/Trip")
    await vault.copy(MAGIC + b" new", "albums/Trip", "b.jpg.part")
    await vault.move("albums/Trip", "b.jpg.part", "albums/Trip", "b.jpg")
    assert vault.daemon.albums["Trip"].images == ["1", "4", "3"]


async def test_a_rename_onto_another_one_takes_its_place(vault: PlantedVault) -> None:
    one, two, three = (vault.daemon.add(f"{name}.jpg") for name in "abc")
    vault.daemon.album("Trip", one, two, three)
    await vault.names("albums/Trip")
    await vault.move("albums/Trip", "c.jpg", "albums/Trip", "a.jpg")
    assert vault.daemon.albums["Trip"].images == [three.id, two.id]
    with pytest.raises(NotPermitted):
        await vault.move("albums/Trip", "c.jpg", "albums/Trip", "z.jpg")


async def test_a_name_given_over_and_its_pictures_again_never_removes_the_other_one(vault: PlantedVault) -> None:
    one, two = vault.daemon.add("a.jpg"), vault.daemon.add("b.jpg")
    vault.daemon.album("Trip", one, two)
    await vault.names("albums/Trip")
    await vault.move("albums/Trip", "a.jpg", "albums/Trip", "b.jpg")
    assert await vault.names("albums/Trip") == ["a.jpg"]
    trip = await vault.folder("albums/Trip")
    await trip.link(b"two.jpg", two.path, vault.caller)
    assert await vault.names("albums/Trip") == ["a.jpg", "b.jpg"]
    with pytest.raises(Stale):  # called so, it is the first picture; listed so, the second
        await trip.remove(b"b.jpg", vault.caller)
    await trip.remove(b"a.jpg", vault.caller)
    assert await vault.names("albums/Trip") == ["b.jpg"]
    await trip.remove(b"b.jpg", vault.caller)
    assert vault.daemon.albums["Trip"].images == []


async def test_moving_between_albums_takes_out_of_the_first_as_one_group(vault: PlantedVault) -> None:
    vault.caller = Caller(os.getpid())
    one, two = vault.daemon.add("a.jpg"), vault.daemon.add("b.jpg")
    vault.daemon.album("Trip", one)
    vault.daemon.album("Home", two)
    await vault.move("albums/Trip", "a.jpg", "albums/Home", "a.jpg")
    assert vault.daemon.albums["Trip"].images == []
    assert vault.daemon.albums["Home"].images == [two.id, one.id]
    assert len({group for _, _, group in vault.daemon.groups}) == 1
    assert await vault.names("albums/Trip") == []


async def test_moving_between_kinds_of_folders_leaves_the_source_as_it_is(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg", "dog")
    vault.daemon.tag("pets", picture)
    vault.daemon.album("Trip")
    await vault.move("tags/pets", "a.jpg", "albums/Trip", "a.jpg")
    await vault.move("albums/Trip", "a.jpg", "favorites", "a.jpg")
    vault.daemon.tag("old")
    await vault.move("favorites", "a.jpg", "tags/old", "a.jpg")
    await vault.move("search/dog", "001 a.jpg", "albums/Trip", "a.jpg")
    assert picture.tags == {"pets", "old"}
    assert vault.daemon.albums["Trip"].images == list(vault.daemon.favourites) == [picture.id]
    assert await vault.names("tags/pets") == await vault.names("albums/Trip") == ["a.jpg"]


async def test_removing_takes_out_and_only_from_here(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.album("Trip", picture)
    vault.daemon.favourites[picture.id] = None
    await (await vault.folder("albums/Trip")).remove(b"a.jpg", vault.caller)
    assert vault.daemon.albums["Trip"].images == []
    assert await vault.names("favorites") == ["a.jpg"]
    with pytest.raises(Missing):
        await (await vault.folder("albums/Trip")).remove(b"a.jpg", vault.caller)


async def test_favourites_are_made_by_every_gesture(vault: PlantedVault) -> None:
    one, two = vault.daemon.add("a.jpg"), vault.daemon.add("b.jpg")
    folder = await vault.folder("favorites")
    await folder.link(b"a.jpg", one.path, vault.caller)
    await vault.move("recent", "b.jpg", "favorites", "b.jpg")
    await vault.copy(MAGIC + b" new", "favorites", "c.jpg")
    assert sorted(await vault.names("favorites")) == ["a.jpg", "b.jpg", "c.jpg"]
    await folder.remove(b"a.jpg", vault.caller)
    assert list(vault.daemon.favourites) == [two.id, "3"]


async def test_an_order_changed_elsewhere_is_there_at_the_next_listing(vault: PlantedVault) -> None:
    one, two = vault.daemon.add("a.jpg"), vault.daemon.add("b.jpg")
    vault.daemon.album("Trip", one, two)
    assert await vault.names("albums/Trip") == ["a.jpg", "b.jpg"]
    vault.daemon.albums["Trip"].images.reverse()
    assert await vault.names("albums/Trip") == ["b.jpg", "a.jpg"]


async def test_pictures_need_an_album_and_albums_hold_no_folders(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.album("Trip", picture)
    root, folder = await vault.folder("albums"), await vault.folder("albums/Trip")
    with pytest.raises(NotPermitted):
        await root.link(b"a.jpg", picture.path, vault.caller)
    with pytest.raises(NotPermitted):
        await root.create(b"a.jpg", 0o644, vault.caller)
    with pytest.raises(NotPermitted):
        await vault.move("recent", "a.jpg", "albums", "a.jpg")
    for place in (folder, await vault.folder("favorites")):
        with pytest.raises(NotPermitted):
            await place.make_folder(b"x", vault.caller)
    with pytest.raises(NotPermitted):
        await vault.move("albums", "Trip", "favorites", "Trip")
    with pytest.raises(NotPermitted):
        await vault.move("albums", "Trip", "tags", "Trip")
    with pytest.raises(ReadOnly):
        await (await vault.folder("")).remove_folder(b"albums", vault.caller)


async def test_what_was_dropped_has_to_be_copied(vault: PlantedVault) -> None:
    vault.daemon.album("Trip")
    await vault.copy(MAGIC + b" new", "like/drop", "a.jpg")
    with pytest.raises(OtherPlace):
        await vault.move("like/drop", "a.jpg", "albums/Trip", "a.jpg")


async def test_albums_listed_before_are_listed_while_the_daemon_is_away(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.album("Trip", picture)
    vault.daemon.favourites[picture.id] = None
    before = {path: await vault.names(path) for path in ("albums", "albums/Trip", "favorites")}
    vault.daemon.stop()
    assert {path: await vault.names(path) for path in before} == before
