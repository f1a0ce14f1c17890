"""Copying a whole saved search where entries are files: results are accepted, and nothing else is."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.planted import PlantedVault
from vaultfs.caller import Caller
from vaultfs.faults import ReadOnly
from vaultfs.tree.node import Folder


async def begun(vault: PlantedVault) -> tuple[Folder, bytes]:
    """A copy of a saved search, begun by this process, and the bytes of the first result."""
    picture = vault.daemon.add("a.jpg", "dog")
    vault.daemon.add("b.jpg", "dog")
    vault.daemon.save("dogs", "dog")
    assert await vault.names("saved/dogs") == [".query", "001 a.jpg", "002 b.jpg"]
    made = await (await vault.folder("saved")).make_folder(b"copy", vault.caller)
    return made, Path(picture.path.decode()).read_bytes()


async def write(folder: Folder, name: bytes, data: bytes, caller: Caller) -> None:
    """Create, write in two parts, flush and release, as cp does."""
    _, handle = await folder.create(name, 0o644, caller)
    try:
        for offset in (0, 4):
            await handle.write(offset, data[:4] if offset == 0 else data[4:])
        await handle.flush()
    finally:
        await handle.release()


async def test_the_bytes_of_a_result_are_accepted_and_have_no_effect(file_vault: PlantedVault) -> None:
    made, data = await begun(file_vault)
    await write(made, b"001 a.jpg", data, file_vault.caller)
    assert (await made.lookup(b"001 a.jpg")).attributes().size == len(data)
    assert file_vault.daemon.requests["accept"] == 0
    assert file_vault.daemon.verdicts == {}
    assert len(file_vault.daemon.pictures) == 2


async def test_other_bytes_are_refused_at_once(file_vault: PlantedVault) -> None:
    made, data = await begun(file_vault)
    with pytest.raises(ReadOnly):
        await write(made, b"001 a.jpg", data[:-1] + b"!", file_vault.caller)
    with pytest.raises(ReadOnly):
        await write(made, b"002 b.jpg", data, file_vault.caller)


async def test_a_part_of_a_result_is_refused_when_it_is_closed(file_vault: PlantedVault) -> None:
    made, data = await begun(file_vault)
    _, handle = await made.create(b"001 a.jpg", 0o644, file_vault.caller)
    await handle.write(0, data[:-1])
    with pytest.raises(ReadOnly):
        await handle.flush()
    await handle.release()


async def test_what_is_called_as_no_result_is_not_taken_in(file_vault: PlantedVault) -> None:
    made, data = await begun(file_vault)
    with pytest.raises(ReadOnly):
        await write(made, b"new.jpg", data, file_vault.caller)


async def test_only_who_made_the_folder_and_a_moment_ago_copies_into_it(file_vault: PlantedVault) -> None:
    made, data = await begun(file_vault)
    with pytest.raises(ReadOnly):
        await write(made, b"001 a.jpg", data, Caller(0))
    file_vault.clock.seconds += 6
    with pytest.raises(ReadOnly):
        await write(made, b"001 a.jpg", data, file_vault.caller)
