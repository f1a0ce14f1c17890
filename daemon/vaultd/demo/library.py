"""The demo library on disk: a folder of pictures as somebody might own, and its truth in a file beside it."""

import os
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Final

from vaultd.demo.files import make_files
from vaultd.demo.labels import Label, labels_path, write_labels
from vaultd.demo.plan import plan
from vaultipc.errors import UserError

DEFAULT_SEED: Final = 0
DEFAULT_COUNT: Final = 120


class DemoFolderNotEmpty(UserError):
    """The demo library would be written among other files."""


@dataclass(frozen=True)
class Written:
    """A library that was written: its folder, its labels file, and how many files are in it."""

    dir: Path
    labels: Path
    pictures: int


def write(directory: Path, seed: int = DEFAULT_SEED, count: int = DEFAULT_COUNT) -> Written:
    """Write `count` files and their labels; the same seed and count give the same bytes.

    Raises DemoFolderNotEmpty when the folder holds anything, UserError when `count` is no positive number or
    the path is no folder, OSError when it cannot be written.
    """
    directory = directory.absolute()
    _check(directory, count)
    directory.mkdir(parents=True, exist_ok=True)
    labels: dict[str, Label] = {}
    for file in make_files(plan(seed, count), seed):
        path = directory / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(file.content)
        moment = file.place.taken.replace(tzinfo=UTC).timestamp()
        os.utime(path, (moment, moment))
        labels[file.path] = file.label
    write_labels(labels_path(directory), seed, labels)
    return Written(directory, labels_path(directory), len(labels))


def _check(directory: Path, count: int) -> None:
    if count < 1:
        raise UserError(f"A demo library needs at least one picture, not {count}.", "Give --count a positive number.")
    if not directory.exists():
        return
    if not directory.is_dir():
        raise UserError(f"{directory} is a file, but the demo library needs a folder.", "Name another path.")
    if any(directory.iterdir()):
        raise DemoFolderNotEmpty(
            f"{directory} is not empty, and the demo library is never written among other files.",
            "Name an empty folder, or one that does not exist yet.",
        )
