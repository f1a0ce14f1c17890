"""More happens than the kernel keeps: a daemon that was stopped meanwhile finds out by itself what it missed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.catalogued import places
from support.ingesting import draw
from support.vault import RunningVault, eventually
from vaultipc.blocking import Client
from vaultipc.messages import Status

QUEUE = Path("/proc/sys/fs/inotify/max_queued_events")
PICTURES = 6
PATIENCE_S = 500


@contextmanager
def _stopped(vault: RunningVault) -> Iterator[None]:
    """The daemon does nothing for as long as the block runs."""
    assert vault.daemon is not None
    vault.daemon.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        vault.daemon.send_signal(signal.SIGCONT)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("names", [0, pytest.param(30_000, marks=pytest.mark.long)])
def test_a_full_queue_costs_a_scan_and_nothing_else(vault: RunningVault, names: int) -> None:
    """`names`: further names of pictures that appear meanwhile; reading as many files would take minutes."""
    for number in range(PICTURES):
        draw(vault.pictures / f"{number}.png", f"#{number}00000")
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle(PATIENCE_S)
    with _stopped(vault):
        _overflow(vault.pictures)
        for number in range(names):
            os.link(vault.pictures / f"{2 + number % 2}.png", vault.pictures / f"link {number}.png")
        (vault.pictures / "5.png").rename(vault.pictures / "renamed.png")
        (vault.pictures / "4.png").unlink()
        (vault.pictures / "late").mkdir()
        draw(vault.pictures / "late/new.png", "blue")
    with Client(vault.socket) as client:
        wanted = (PICTURES + names, PICTURES + 1, 0)
        eventually(lambda: _state(client.call("status")) == wanted, "all is known", PATIENCE_S)
    counters = vault.call("status")["counters"]
    assert counters["rescans"] >= 1
    assert counters["quarantined"] == 0
    assert {"renamed.png", "late/new.png"} <= _names(vault)
    assert not {"4.png", "5.png"} & _names(vault)
    draw(vault.pictures / "late/after.png", "white")
    eventually(lambda: "late/after.png" in _names(vault), "a folder made meanwhile is watched", PATIENCE_S)


def _overflow(folder: Path) -> None:
    """Fills the kernel's queue: neighbours that are the same count once, so that two files take turns."""
    for number in range(int(QUEUE.read_text()) + PICTURES):
        os.utime(folder / f"{number % 2}.png", ns=(number, number))


def _state(status: Status) -> tuple[int, int, int]:
    """Files that are there, pictures that were decoded, and files that are still to be read."""
    return status.files, status.counters.decoded, status.pending


def _names(vault: RunningVault) -> set[str]:
    return {path.removeprefix("Pictures/") for path, image in places(vault).items() if image is not None}
