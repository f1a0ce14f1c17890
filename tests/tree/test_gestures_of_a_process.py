"""What a process does at one go is one action, however long it is refused in between."""

from __future__ import annotations

import os

import pytest

from support.planted import PlantedVault
from vaultfs.caller import Caller

US = Caller(os.getpid())


async def test_a_process_that_asks_on_is_at_one_gesture(vault: PlantedVault) -> None:
    assert "within_s" not in vault.tree.stamp(US)
    vault.tree.check_change(US)
    for _ in range(5):
        vault.clock.seconds += 4
        vault.tree.check_change(US)  # refused, as in `by/`
    assert vault.tree.stamp(US)["within_s"] == pytest.approx(25)


async def test_who_paused_begins_another_one(vault: PlantedVault) -> None:
    vault.tree.check_change(US)
    vault.clock.seconds += 5
    vault.tree.check_change(US)
    assert "within_s" not in vault.tree.stamp(US)
    assert "within_s" not in vault.tree.stamp(Caller(os.getppid()))


async def test_those_who_have_ended_are_forgotten(vault: PlantedVault) -> None:
    vault.tree.check_change(US)
    for pid in [int(name) for name in os.listdir("/proc") if name.isdecimal()] * 30:
        vault.clock.seconds += 10
        vault.tree.check_change(Caller(pid))
    assert len(vault.tree.gestures._at_it) <= 66


async def test_copying_what_takes_long_is_no_pause(vault: PlantedVault) -> None:
    vault.daemon.tag("pets")
    file, handle = await (await vault.folder("tags/pets")).create(b"large.jpg", 0o644, US)
    vault.tree.check_change(US)
    for offset in range(4):
        vault.clock.seconds += 4
        await handle.write(offset * 7, b"PICTURE")
    assert vault.tree.stamp(US)["within_s"] == pytest.approx(21)
    await handle.flush()
    await handle.release()
    assert file.attributes().size == 28
