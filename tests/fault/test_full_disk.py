"""Disks that fill up at the worst moment."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from support.ingesting import draw
from support.mounting import Kind
from support.outcome import Outcome, health, outcome
from support.tinypack import write_pack
from support.vault import RunningVault, eventually
from vaultd.demo.library import Written
from vaultipc.blocking import Client
from vaultipc.errors import EXIT_REFUSED, DiskFull

# Whole vaults are started and read here, with workers that give way to everything else that runs.
pytestmark = pytest.mark.timeout(180)


PICTURES = 4
TAGS = 5
OFTEN_KIB = (0, 4, 24, 100, 300)
EVERY_KIB = (*range(0, 100, 4), *range(100, 1000, 50))
"""A page of the catalog's log more each time: so each write of a commit, and of what the indexes keep, is the last."""


def fill(disk: Path, left_kib: int = 0) -> Path:
    """Takes the rest of a disk but for so much; returns the file that has to go to make room."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        with suppress(OSError):
            while True:
                file.write(bytes(4096))
        file.truncate(max(0, file.tell() - 1024 * left_kib))
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
@pytest.mark.parametrize("left", [OFTEN_KIB, pytest.param(EVERY_KIB, marks=pytest.mark.long)], ids=["often", "every"])
def test_at_whatever_write_the_disk_is_full_what_was_answered_is_there_and_nothing_else(
    vault: RunningVault, small_disk: Callable[[str, int], Path], left: tuple[int, ...]
) -> None:
    disk = small_disk("data", 8 * 1024)
    write_pack(disk / "models" / "tiny", "tiny")
    vault.environ |= {"VVAULT_LIBRARY_DATA": str(disk), "VVAULT_MODEL_NAME": "tiny", "VVAULT_INGEST_WORKERS": "1"}
    for number in range(PICTURES):
        draw(vault.pictures / f"{number}.png", f"rgb({60 * number}, 90, 200)")
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    done: list[str] = []
    refused = 0
    with Client(vault.socket, timeout=30) as client:
        images = [hit.id for hit in client.call("search", {"query": "width:>0"}).hits]
        for left_kib in left:
            ballast = fill(disk, left_kib)
            wanted = [f"{left_kib} KiB, {number}" for number in range(TAGS)]
            taken = [tag for tag in wanted if is_tagged(client, tag, images)]
            assert client.call("search", {"query": "width:>0"}).total == PICTURES
            ballast.unlink()
            done, refused = done + taken, refused + len(wanted) - len(taken)
            assert is_tagged(client, f"{left_kib} KiB, after", images)
            done.append(f"{left_kib} KiB, after")
    assert refused > TAGS, "the disk was never full"
    vault.settle()
    assert {tag["name"]: tag["count"] for tag in vault.call("tags")["tags"]} == dict.fromkeys(done, PICTURES)
    assert len(vault.call("log", "--limit", 1000)["actions"]) == len(done)
    assert health(vault) == []


def is_tagged(client: Client, tag: str, images: list[str]) -> bool:
    """Whether there was room to tag them."""
    try:
        client.call("tag", {"tag": tag, "images": images})
    except DiskFull:
        return False
    return True


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
