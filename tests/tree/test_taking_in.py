"""Bytes that come in: held safely, taken in or refused before close(2) answers."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from support.planted import PlantedVault
from support.smalldaemon import MAGIC
from vaultfs.faults import Invalid, Unavailable
from vaultfs.tree.node import AttributeChanges, File
from vaultfs.writing.holding import Holding
from vaultipc.errors import DiskFull, Refused

PICTURE = MAGIC + b" from outside"


@pytest.fixture
async def vault(vault: PlantedVault) -> PlantedVault:
    vault.daemon.tag("pets")
    return vault


def held(vault: PlantedVault) -> list[str]:
    return os.listdir(vault.daemon.holding)


async def test_a_copied_picture_is_in_the_inbox_and_tagged(vault: PlantedVault) -> None:
    await vault.copy(PICTURE, "tags/pets", "new.jpg")
    assert (vault.daemon.inbox / "new.jpg").read_bytes() == PICTURE
    assert await vault.names("tags/pets") == ["new.jpg"]


async def test_flush_may_come_several_times(vault: PlantedVault) -> None:
    _, handle = await (await vault.folder("tags/pets")).create(b"new.jpg", 0o644, vault.caller)
    await handle.flush()
    await handle.write(0, PICTURE)
    await handle.flush()
    await handle.flush()
    await handle.release()
    assert vault.daemon.requests["accept"] == 1


async def test_a_refusal_is_repeated_until_other_bytes_come(vault: PlantedVault) -> None:
    _, handle = await (await vault.folder("tags/pets")).create(b"new.jpg", 0o644, vault.caller)
    await handle.write(0, PICTURE[:3])
    for _ in range(2):
        with pytest.raises(Refused):
            await handle.flush()
    await handle.write(3, PICTURE[3:])
    await handle.flush()
    await handle.release()
    assert len(vault.daemon.tagged("pets")) == 1


async def test_a_descriptor_closed_without_data_tags_nothing(vault: PlantedVault) -> None:
    file, handle = await (await vault.folder("tags/pets")).create(b"new.jpg", 0o644, vault.caller)
    await file.set_attributes(AttributeChanges(mtime_ns=time.time_ns()))  # as touch does
    await handle.flush()
    await handle.release()
    assert vault.daemon.requests["accept"] == 0
    assert await vault.names("tags/pets") == []


async def test_what_is_refused_leaves_nothing_behind(vault: PlantedVault) -> None:
    with pytest.raises(Refused):
        await vault.copy(b"no picture", "tags/pets", "new.jpg")
    assert held(vault) == []
    assert await vault.names("tags/pets") == []


async def test_a_full_disk_in_the_daemon_is_told(vault: PlantedVault) -> None:
    vault.daemon.refusal = DiskFull("full")
    with pytest.raises(DiskFull):
        await vault.copy(PICTURE, "tags/pets", "new.jpg")


async def test_bytes_of_a_failed_write_are_never_taken_in(vault: PlantedVault, monkeypatch: pytest.MonkeyPatch) -> None:
    _, handle = await (await vault.folder("tags/pets")).create(b"new.jpg", 0o644, vault.caller)
    await handle.write(0, PICTURE)

    async def full(self: Holding, offset: int, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Holding, "write", full)
    with pytest.raises(OSError, match="No space"):
        await handle.write(len(PICTURE), b"more")
    with pytest.raises(OSError, match="No space"):
        await handle.flush()
    await handle.release()
    assert vault.daemon.requests["accept"] == 0
    assert held(vault) == []


async def test_bytes_wait_for_the_daemon_if_it_did_not_answer(vault: PlantedVault) -> None:
    _, handle = await (await vault.folder("tags/pets")).create(b"new.jpg", 0o644, vault.caller)
    await handle.write(0, PICTURE)
    vault.daemon.stop()
    with pytest.raises(Unavailable):
        await handle.flush()
    await handle.release()
    assert [(vault.daemon.holding / name).read_bytes() for name in held(vault)] == [PICTURE]


async def test_writing_on_after_an_acceptance_makes_another_picture(vault: PlantedVault) -> None:
    _, handle = await (await vault.folder("tags/pets")).create(b"new.jpg", 0o644, vault.caller)
    await handle.write(0, PICTURE)
    await handle.flush()
    await handle.write(len(PICTURE), b" and more")
    await handle.flush()
    await handle.release()
    assert (vault.daemon.inbox / "new.jpg").read_bytes().startswith(PICTURE)
    (tagged,) = vault.daemon.tagged("pets")
    assert Path(os.fsdecode(vault.daemon.pictures[tagged].path)).read_bytes() == PICTURE + b" and more"


async def test_a_temporary_name_waits_for_its_rename(vault: PlantedVault) -> None:
    await vault.copy(PICTURE, "tags/pets", ".goutputstream-ABCDEF")
    assert vault.daemon.requests["accept"] == 0
    assert await vault.names("tags/pets") == [".goutputstream-ABCDEF"]
    await vault.move("tags/pets", ".goutputstream-ABCDEF", "tags/pets", "new.jpg")
    assert await vault.names("tags/pets") == ["new.jpg"]


async def test_a_refused_rename_leaves_the_temporary_file(vault: PlantedVault) -> None:
    await vault.copy(b"no picture", "tags/pets", "x.part")
    with pytest.raises(Refused):
        await vault.move("tags/pets", "x.part", "tags/pets", "x.jpg")
    assert await vault.names("tags/pets") == ["x.part"]


async def test_an_empty_file_cannot_become_a_picture_by_a_rename(vault: PlantedVault) -> None:
    await vault.copy(b"", "tags/pets", "x.part")
    with pytest.raises(Invalid):
        await vault.move("tags/pets", "x.part", "tags/pets", "x.jpg")


@pytest.mark.parametrize("copied", [AttributeChanges(mtime_ns=1_000_000_000), AttributeChanges(owner=True)])
async def test_an_empty_file_that_is_moved_in_is_refused_before_its_source_is_deleted(
    vault: PlantedVault, copied: AttributeChanges
) -> None:
    file, handle = await (await vault.folder("tags/pets")).create(b"new.jpg", 0o644, vault.caller)
    await file.set_attributes(copied)
    for _ in range(2):
        with pytest.raises(Invalid, match="empty"):
            await handle.flush()
    await handle.release()
    assert await vault.names("tags/pets") == []


async def test_a_removed_temporary_file_leaves_nothing_behind(vault: PlantedVault) -> None:
    await vault.copy(PICTURE, "tags/pets", "x.part")
    await (await vault.folder("tags/pets")).remove(b"x.part", vault.caller)
    assert held(vault) == []
    assert await vault.names("tags/pets") == []


async def test_a_rename_over_an_entry_is_one_request(vault: PlantedVault) -> None:
    old = vault.daemon.add("a.jpg")
    vault.daemon.tag("pets", old)
    await vault.copy(PICTURE, "tags/pets", ".a.jpg.aBc123")
    before = len(vault.daemon.groups)
    await vault.move("tags/pets", ".a.jpg.aBc123", "tags/pets", "a.jpg")
    assert old.tags == set()
    assert len(vault.daemon.tagged("pets")) == 1
    assert len(vault.daemon.groups) == before + 1


async def test_the_files_time_and_permissions_go_with_it(vault: PlantedVault) -> None:
    file, handle = await (await vault.folder("tags/pets")).create(b"new.jpg", 0o600, vault.caller)
    await handle.write(0, PICTURE)
    await file.set_attributes(AttributeChanges(mtime_ns=1_000_000_000, mode=0o640))
    await handle.flush()
    await handle.release()
    found = (vault.daemon.inbox / "new.jpg").stat()
    assert found.st_mtime_ns == 1_000_000_000
    assert found.st_mode & 0o777 == 0o640


async def test_a_picture_moved_in_is_read_from_where_it_is_now(vault: PlantedVault) -> None:
    source = vault.daemon.add("only.jpg", data=PICTURE)
    await vault.copy(PICTURE, "tags/pets", "given.jpg")
    moved = source.path.replace(b"only", b"elsewhere")
    os.rename(source.path, moved)
    source.path = moved
    file = await vault.node("tags/pets/given.jpg")
    assert isinstance(file, File)
    handle = await file.open(False, False, vault.caller)
    assert await handle.read(0, 100) == PICTURE
    await handle.release()
