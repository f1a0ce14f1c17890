"""What is dear to make and only read afterwards, made once for all processes that run tests beside each other."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path


def once(folder: Path, name: str, make: Callable[[Path], object]) -> Path:
    """`folder`/`name`, which the first process that asks for it makes by `make`; others wait until it is whole.

    `folder` is that of the whole run. Whoever gets it only reads.
    """
    place, whole = folder / name, folder / f"{name} is whole"
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not whole.exists():
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            make(place)
            whole.touch()
    return place
