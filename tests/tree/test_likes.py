"""like/: neighbours of pictures, and files dropped to search by."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import trio

from support.planted import PlantedVault
from support.smalldaemon import MAGIC
from vaultfs.faults import Exists, Missing, NoSpace, NotPermitted, ReadOnly, Unavailable
from vaultfs.tree import drop
from vaultfs.tree.node import AttributeChanges
from vaultfs.writing.dropped import Dropped
from vaultipc.errors import NotFound, Refused


async def _dropped(vault: PlantedVault, name: str, data: bytes = MAGIC + b" dog") -> Dropped:
    await vault.copy(data, "like/drop", name)
    file = await vault.node(f"like/drop/{name}")
    assert isinstance(file, Dropped)
    return file


async def test_neighbours_are_listed_in_order_without_the_picture_itself(vault: PlantedVault) -> None:
    one = vault.daemon.add("a.jpg", "dog")
    other = vault.daemon.add("b.jpg", "dog")
    vault.daemon.add("c.jpg", "cat")
    assert await vault.names("like/a.jpg") == ["001 b.jpg"]
    assert await vault.names(f"like/{one.id}") == ["001 b.jpg"]
    assert (await vault.target("like/a.jpg/001 b.jpg")).encode() == other.path


async def test_a_stat_asks_nothing(vault: PlantedVault) -> None:
    await vault.node("like/a.jpg")
    assert not vault.daemon.requests["similar"]


async def test_what_is_no_picture_cannot_be_opened(vault: PlantedVault) -> None:
    with pytest.raises(NotFound):
        await vault.names("like/nowhere.jpg")
    with pytest.raises(Missing):
        await vault.node("like/.Trash-1000")


async def test_views_are_those_of_a_search(vault: PlantedVault) -> None:
    for name in "abc":
        vault.daemon.add(f"{name}.jpg", "dog")
    assert await vault.names("like/a.jpg/.plain") == ["b.jpg", "c.jpg"]
    assert await vault.names("like/a.jpg/.all") == ["001 b.jpg", "002 c.jpg"]
    assert await vault.names("like/a.jpg/.why") == ["001 b.jpg.txt", "002 c.jpg.txt"]
    with pytest.raises(Missing):
        await vault.node("like/a.jpg/.all/.plain")


async def test_pictures_asked_for_are_listed_and_can_be_forgotten(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    await vault.node("like/b.jpg")
    await vault.names("like/a.jpg")
    assert await vault.names("like") == ["drop", "a.jpg"]
    root = await vault.folder("like")
    await root.remove_folder(b"a.jpg", vault.caller)
    await root.remove_folder(b"never.jpg", vault.caller)
    assert await vault.names("like") == ["drop"]


async def test_neighbours_can_be_tagged_and_not_changed(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    other = vault.daemon.add("b.jpg", "dog")
    vault.daemon.tag("pets")
    await vault.move("like/a.jpg", "001 b.jpg", "tags/pets", "b.jpg")
    assert other.tags == {"pets"}
    folder = await vault.folder("like/a.jpg")
    with pytest.raises(ReadOnly):
        await folder.remove(b"001 b.jpg", vault.caller)
    with pytest.raises(ReadOnly):
        await folder.link(b"c.jpg", other.path, vault.caller)
    with pytest.raises(Exists):
        await (await vault.folder("like")).make_folder(b"c.jpg", vault.caller)


async def test_a_dropped_picture_is_searched_by_and_not_taken_in(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    await _dropped(vault, "photo.jpg")
    assert await vault.names("like/drop") == ["photo.jpg"]
    assert await vault.names("like") == ["drop", "photo.jpg"]
    assert await vault.names("like/photo.jpg") == ["001 a.jpg"]
    assert not vault.daemon.requests["accept"]
    assert not vault.daemon.inbox.exists()


async def test_why_a_picture_is_like_a_dropped_one_names_what_was_dropped(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    dropped = await _dropped(vault, "my dog.jpg")
    assert await vault.names("like/my dog.jpg/.why") == ["001 a.jpg.txt"]
    told = await vault.text("like/my dog.jpg/.why/001 a.jpg.txt")
    assert "query       like/drop/my dog.jpg\n" in told
    assert 'like:"like/drop/my dog.jpg"' in told
    assert os.path.dirname(dropped.path) not in told


async def test_a_dropped_file_reads_back_what_was_written(vault: PlantedVault) -> None:
    file = await _dropped(vault, "photo.jpg", b"one")
    handle = await file.open(True, False, vault.caller)
    await handle.write(3, b" two")
    await file.set_attributes(AttributeChanges(mode=0o600, mtime_ns=5))
    assert await handle.read(0, 100) == b"one two"
    assert (file.attributes().size, file.attributes().mtime_ns, file.attributes().mode & 0o777) == (7, 5, 0o600)
    await file.set_attributes(AttributeChanges(size=3))
    assert await handle.read(0, 100) == b"one"
    await handle.release()


async def test_a_dropped_file_comes_before_a_picture_of_that_name(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "cat")
    vault.daemon.add("b.jpg", "cat")
    vault.daemon.add("c.jpg", "dog")
    assert await vault.names("like/a.jpg") == ["001 b.jpg"]
    await _dropped(vault, "a.jpg")
    assert await vault.names("like/a.jpg") == ["001 c.jpg"]
    await (await vault.folder("like/drop")).remove(b"a.jpg", vault.caller)
    assert await vault.names("like/a.jpg") == ["001 b.jpg"]


async def test_what_was_dropped_and_is_no_picture_is_refused_when_opened(vault: PlantedVault) -> None:
    await _dropped(vault, "notes.txt", b"no picture")
    with pytest.raises(Refused):
        await vault.names("like/notes.txt")


async def test_renames_stay_within_the_drop(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    await _dropped(vault, "photo.jpg.part")
    await _dropped(vault, "photo.jpg", MAGIC + b" cat")
    await vault.move("like/drop", "photo.jpg.part", "like/drop", "photo.jpg")
    assert await vault.names("like/drop") == ["photo.jpg"]
    assert await vault.names("like/photo.jpg") == ["001 a.jpg"]
    with pytest.raises(NotPermitted):
        await vault.move("recent", "a.jpg", "like/drop", "a.jpg")


async def test_only_files_can_be_dropped(vault: PlantedVault) -> None:
    folder = await vault.folder("like/drop")
    with pytest.raises(NotPermitted):
        await folder.make_folder(b"x", vault.caller)
    with pytest.raises(NotPermitted):
        await folder.link(b"x", b"/a", vault.caller)
    with pytest.raises(ReadOnly):
        await (await vault.folder("like")).remove_folder(b"drop", vault.caller)


async def test_what_is_dropped_has_bounds(vault: PlantedVault, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drop, "MOST_BYTES", 10)
    monkeypatch.setattr(drop, "MOST_FILES", 2)
    first = await _dropped(vault, "a", b"12345678")
    with pytest.raises(NoSpace):
        await _dropped(vault, "b", b"345")
    with pytest.raises(NoSpace):
        await first.truncate(11)
    with pytest.raises(NoSpace):
        await _dropped(vault, "c", b"")
    await (await vault.folder("like/drop")).remove(b"a", vault.caller)
    await _dropped(vault, "c", b"0123456789")


async def test_what_is_removed_can_be_read_by_who_has_it_open(vault: PlantedVault) -> None:
    file = await _dropped(vault, "photo.jpg", b"bytes")
    handle = await file.open(False, False, vault.caller)
    await (await vault.folder("like/drop")).remove(b"photo.jpg", vault.caller)
    assert await handle.read(0, 5) == b"bytes"
    await handle.release()
    assert not os.path.exists(file.path)


async def test_what_was_dropped_goes_after_a_day(vault: PlantedVault) -> None:
    file = await _dropped(vault, "photo.jpg")
    vault.clock.seconds += drop.KEPT - 1
    _tidy(vault)
    assert await vault.names("like/drop") == ["photo.jpg"]
    vault.clock.seconds += 1
    handle = await file.open(False, False, vault.caller)
    _tidy(vault)
    assert await vault.names("like/drop") == ["photo.jpg"]
    await handle.release()
    _tidy(vault)
    assert await vault.names("like/drop") == []
    assert not os.path.exists(file.path)


def _tidy(vault: PlantedVault) -> None:
    for tidy in vault.tree.tidied:
        tidy(vault.clock())


async def test_what_was_dropped_goes_with_the_mount(vault: PlantedVault) -> None:
    async with trio.open_nursery() as nursery:
        await nursery.start(vault.tree.serve)
        file = await _dropped(vault, "photo.jpg")
        assert Path(file.path).parent == vault.daemon.holding
        nursery.cancel_scope.cancel()
    assert not os.path.exists(file.path)


async def test_a_drop_works_while_the_daemon_is_away(vault: PlantedVault) -> None:
    vault.daemon.stop()
    file = await _dropped(vault, "photo.jpg", b"bytes")
    assert file.attributes().size == 5


async def test_a_slow_look_at_a_dropped_picture_is_waited_for(vault: PlantedVault, nursery: trio.Nursery) -> None:
    vault.daemon.add("a.jpg", "dog")
    await _dropped(vault, "photo.jpg")
    vault.daemon.slow.add("similar")

    async def recover() -> None:
        await trio.sleep(3)
        vault.daemon.slow.clear()

    nursery.start_soon(recover)
    assert await vault.names("like/photo.jpg") == ["001 a.jpg"]


async def test_a_stuck_daemon_is_not_waited_for_however_long_a_look_may_take(
    vault: PlantedVault, expect_log: Callable[[str], None]
) -> None:
    expect_log("the daemon does not answer")
    await _dropped(vault, "photo.jpg")
    vault.daemon.silent = True
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await vault.names("like/photo.jpg")
    assert time.monotonic() - began < 5
