"""Where a model is while it is not complete: `.pull/` beside the packs, one folder for each repository and commit.

What is in there is never found by anything else; a complete pack leaves it by one rename.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vaultd.models.hub import failures
from vaultipc.errors import DiskFull, Held

SPARE = 64 << 20
"""Bytes that shall stay free on the disk."""


class Staging:
    """The folder of one repository at one commit, below the folder of the packs."""

    def __init__(self, packs: Path, repo: str, commit: str) -> None:
        self._packs = packs
        self.folder = packs / ".pull" / f"{repo.replace('/', '--')}@{commit}"

    def open(self) -> None:
        """Makes the folder, and gives up what was begun of other commits."""
        name, _, _ = self.folder.name.rpartition("@")
        for other in self.folder.parent.glob(f"{name}@*"):
            if other != self.folder:
                shutil.rmtree(other)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise failures.written(error, self.folder) from error

    def here(self, name: str) -> int:
        """How many bytes of a file are here."""
        file = self.folder / name
        return file.stat().st_size if file.exists() else 0

    def check_room(self, missing: int) -> None:
        """Raises DiskFull where so many bytes more would fill the disk."""
        free = shutil.disk_usage(self.folder).free
        if missing + SPARE > free:
            raise DiskFull(
                f"The model needs {_mb(missing + SPARE)} MB, and {self._packs} has {_mb(free)} MB left.",
                "Make room, or move the library's data: `library.data` in the configuration.",
            )

    def publish(self, name: str) -> Path:
        """Makes the folder the pack `name`, in one step. What is there under the name is damaged, and goes."""
        place, damaged = self._packs / name, self.folder.with_name(f"{name}.damaged")
        shutil.rmtree(damaged, ignore_errors=True)
        if place.exists():
            place.rename(damaged)
        for file in self.folder.iterdir():
            _sync(file)
        _sync(self.folder)
        self.folder.rename(place)
        _sync(self._packs)
        shutil.rmtree(damaged, ignore_errors=True)
        return place

    def discard(self) -> None:
        """Forgets all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def only_one(packs: Path) -> Iterator[None]:
    """Holds the folder of the packs for one pull. Raises Held while another one runs."""
    try:
        (packs / ".pull").mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = os.open(packs / ".pull" / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise failures.written(error, packs) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise Held("Another `vvault model pull` is at work.", "Wait until it has ended.") from error
    finally:
        os.close(lock)


def _mb(count: int) -> str:
    return f"{count / 1e6:,.0f}"


def _sync(path: Path) -> None:
    """Has the disk hold what was written to a file or a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
