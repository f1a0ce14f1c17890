"""What `vvault mount` says in a terminal, and what it leaves behind when it ends."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from pathlib import Path

import pytest

from support.ending import wait_or_kill
from support.mounting import Mount
from vaultfs.mountpoint import unmount

pytestmark = pytest.mark.fuse


class Watched(Mount):
    """A mount that was started in a terminal: its stdout and stderr are one, and a person reads them."""

    def spawn(self) -> subprocess.Popen[bytes]:
        self._screen, inner = os.openpty()
        self.process = subprocess.Popen(self.command(), stdout=inner, stderr=inner)
        os.close(inner)
        return self.process

    def read(self, until: str) -> str:
        """What the screen shows up to `until`."""
        shown = ""
        while until not in shown:
            assert select.select([self._screen], [], [], 20)[0], f"no {until!r}; the screen shows {shown!r}"
            shown += os.read(self._screen, 65536).decode().replace("\r", "")
        return shown

    def end(self) -> int:
        """Press Ctrl-C; return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)

    def close(self) -> None:
        assert self.process is not None
        wait_or_kill(self.process, 20)
        os.close(self._screen)


def test_a_person_is_told_in_sentences_and_programs_by_a_log(short_path: Path) -> None:
    place, socket = short_path / "m", short_path / "none"
    watched = Watched(place, socket)
    watched.spawn()
    try:
        said = watched.read("starts it.\n")
        assert said.startswith(f"Mounted at {place}; Ctrl-C unmounts it. No daemon answers yet")
        assert watched.end() == 0
        assert watched.read("Unmounted.\n") == "SIGINT: unmounting …\nUnmounted.\n"
    finally:
        watched.close()
    with Mount(place, socket) as mount:
        mount.stop()
        assert "INFO vaultfs: unmounted" in mount.log


@pytest.mark.parametrize("how", ["ended", "unmounted"])
def test_folders_made_for_a_mount_go_with_it_and_others_stay(short_path: Path, how: str) -> None:
    there = short_path / "there"
    there.mkdir()
    for place in (there / "made/m", there):
        with Mount(place, short_path / "none") as mount:
            assert (place / "README.txt").exists()
            if how == "ended":
                assert mount.stop() == 0
            else:
                unmount(os.fsencode(place))
                assert mount.process is not None
                assert mount.process.wait(20) == 0
            assert os.listdir(there) == []


def test_a_folder_that_somebody_uses_meanwhile_stays(short_path: Path) -> None:
    place = short_path / "made/m"
    with Mount(place, short_path / "none") as mount:
        (place.parent / "notes.txt").write_text("mine")
        assert mount.stop() == 0
    assert os.listdir(place.parent) == ["notes.txt"]
