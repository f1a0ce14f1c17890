"""A drive with a file system of its own, that is plugged in and pulled out. Needs root."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


class Drive:
    """One file system on a disk of its own, at most at one place at a time."""

    def __init__(self, image: Path) -> None:
        self._image = image
        self._place: Path | None = None
        image.parent.mkdir(parents=True, exist_ok=True)
        with image.open("wb") as file:
            file.truncate(8 << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", image], check=True)

    def attach(self, place: Path, *options: str) -> None:
        place.mkdir(exist_ok=True, parents=True)
        words = ["mount", "-o", ",".join(("loop", *options)), str(self._image), str(place)]
        done = subprocess.run(words, check=False, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no drive can be attached here: {done.stderr.strip()}")
        self._place = place

    def detach(self) -> None:
        """As who pulls it out: whatever still holds it open does not keep it."""
        if self._place is not None:
            subprocess.run(["umount", "-l", self._place], check=True)
        self._place = None


@contextmanager
def empty_drive(folder: Path) -> Iterator[Drive]:
    """A drive whose bytes are kept in `folder`; it is pulled out at the end. Skips the test where there can be none."""
    if os.getuid() != 0 or shutil.which("mkfs.ext4") is None:
        pytest.skip("needs root and mkfs.ext4 to attach a drive")
    drive = Drive(folder / "drive.img")
    try:
        yield drive
    finally:
        drive.detach()
