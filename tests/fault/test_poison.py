"""A picture that brings down the whole program does so a few times, and then never again."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from support.poisoned import poison, poisoned
from support.vault import PATIENCE_S, RunningVault
from vaultd.demo.library import Written
from vaultd.ingest.suspects import DEATHS

pytestmark = pytest.mark.timeout(180)


def test_a_picture_that_kills_the_daemon_at_each_start_is_read_last_and_then_no_more(
    vault: RunningVault, demo: Written, tmp_path: Path
) -> None:
    vault.environ["PYTHONPATH"] = poisoned(tmp_path)
    poison(vault.pictures / "0 first.png", "daemon")
    good = sorted(demo.dir.rglob("*.jpg"))[:6]
    for picture in good:
        shutil.copy(picture, vault.pictures)
    vault.start()
    vault.call("add", vault.pictures)
    for _ in range(DEATHS - 1):
        await_death(vault)
        vault.start()
    await_death(vault)
    vault.start()
    status = vault.settle()
    assert status["failed"] == 1
    assert status["files"] == len(good) + 1
    [failed] = vault.call("failed")["files"]
    assert failed["path"].endswith("0 first.png")
    assert failed["reason"] == f"the program ended {DEATHS} times while reading it"


@pytest.mark.long
def test_pictures_that_were_under_way_when_the_daemon_was_killed_are_read_all_the_same(
    vault: RunningVault, demo: Written
) -> None:
    for picture in sorted(demo.dir.rglob("*.jpg"))[:12]:
        shutil.copy(picture, vault.pictures)
    vault.start()
    vault.call("add", vault.pictures)
    noted = vault.data / "reading"
    for _ in range(DEATHS + 1):
        deadline = time.monotonic() + PATIENCE_S
        while not (noted.exists() and b"true" in noted.read_bytes()):
            if time.monotonic() > deadline or vault.call("status")["pending"] == 0:
                break
        vault.kill_daemon()
        vault.start()
    status = vault.settle()
    assert (status["failed"], status["files"]) == (0, 12)
    assert vault.call("doctor", "--deep")["ok"]


def await_death(vault: RunningVault) -> None:
    assert vault.daemon is not None
    vault.daemon.wait(PATIENCE_S)
