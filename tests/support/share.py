"""A share on a network as the tests need one: a folder seen through FUSE, which tells inotify nothing of changes.

with share(tmp_path) as drive:
    draw(drive.behind / "a.jpg", "red")  # somebody else's computer
    drive.hang()  # from now on it does not answer, until `answer`

Run as a program it is the file system: `python share.py BEHIND PLACE FLAG [fold] [ours]`. While the file FLAG exists
nothing is answered; with `fold`, names are found whatever their case, as on a Windows share; with `ours`, it is called
what a mount of this program is called.
"""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import mfusepy
import pytest

PATIENCE_S = 20
LONGEST_S = 60
"""A test whose process waits for the share in the kernel cannot be ended, nor end the hanging itself."""


@dataclass
class Share:
    """`behind`: where its files really are; `place`: where it is mounted."""

    behind: Path
    place: Path
    flag: Path

    def hang(self) -> None:
        """It answers nothing until `answer`."""
        self.flag.touch()

    def answer(self) -> None:
        """It answers again, also what it was asked meanwhile."""
        self.flag.unlink(missing_ok=True)


@contextmanager
def share(base: Path, *, fold: bool = False, ours: bool = False) -> Iterator[Share]:
    """Mounts one below `base`, for as long as the block runs."""
    drive = Share(base / "behind", base / "share", base / "hanging")
    if not os.access("/dev/fuse", os.R_OK | os.W_OK):
        pytest.skip("needs /dev/fuse")
    for folder in (drive.behind, drive.place):
        folder.mkdir(exist_ok=True)
    words = [str(drive.behind), str(drive.place), str(drive.flag), *["fold"] * fold, *["ours"] * ours]
    process = subprocess.Popen([sys.executable, __file__, *words])
    try:
        until = time.monotonic() + PATIENCE_S
        while not os.path.ismount(drive.place):
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.02)
        yield drive
    finally:
        drive.answer()
        subprocess.run(["fusermount3", "-uz", drive.place], check=False, capture_output=True)
        process.wait(PATIENCE_S)


class _Seen(mfusepy.Operations):  # type: ignore[misc]
    """Reading only: a test changes what is behind."""

    use_ns = True

    def __init__(self, behind: str, flag: str, fold: bool) -> None:
        self._behind, self._flag, self._fold = behind, flag, fold

    def _real(self, path: str) -> str:
        until = time.monotonic() + LONGEST_S
        while os.path.exists(self._flag) and time.monotonic() < until:
            time.sleep(0.02)
        found = self._behind
        for name in filter(None, path.split("/")):
            spelled = next((one for one in os.listdir(found) if one.casefold() == name.casefold()), name)
            found = os.path.join(found, spelled if self._fold else name)
        return found

    def getattr(self, path: str, fh: int | None = None) -> dict[str, int]:
        status = os.lstat(self._real(path))
        names = ("st_mode", "st_ino", "st_nlink", "st_uid", "st_gid", "st_size", "st_blocks")
        times = {name: getattr(status, f"{name}_ns") for name in ("st_atime", "st_mtime", "st_ctime")}
        return {name: getattr(status, name) for name in names} | times

    def statfs(self, path: str) -> dict[str, int]:
        status = os.statvfs(self._real(path))
        return {name: getattr(status, name) for name in ("f_bsize", "f_blocks", "f_bfree", "f_bavail", "f_namemax")}

    def readdir(self, path: str, fh: int) -> Iterator[tuple[str, dict[str, int], int]]:
        for entry in os.scandir(self._real(path)):
            yield entry.name, {"st_mode": entry.stat(follow_symlinks=False).st_mode, "st_ino": entry.inode()}, 0

    def open(self, path: str, flags: int) -> int:
        real = self._real(path)
        assert stat.S_ISREG(os.lstat(real).st_mode)
        return os.open(real, os.O_RDONLY)

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return os.pread(fh, size, offset)

    def release(self, path: str, fh: int) -> int:
        os.close(fh)
        return 0


if __name__ == "__main__":
    _behind, _place, _flag, *_kinds = sys.argv[1:]
    mfusepy.FUSE(
        _Seen(_behind, _flag, "fold" in _kinds),
        _place,
        foreground=True,
        use_ino=True,
        attr_timeout=0,
        entry_timeout=0,
        fsname=f"server:/photos{_place}",  # by this a share is known again: those of tests beside this one are others
        subtype="vvault" if "ours" in _kinds else "share",
    )
