"""tags/: what names mean while tags change under them."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import trio

from support.planted import MOUNTPOINT, PlantedVault
from vaultfs.caller import Caller
from vaultfs.faults import Exists, Missing, NotPermitted, Stale
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.node import File, Node
from vaultfs.tree.tags import TagFolder


async def test_another_clients_tag_is_there_at_once(vault: PlantedVault) -> None:
    assert await vault.names("tags/") == ["auto"]
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets", picture)
    assert await vault.names("tags/pets") == ["a.jpg"]


async def test_entries_lead_to_the_read_only_originals(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets", picture)
    assert (await vault.target("tags/pets/a.jpg")).encode() == MOUNTPOINT + b"/.originals/1/a.jpg"


async def test_following_a_listed_entry_asks_nothing(vault: PlantedVault) -> None:
    vault.daemon.tag("pets", vault.daemon.add("a.jpg"))
    await vault.names("tags/pets")
    before = vault.daemon.requests.copy()
    assert (await vault.node(".originals/1/a.jpg")).attributes().size == 9
    assert vault.daemon.requests == before


async def test_a_name_that_means_another_picture_now_cannot_be_removed(vault: PlantedVault) -> None:
    first, second = vault.daemon.add("x/a.jpg"), vault.daemon.add("y/a.jpg")
    vault.daemon.tag("pets", first)
    await vault.names("tags/pets")
    vault.daemon.untag("pets", first)
    vault.daemon.tag("pets", second)
    folder = await vault.folder("tags/pets")
    await folder.open()
    with pytest.raises(Stale):
        await folder.remove(b"a.jpg", vault.caller)
    assert second.tags == {"pets"}


async def test_a_tag_made_anew_under_the_name_of_a_deleted_one_can_be_renamed(vault: PlantedVault) -> None:
    vault.daemon.tag("pets")
    await vault.names("tags/")
    del vault.daemon.tags["pets"]
    vault.daemon.add("a.jpg")  # so that the next tag has another id
    vault.daemon.tell("tags")
    while "pets" in await vault.names("tags/"):
        await trio.sleep(0.01)
    await (await vault.folder("tags/")).make_folder(b"pets", vault.caller)
    await vault.move("tags/", "pets", "tags/", "dogs")
    assert list(vault.daemon.tags) == ["dogs"]


async def test_what_was_untagged_elsewhere_leaves_its_name_free(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets", picture)
    await vault.names("tags/pets")
    vault.daemon.untag("pets", picture)
    await vault.names("tags/pets")
    await (await vault.folder("tags/pets")).link(b"a.jpg", picture.path, vault.caller)
    assert picture.tags == {"pets"}


async def test_a_given_name_resolves_and_is_not_listed(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets")
    await (await vault.folder("tags/pets")).link(b"my dog", picture.path, vault.caller)
    assert await vault.target("tags/pets/my dog")
    assert await vault.names("tags/pets") == ["a.jpg"]
    assert await vault.target("tags/pets/my dog")


async def test_removing_by_a_given_name_untags(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets")
    folder = await vault.folder("tags/pets")
    await folder.link(b"my dog", picture.path, vault.caller)
    await folder.open()
    await folder.remove(b"my dog", vault.caller)
    assert picture.tags == set()
    with pytest.raises(Missing):
        await vault.node("tags/pets/my dog")


async def test_a_link_to_a_name_that_is_taken_is_refused(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets", picture)
    with pytest.raises(Exists):
        await (await vault.folder("tags/pets")).link(b"a.jpg", picture.path, vault.caller)


async def test_a_link_through_a_link_outside_is_followed(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets")
    way = vault.daemon.library.parent / "way"
    way.symlink_to(vault.daemon.library)
    await (await vault.folder("tags/pets")).link(b"a.jpg", str(way / "a.jpg").encode(), vault.caller)
    assert picture.tags == {"pets"}


async def test_a_tag_renamed_elsewhere_still_opens(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets", picture)
    folder = await vault.folder("tags/pets")
    vault.daemon.tags = {"animals": vault.daemon.tags["pets"]}
    picture.tags = {"animals"}
    assert [name for name, _ in await folder.open()] == [b"a.jpg"]


async def test_a_tag_renamed_elsewhere_does_not_show_what_has_its_name_now(vault: PlantedVault) -> None:
    dog, cat = vault.daemon.add("dog.jpg"), vault.daemon.add("cat.jpg")
    vault.daemon.tag("pets", dog)
    vault.daemon.tag("wild", cat)
    pets, wild = await vault.folder("tags/pets"), await vault.folder("tags/wild")
    vault.daemon.tags = {"pets": vault.daemon.tags["wild"], "wild": vault.daemon.tags["pets"]}
    dog.tags, cat.tags = {"wild"}, {"pets"}
    assert [name for name, _ in await pets.open()] == [b"dog.jpg"]
    assert [name for name, _ in await wild.open()] == [b"cat.jpg"]


async def test_a_tag_and_a_picture_of_one_name_are_both_there(vault: PlantedVault) -> None:
    vault.daemon.tag("pets", vault.daemon.add("dogs"))
    vault.daemon.tag("pets/dogs")
    assert sorted(await vault.names("tags/pets")) == ["dogs", "dogs (2)"]


async def test_a_picture_keeps_its_files_name_within_a_tag(vault: PlantedVault) -> None:
    vault.daemon.tag("pets", vault.daemon.add("a.jpg"))
    with pytest.raises(NotPermitted):
        await vault.move("tags/pets", "a.jpg", "tags/pets", "b.jpg")


async def test_gestures_of_one_process_share_a_group(vault: PlantedVault) -> None:
    vault.caller = Caller(os.getpid())
    tags = await vault.folder("tags")
    await tags.make_folder(b"a", vault.caller)
    await tags.make_folder(b"b", vault.caller)
    (_, origin, first), (_, _, second) = vault.daemon.groups
    assert origin == MOUNTPOINT.decode()
    assert first == second
    assert first.startswith(f"{os.getpid()}-")


async def test_the_models_tag_is_rejected_by_rm(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    picture.auto.add("dog")
    await (await vault.folder("tags/auto/dog")).remove(b"a.jpg", vault.caller)
    assert picture.auto == set()


async def test_a_picture_that_moved_on_disk_is_found_again(vault: PlantedVault) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets", picture)
    await vault.names("tags/pets")
    file = await vault.node(".originals/1/a.jpg")
    assert isinstance(file, File)
    moved = picture.path.replace(b"a.jpg", b"b.jpg")
    os.rename(picture.path, moved)
    picture.path = moved
    handle = await file.open(False, False, vault.caller)
    assert await handle.read(0, 100) == b"PICTURE 1"
    await handle.release()


async def test_an_original_that_changed_is_read_past_the_kernels_cache(
    vault: PlantedVault, expect_log: Callable[[str], None]
) -> None:
    expect_log("not as it was listed")
    picture = vault.daemon.add("a.jpg")
    file = await vault.node(".originals/1/a.jpg")
    assert isinstance(file, File)
    await (await file.open(False, False, vault.caller)).release()
    handle = await file.open(False, False, vault.caller)
    await handle.release()
    assert handle.keep_cache
    await trio.Path(picture.path.decode()).write_bytes(b"PICTURE that was edited")
    handle = await file.open(False, False, vault.caller)
    assert not handle.keep_cache
    assert handle.direct
    assert await handle.read(0, 100) == b"PICTURE that was edited"
    await handle.release()


class _Held:
    """A folder's next question to the daemon, answered and not yet read: what happens now is not in it."""

    def __init__(self, folder: LiveFolder, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answered, self.read = trio.Event(), trio.Event()
        ask = folder.fetch

        async def fetch(node: LiveFolder) -> dict[bytes, Node]:
            entries = await ask()
            if node is folder:
                self.answered.set()
                await self.read.wait()
            return entries

        monkeypatch.setattr(type(folder), "fetch", fetch)


async def test_what_is_removed_while_the_folder_is_read_stays_away(
    vault: PlantedVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets", picture)
    await vault.names("tags/pets")
    vault.daemon.add("b.jpg")  # so that the folder is read anew
    folder = await vault.folder("tags/pets")
    assert isinstance(folder, TagFolder)
    held = _Held(folder, monkeypatch)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(folder.open)
        await held.answered.wait()
        await folder.remove(b"a.jpg", vault.caller)
        held.read.set()
    await folder.link(b"a.jpg", picture.path, vault.caller)
    assert picture.tags == {"pets"}


async def test_what_is_linked_while_the_folder_is_read_is_listed_though_the_daemon_goes_away(
    vault: PlantedVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets")
    await vault.names("tags/pets")
    vault.daemon.add("b.jpg")
    folder = await vault.folder("tags/pets")
    assert isinstance(folder, TagFolder)
    held = _Held(folder, monkeypatch)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(folder.open)
        await held.answered.wait()
        await folder.link(b"a.jpg", picture.path, vault.caller)
        held.read.set()
    vault.daemon.stop()
    assert await vault.names("tags/pets") == ["a.jpg"]


async def test_a_given_name_is_the_folders_own_once_it_was_read_whatever_was_told_meanwhile(
    vault: PlantedVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets")
    folder = await vault.folder("tags/pets")
    assert isinstance(folder, TagFolder)
    await folder.link(b"mine.jpg", picture.path, vault.caller)
    held = _Held(folder, monkeypatch)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(folder.open)
        await held.answered.wait()
        folder.dirty = True  # as a change does that somebody else made
        held.read.set()
    assert folder.given.fresh(b"mine.jpg") is None
    assert await vault.names("tags/pets") == ["a.jpg"]
