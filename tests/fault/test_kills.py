"""kill -9 of each process in the middle of the work: afterwards everything is as if nothing had happened."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from support.outcome import Outcome, health, outcome
from support.vault import RunningVault, eventually
from vaultd.demo.library import Written

# Whole vaults are started and read here, with workers that give way to everything else that runs.
pytestmark = pytest.mark.timeout(180)


def busy(vault: RunningVault) -> bool:
    """Some pictures are done and some are not."""
    status = vault.call("status")
    return bool(status["images"] > 3 and status["pending"] > 0)


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


@pytest.mark.parametrize("round_", [0, pytest.param(1, marks=pytest.mark.long)])
def test_a_daemon_killed_while_it_reads_pictures_misses_none(
    vault: RunningVault, demo: Written, undisturbed: Outcome, round_: int
) -> None:
    vault.start()
    vault.call("add", demo.dir)
    eventually(lambda: vault.call("status")["images"] > 3 + 20 * round_, "the work is under way")
    before = vault.call("status")["images"]
    workers = vault.workers()
    vault.kill_daemon()
    eventually(lambda: all(map(is_gone, workers)), "its workers end with it")
    vault.start()
    assert outcome(vault) == undisturbed
    assert health(vault) == []
    assert vault.call("status")["counters"]["embedded"] <= undisturbed.images - before, "work was done twice"


def test_a_worker_killed_in_its_work_costs_no_picture(vault: RunningVault, demo: Written, undisturbed: Outcome) -> None:
    vault.start()
    vault.call("add", demo.dir)
    eventually(lambda: busy(vault) and bool(vault.workers()), "the work is under way")
    for worker in vault.workers():
        os.kill(worker, signal.SIGKILL)
    vault.settle()
    vault.call("failed", "--retry")
    assert outcome(vault) == undisturbed
    assert health(vault) == []


@pytest.mark.fuse
def test_a_killed_mount_leaves_nothing_that_stops_the_next_one(
    vault: RunningVault, demo: Written, undisturbed: Outcome
) -> None:
    vault.start()
    vault.mount()
    vault.call("add", demo.dir)
    eventually(lambda: busy(vault), "the work is under way")
    vault.kill_mount()
    assert vault.is_mounted(), "the kernel keeps a dead mount; that is what has to be cleared"
    vault.mount()
    assert outcome(vault) == undisturbed
    assert vault.listing("search/type:jpeg")
    assert vault.unmount() == 0
    assert not vault.is_mounted()


@pytest.mark.fuse
def test_the_mount_answers_while_the_daemon_is_dead_and_after_its_return(vault: RunningVault, demo: Written) -> None:
    vault.start()
    vault.call("add", demo.dir)
    vault.settle()
    vault.mount()
    seen = vault.listing("search/type:jpeg")
    assert seen
    vault.kill_daemon()
    assert "STATUS.txt" in vault.listing("")
    assert (vault.mountpoint / "STATUS.txt").read_text()
    vault.start()
    eventually(lambda: vault.call("status")["mounts"], "the mount reconnects by itself")
    assert vault.listing("search/type:jpeg") == seen
