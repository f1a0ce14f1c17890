"""The folder in which a pack is made, and how it takes its name."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vaultipc.errors import Conflict, DiskFull


@contextmanager
def in_place(target: Path, *, replace: bool) -> Iterator[Path]:
    """A hidden folder beside `target`, which becomes it at the end; whatever ends the block early removes it.

    Raises Conflict if something of that name is there, unless it may be replaced.
    """
    if target.exists() and not replace:
        raise Conflict(f"{target} exists.", "Give the pack another --name, or --yes to replace it.")
    target.parent.mkdir(parents=True, exist_ok=True)
    _forget_abandoned(target)
    making = target.with_name(f".{target.name}.{os.getpid()}")
    making.mkdir(mode=0o700)
    try:
        yield making
        _take_name(making, target)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def need_space(folder: Path, size: int) -> None:
    """Raises DiskFull if the folder's disk has less than `size` bytes left."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise DiskFull(
            f"Exporting needs {size / 1e9:.1f} GB in {folder.parent}, and {free / 1e9:.1f} GB are free.",
            "Make room, or give --to a folder on another disk.",
        )


def _take_name(making: Path, target: Path) -> None:
    """Renames the finished folder; what it replaces is there until the moment before."""
    _sync(making)
    old = making.with_name(f"{making.name}.old")
    if target.exists():
        target.rename(old)
    making.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _sync(folder: Path) -> None:
    """Has the disk hold every file of the folder, so that the name never stands for half a pack."""
    for path in [*folder.iterdir(), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _forget_abandoned(target: Path) -> None:
    """Removes what an export of this name left that was killed."""
    for path in target.parent.glob(f".{target.name}.*"):
        process = path.name.removeprefix(f".{target.name}.").removesuffix(".old")
        if process.isdigit() and not Path("/proc", process).exists():
            shutil.rmtree(path, ignore_errors=True)
