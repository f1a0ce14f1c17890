"""Mounts that are killed, stacked, doubled, or ended while somebody is in them: none stays behind dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.leftovers import mounts_below
from support.mounting import Mount
from support.smalldaemon import SmallDaemon
from support.vault import RunningVault, eventually
from vaultd.demo.library import write

pytestmark = [pytest.mark.fuse, pytest.mark.timeout(120)]

BARE = """
import sys
import vaultfs.__main__ as program

async def unprepared(place: bytes) -> list[bytes]: return []

program.prepare = unprepared
sys.exit(program.main())
"""
"""The mount's program, but for the step that clears what is in the way: it stacks, as careless programs do."""


@contextmanager
def inside(how: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process that is in a mount: `standing` there, with a `file` open, or with one `mapped`."""
    scripts = {
        "standing": "import os; os.chdir({0!r})",
        "file": "file = open({0!r} + '/a.jpg')",
        "mapped": "import mmap; file = open({0!r} + '/a.jpg', 'rb'); map = mmap.mmap(file.fileno(), 0, prot=1); "
        "file.close()",
    }
    script = scripts[how].format(os.fspath(folder)) + "; print(flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    assert process.stdout.readline() == b"\n"
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


# ---- killed ----------------------------------------------------------------------------------------------------------


def test_dead_mounts_are_cleared_however_many_lie_on_each_other(own: Mount, small: SmallDaemon) -> None:
    small.add("a.jpg", "dog")
    # fusermount3, which runs as root for a user, may not look into the first one, and so lays no second one upon it.
    count = 3 if os.geteuid() == 0 else 1
    stacked(own, count)
    assert len(mounts_below(own.place)) == count
    with pytest.raises(OSError, match="not connected"):
        os.listdir(own.place)
    own.start()
    assert len(mounts_below(own.place)) == 1
    assert os.listdir(own.place / "search" / "dog") == ["001 a.jpg"]
    assert own.stop() == 0
    assert mounts_below(own.place) == []
    assert os.listdir(own.place) == []


def stacked(mount: Mount, count: int) -> None:
    """So many mounts at one place, one upon the other, and all of them killed."""
    mount.place.mkdir()
    words = [mount.place, "--socket", mount.socket, "--backend", mount.backend]
    processes = []
    for number in range(1, count + 1):
        processes.append(subprocess.Popen([sys.executable, "-c", BARE, *map(str, words)]))
        eventually(lambda: len(mounts_below(mount.place)) >= number, "one more lies there", 20)  # noqa: B023
    for process in processes:
        process.kill()
        process.wait()


def test_a_mount_that_was_killed_takes_no_other_one_along(own: Mount, small: SmallDaemon) -> None:
    small.add("a.jpg", "dog")
    small.tag("t")
    other = Mount(own.place.with_name("other"), own.socket, *own.kind)
    with own, other:
        assert os.listdir(own.place / "search" / "dog") == os.listdir(other.place / "search" / "dog") == ["001 a.jpg"]
        (own.place / "tags" / "made here").mkdir()
        eventually(lambda: "made here" in os.listdir(other.place / "tags"), "the other one shows it", 5)
        own.stop(signal.SIGKILL)
        assert os.listdir(other.place / "search" / "dog") == ["001 a.jpg"]
        (other.place / "tags" / "made there").mkdir()
        own.start()
        assert "made there" in os.listdir(own.place / "tags")
        small.stop()
        small.restart()
        eventually(lambda: opens(own.place / "search" / "cat"), "answers resume", 5)
        eventually(lambda: opens(other.place / "search" / "cat"), "answers resume in the other one", 5)


def opens(folder: Path) -> bool:
    try:
        os.listdir(folder)
    except OSError:
        return False
    return True


# ---- ended while somebody is in it -----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["standing", pytest.param("file", marks=pytest.mark.long), "mapped"])
def test_a_mount_in_use_says_who_uses_it_and_is_gone_all_the_same(own: Mount, small: SmallDaemon, how: str) -> None:
    small.tag("t", small.add("a.jpg", "dog", b"PICTURE".ljust(9000)))
    own.start()
    with inside(how, own.place / "tags" / "t") as user:
        assert own.stop(signal.SIGINT) == 0
        assert mounts_below(own.place) == []
        assert not own.place.exists()
        verb = "stands in it" if how == "standing" else "has something in it open"
        assert f"{own.place} is still in use: {name_of(user.pid)} (process {user.pid}) {verb}." in own.log
    own.start()
    assert os.listdir(own.place / "tags" / "t") == ["a.jpg"]
    assert own.stop() == 0
    assert own.log.count("still in use") == 1


def name_of(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()


def test_up_tells_who_was_in_the_mount_when_it_ended(vault: RunningVault) -> None:
    write(vault.pictures, count=2)
    process = vault.spawn("up", "--yes")
    eventually(lambda: "2 pictures searchable" in vault.log("up") or process.poll() is not None, "it is up")
    with inside("standing", vault.mountpoint / "search") as user:
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0, vault.log("up")
        assert f"{vault.mountpoint} is still in use: {name_of(user.pid)} (process {user.pid})" in vault.log("up")
    assert not vault.is_mounted()
    assert not vault.mountpoint.exists()
