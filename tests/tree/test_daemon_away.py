"""The tree answers, whatever the daemon does."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import trio

from support.planted import PlantedVault
from vaultfs.faults import Unavailable
from vaultfs.tree.node import File


async def test_what_was_listed_is_listed_again(vault: PlantedVault) -> None:
    vault.daemon.tag("pets", vault.daemon.add("a.jpg", "dog"))
    before = {path: await vault.names(path) for path in ("search", "search/dog", "saved", "tags", "tags/pets")}
    vault.daemon.stop()
    vault.clock.seconds += 5
    assert {path: await vault.names(path) for path in before} == before


async def test_what_was_linked_is_listed_though_the_daemon_went_away_after_that(vault: PlantedVault) -> None:
    old, new = vault.daemon.add("a.jpg"), vault.daemon.add("b.jpg")
    vault.daemon.tag("pets", old)
    assert await vault.names("tags/pets") == ["a.jpg"]
    await (await vault.folder("tags/pets")).link(b"b.jpg", new.path, vault.caller)
    vault.daemon.stop()
    assert await vault.names("tags/pets") == ["a.jpg", "b.jpg"]


async def test_what_was_removed_is_not_listed_though_the_daemon_went_away_after_that(vault: PlantedVault) -> None:
    vault.daemon.tag("pets", vault.daemon.add("a.jpg"), vault.daemon.add("b.jpg"))
    assert await vault.names("tags/pets") == ["a.jpg", "b.jpg"]
    await (await vault.folder("tags/pets")).remove(b"b.jpg", vault.caller)
    vault.daemon.stop()
    assert await vault.names("tags/pets") == ["a.jpg"]


async def test_what_was_never_listed_is_an_error_within_two_seconds(
    vault: PlantedVault, expect_log: Callable[[str], None]
) -> None:
    expect_log("the daemon does not answer")
    vault.daemon.silent = True
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await vault.names("search/dog")
    assert 1.5 < time.monotonic() - began < 3


async def test_many_who_wait_for_a_silent_daemon_wait_together(
    vault: PlantedVault, expect_log: Callable[[str], None]
) -> None:
    expect_log("the daemon does not answer")
    vault.daemon.silent = True
    began = time.monotonic()
    failed = 0

    async def ask(number: int) -> None:
        nonlocal failed
        with pytest.raises(Unavailable):
            await vault.names(f"search/{number}")
        failed += 1

    async with trio.open_nursery() as nursery:
        for number in range(20):
            nursery.start_soon(ask, number)
    assert failed == 20
    assert time.monotonic() - began < 3


async def test_after_one_deadline_the_next_caller_does_not_wait_for_long(vault: PlantedVault) -> None:
    vault.daemon.stop()
    await trio.sleep(2.1)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await vault.names("search/dog")
    assert time.monotonic() - began < 0.5


async def test_a_daemon_that_is_stuck_holds_up_nobody_after_the_first(
    vault: PlantedVault, expect_log: Callable[[str], None]
) -> None:
    expect_log("the daemon does not answer")
    vault.daemon.silent = True
    with pytest.raises(Unavailable):
        await vault.names("search/dog")
    began = time.monotonic()
    for number in range(5):
        with pytest.raises(Unavailable):
            await vault.names(f"search/{number}")
    assert time.monotonic() - began < 1


async def test_a_short_restart_is_not_noticed(vault: PlantedVault) -> None:
    vault.daemon.add("a.jpg", "dog")
    vault.daemon.stop()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, vault.daemon.restart)
        assert await vault.names("search/dog") == ["001 a.jpg"]


async def test_the_status_says_that_the_daemon_is_away(vault: PlantedVault) -> None:
    vault.daemon.stop()
    with trio.fail_after(30):
        while vault.link.connected:
            await trio.sleep(0.01)
    text = await vault.text("STATUS.txt")
    assert "daemon is away" in text
    assert "vvault up" in text


async def test_the_status_read_from_a_frozen_daemon_says_that_it_is_away(
    vault: PlantedVault, expect_log: Callable[[str], None]
) -> None:
    expect_log("the daemon does not answer")
    vault.daemon.silent = True
    file = await vault.node("STATUS.txt")
    assert isinstance(file, File)
    handle = await file.open(False, False, vault.caller)
    assert b"daemon is away" in await handle.read(0, 65536)


async def test_the_connection_comes_back_by_itself(vault: PlantedVault) -> None:
    vault.daemon.stop()
    await trio.sleep(0.1)
    await trio.to_thread.run_sync(vault.daemon.restart)
    vault.daemon.add("a.jpg", "dog")
    with trio.fail_after(30):
        while not vault.link.connected:
            await trio.sleep(0.01)
    assert await vault.names("search/dog") == ["001 a.jpg"]
