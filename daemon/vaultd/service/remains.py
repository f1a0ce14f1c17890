"""What the program keeps in a home: the catalog's folder, the configuration, thumbnails, the empty mount point.

Only names that are known to be ours are deleted: the folder of the catalog is the user's choice, and may hold other
things. Pictures are never ours, the inbox included.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vaultd.config import Config
from vaultd.config.kinds import home, xdg_folder
from vaultipc.errors import Held

DATA = (
    "catalog.db",
    "catalog.db-wal",
    "catalog.db-shm",
    "catalog.db.lock",
    "backups",
    "replaced",
    "reading",
    "finding-words",
    "mount-thumbnails",
    "index",
    "autotags",
    "models",
    "holding",
    "before",
    "previews",
    "fetching",
    "logs",
)
"""Everything the daemon, and `vvault up`, make in the data folder."""

THUMBNAIL_SIZES = ("normal", "large")
_MARK = b"tEXtSoftware\0Visionary Vault"
_HEAD = 4096
"""Bytes of a thumbnail in which its text chunks stand: they come before the picture's data."""


@dataclass(frozen=True)
class Remains:
    """What is there now."""

    data: list[Path]
    configuration: list[Path]
    thumbnails: list[Path]

    def places(self) -> list[str]:
        """A line for each kind of thing, for a person."""
        places = [str(path) for path in self.data + self.configuration]
        if self.thumbnails:
            places.append(f"{len(self.thumbnails)} thumbnails in {self.thumbnails[0].parent.parent}")
        return places


def find(config: Config, environ: Mapping[str, str]) -> Remains:
    """Looks for everything of ours."""
    return Remains(
        data=[path for name in DATA if (path := config.library.data / name).exists()],
        configuration=[config.file] if config.file.exists() else [],
        thumbnails=_thumbnails(environ),
    )


def delete(config: Config, environ: Mapping[str, str]) -> list[str]:
    """Deletes everything of ours, and the folders this leaves empty. Raises Held while a daemon uses the catalog."""
    _refuse_in_use(config.library.data)
    ours = find(config, environ)
    for path in ours.data:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for path in ours.configuration + ours.thumbnails:
        path.unlink(missing_ok=True)
    emptied = {config.library.data, config.file.parent, config.mount.path, *(path.parent for path in ours.thumbnails)}
    for folder in sorted(emptied):
        prune(folder, environ)
    return [f"deleted: {place}" for place in ours.places()]


def prune(folder: Path, environ: Mapping[str, str]) -> None:
    """Removes `folder` if it is empty, then each one above it that became so, but never the home or what is outside."""
    top = home(environ)
    while folder != top and folder.is_relative_to(top):
        try:
            folder.rmdir()
        except FileNotFoundError:
            pass
        except OSError:
            return  # it holds something: that is where our part ends
        folder = folder.parent


def _refuse_in_use(data: Path) -> None:
    try:
        lock = os.open(data / "catalog.db.lock", os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        raise Held(
            f"A daemon is using the catalog in {data}; nothing was deleted.",
            hint="End it first: `vvault stop`.",
        ) from held
    finally:
        os.close(lock)


def _thumbnails(environ: Mapping[str, str]) -> list[Path]:
    """Thumbnails that carry our mark; the folder is shared with every file manager."""
    folder = xdg_folder(environ, "XDG_CACHE_HOME", ".cache") / "thumbnails"
    return [path for size in THUMBNAIL_SIZES for path in sorted((folder / size).glob("*.png")) if _is_ours(path)]


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return _MARK in file.read(_HEAD)
    except OSError:
        return False
