"""A folder with everything a person said: `vault.json` for another vault, `xmp/` for other programs.

The sidecars lie in folders like those of the pictures, `xmp/home/you/Pictures/a.jpg.xmp`: beside the pictures they are
found by photo programs, and putting them there is up to the person.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import msgspec

from vaultd.catalog.backups.writing import GoesOn, always, sync
from vaultd.safekeeping import telling, xmp
from vaultd.safekeeping.said import FILE, Said, SaidOfImage
from vaultipc.errors import Conflict


class Exported(NamedTuple):
    """`size`: bytes of all files. `images`: how many anything was said of. `sha256`: of the JSON file, in hex."""

    path: Path
    size: int
    images: int
    tags: int
    sha256: str


def write(sql: sqlite3.Connection, folder: Path, goes_on: GoesOn = always, *, subscriptions: bool = True) -> Exported:
    """Writes the folder; it appears when all of it is there. Raises Conflict if there is one that holds anything.

    Without `subscriptions` nothing says what is fetched from where. Raises InterruptedError, and leaves nothing, as
    soon as `goes_on` says no; and OSError.
    """
    if os.path.lexists(folder) and not _is_empty(folder):
        raise Conflict(f"{folder} is there already, and is no empty folder", hint="name a new folder")
    said = telling.said(sql)
    if not subscriptions:
        said = msgspec.structs.replace(said, subscriptions=[])
    part = folder.with_name(f".{folder.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    try:
        size = _write_all(sql, part, said, goes_on)
        digest = hashlib.sha256((part / FILE).read_bytes()).hexdigest()
        part.rename(folder)
        sync(folder.parent)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    return Exported(folder, size, len(said.images), len(said.tags), digest)


def _is_empty(folder: Path) -> bool:
    return folder.is_dir() and not any(folder.iterdir())


def _write_all(sql: sqlite3.Connection, part: Path, said: Said, goes_on: GoesOn) -> int:
    json = msgspec.json.format(msgspec.json.encode(said), indent=1)
    size = _write(part / FILE, json) + _write(part / "library.xmp", xmp.library(said.saved))
    albums: dict[str, list[str]] = defaultdict(list)
    for album in said.albums:
        for image in album.images:
            albums[image].append(album.name)
    tags = telling.shown_tags(sql)
    told = {one.hash: one for one in said.images}
    marked = {one.hash for one in said.images if one.favourite or one.rating or one.texts}
    wanted = marked | albums.keys() | tags.keys()
    for content, paths in telling.places(sql, wanted).items():
        one = told.get(content) or SaidOfImage(hash=content)
        packet = xmp.sidecar(one, tags.get(content, []), albums.get(content, []))
        for path in paths:
            size += _write(_sidecar_of(part, path), packet)
        if not goes_on():
            raise InterruptedError
    return size


def _sidecar_of(part: Path, path: bytes) -> Path:
    """A name that is as long as a name may be leaves no room for the ending; then that of the picture gives way."""
    folder, name = os.path.split(path)
    return part / "xmp" / os.fsdecode(folder.lstrip(b"/")) / os.fsdecode(name[: 255 - len(b".xmp")] + b".xmp")


def _write(path: Path, content: bytes) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    sync(path)
    return len(content)
