"""Disks that fill up at the worst moment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from support.mounting import Kind
from support.outcome import Outcome, health, outcome
from support.vault import RunningVault, eventually
from vaultd.demo.library import Written
from vaultipc.errors import EXIT_REFUSED

# Whole vaults are started and read here, with workers that give way to everything else that runs.
pytestmark = pytest.mark.timeout(180)


def fill(disk: Path) -> Path:
    """Takes the rest of a disk; returns the file that has to go to make room."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return ballast


@pytest.mark.expects_log("thumbnails cannot be written")
def test_a_disk_too_small_for_thumbnails_costs_only_thumbnails(
    vault: RunningVault, demo: Written, undisturbed: Outcome, small_disk: Callable[[str, int], Path]
) -> None:
    vault.environ["XDG_CACHE_HOME"] = str(small_disk("cache", 64))
    vault.start()
    vault.call("add", demo.dir)
    assert outcome(vault) == undisturbed


@pytest.mark.expects_log("at present", "index failed", "no room")
def test_what_a_full_disk_stopped_is_finished_once_there_is_room(
    vault: RunningVault, demo: Written, undisturbed: Outcome, small_disk: Callable[[str, int], Path]
) -> None:
    disk = small_disk("data", 64 * 1024)
    vault.environ["VVAULT_LIBRARY_DATA"] = str(disk)
    vault.start()
    vault.call("add", demo.dir)
    eventually(lambda: vault.call("status")["images"] > 3, "the work is under way")
    ballast = fill(disk)
    eventually(lambda: vault.call("status")["state"] == "paused", "the status says that nothing goes on")
    reason = vault.call("status")["reason"]
    assert re.fullmatch(rf"disk full, needs \d+ MB at {disk}", reason), reason
    done = vault.run("tag", "x", vault.call("search", "width:>0")["hits"][0]["path"])
    assert done.returncode == EXIT_REFUSED
    assert "disk full, needs" in done.stderr
    ballast.unlink()
    assert outcome(vault) == undisturbed
    assert health(vault) == []


@pytest.mark.expects_log("index failed", "at present", "no room")
@pytest.mark.fuse
def test_mv_into_a_tag_on_a_full_disk_fails_and_keeps_its_source(
    vault: RunningVault, demo: Written, small_disk: Callable[[str, int], Path]
) -> None:
    disk = small_disk("data", 16 * 1024)
    vault.environ["VVAULT_LIBRARY_DATA"] = str(disk)
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    vault.mount()
    (vault.mountpoint / "tags" / "x").mkdir()
    picture = vault.home / "only copy.jpg"
    shutil.copy(max(demo.dir.rglob("*.jpg"), key=lambda path: path.stat().st_size), picture)
    content = picture.read_bytes()
    ballast = fill(disk)
    done = subprocess.run(["mv", picture, vault.mountpoint / "tags/x"], capture_output=True, check=False)
    assert done.returncode != 0
    assert picture.read_bytes() == content
    ballast.unlink()
    subprocess.run(["mv", picture, vault.mountpoint / "tags/x"], check=True)
    assert not picture.exists()
    assert vault.call("search", "tag:x")["total"] == 1


@pytest.mark.expects_log("index failed", "at present", "no room")
@pytest.mark.fuse
def test_cp_into_a_tag_on_a_full_disk_says_so_and_leaves_nothing_half(
    kind: Kind, vault: RunningVault, demo: Written, small_disk: Callable[[str, int], Path]
) -> None:
    disk = small_disk("data", 16 * 1024)
    vault.environ |= {"VVAULT_LIBRARY_DATA": str(disk), "VVAULT_MOUNT_BACKEND": kind.backend}
    vault.environ["VVAULT_MOUNT_ENTRIES"] = kind.entries
    first, second = sorted(demo.dir.rglob("*.jpg"), key=lambda path: path.stat().st_size)[-2:]
    vault.start()
    vault.call("add", vault.pictures)
    vault.mount()
    tag = vault.mountpoint / "tags" / "x"
    tag.mkdir()
    assert copied(first, tag) == ""
    ballast = fill(disk)
    assert "No space left on device" in copied(second, tag)
    assert os.listdir(tag) == [first.name]
    assert (tag / first.name).read_bytes() == first.read_bytes()
    ballast.unlink()
    assert copied(second, tag) == ""
    assert {path.read_bytes() for path in tag.iterdir()} == {first.read_bytes(), second.read_bytes()}
    assert vault.call("search", "tag:x")["total"] == 2


def copied(source: Path, folder: Path) -> str:
    """What `cp` complains of."""
    done = subprocess.run(["cp", source, folder], capture_output=True, text=True, env={"LC_ALL": "C"}, check=False)
    assert bool(done.returncode) == bool(done.stderr)
    return done.stderr
