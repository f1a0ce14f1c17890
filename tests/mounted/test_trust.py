"""The mount as a process: starting, ending, dying, and a daemon that is not there."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.leftovers import mounts_below
from support.mounting import Mount
from support.smalldaemon import SmallDaemon
from support.vault import eventually


@pytest.fixture
def daemon(short_path: Path) -> Iterator[SmallDaemon]:
    with SmallDaemon(short_path) as running:
        running.add("a.jpg", "dog")
        yield running


@pytest.fixture
def own(backend: str, daemon: SmallDaemon) -> Iterator[Mount]:
    """A mount of the test's own, not started."""
    mount = Mount(daemon.socket.with_name("m"), daemon.socket, backend)
    yield mount
    mount.close()


def refused(mount: Mount, code: int = 4) -> str:
    """Start a mount that must refuse with that exit code; return what it says."""
    process = mount.spawn()
    assert process.stdout is not None
    process.stdout.read()
    process.stdout.close()
    assert process.wait(20) == code, mount.log
    return mount.log


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_unmounts_and_ends_well(own: Mount, how: signal.Signals) -> None:
    own.start()
    assert own.stop(how) == 0
    assert not mounts_below(own.place)
    assert not own.place.exists()


def test_an_unmount_from_outside_ends_the_process_well(own: Mount) -> None:
    own.start()
    # A desktop looks at every new mount for a moment, and keeps it busy meanwhile.
    command = ["fusermount3", "-u", str(own.place)]
    eventually(lambda: subprocess.run(command, capture_output=True, check=False).returncode == 0, "unmounted", 10)
    assert own.process is not None
    assert own.process.wait(10) == 0


def test_it_unmounts_while_somebody_is_in_it(own: Mount) -> None:
    own.start()
    descriptor = os.open(own.place / "search", os.O_RDONLY)
    try:
        assert own.stop() == 0
    finally:
        os.close(descriptor)
    assert not mounts_below(own.place)


def test_a_dead_mount_is_cleared_at_the_next_start(own: Mount) -> None:
    own.start()
    own.stop(signal.SIGKILL)
    assert mounts_below(own.place)
    own.start()
    assert len(mounts_below(own.place)) == 1
    assert os.listdir(own.place / "search" / "dog") == ["001 a.jpg"]


def test_a_living_mount_is_not_covered(own: Mount, daemon: SmallDaemon) -> None:
    own.start()
    said = refused(Mount(own.place, daemon.socket, own.backend), code=5)
    assert "mounted" in said
    assert os.listdir(own.place / "search" / "dog")


def test_a_folder_with_something_in_it_is_not_covered(own: Mount) -> None:
    own.place.mkdir()
    (own.place / "mine").touch()
    said = refused(own)
    assert "is not empty" in said
    assert f"{own.place}-2" in said
    assert "mount.path" in said


def test_a_place_inside_a_watched_folder_is_refused_and_not_made(backend: str, daemon: SmallDaemon) -> None:
    said = refused(Mount(daemon.library / "m", daemon.socket, backend))
    assert "watched" in said
    assert not (daemon.library / "m").exists()


def test_it_mounts_while_the_daemon_is_away_and_finds_it_later(own: Mount, daemon: SmallDaemon) -> None:
    daemon.stop()
    own.start()
    assert "daemon is away" in (own.place / "STATUS.txt").read_text()
    daemon.restart()
    eventually(lambda: "daemon is away" not in (own.place / "STATUS.txt").read_text(), "connected")
    assert os.listdir(own.place / "search" / "dog") == ["001 a.jpg"]


@pytest.mark.expects_log("the daemon does not answer")
def test_nothing_hangs_while_the_daemon_is_silent(own: Mount, daemon: SmallDaemon) -> None:
    own.start()
    os.listdir(own.place / "search" / "dog")
    daemon.silent = True
    began = time.monotonic()
    with pytest.raises(OSError, match="Input/output error"):
        os.listdir(own.place / "search" / "cat")
    assert time.monotonic() - began < 5
    assert os.listdir(own.place / "search" / "dog") == ["001 a.jpg"]
    assert "Visionary Vault" in (own.place / "STATUS.txt").read_text()
    daemon.silent = False
    eventually(lambda: _opens(own.place / "search" / "cat"), "the daemon answers again")


def test_a_picture_that_cannot_be_handed_over_is_not_lost(own: Mount, daemon: SmallDaemon) -> None:
    daemon.tag("pets")
    own.start()
    source = own.place.with_name("new.jpg")
    source.write_bytes(b"PICTURE new")
    os.listdir(own.place / "tags" / "pets")
    daemon.stop()
    done = subprocess.run(["mv", source, own.place / "tags" / "pets"], capture_output=True, check=False)
    assert done.returncode != 0
    assert source.read_bytes() == b"PICTURE new"


def test_nothing_heavy_is_loaded(backend: str) -> None:
    script = (
        "import sys, vaultfs.__main__, vaultfs.backend;"
        f"vaultfs.backend.chosen({backend!r});"
        "heavy = {'PIL', 'numpy', 'faiss', 'torch', 'onnxruntime', 'tantivy', 'tokenizers', 'vaultd'};"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def _opens(place: Path) -> bool:
    try:
        os.listdir(place)
    except OSError:
        return False
    return True
