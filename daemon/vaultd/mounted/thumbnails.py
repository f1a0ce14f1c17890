"""Thumbnails for the names that pictures have in a mount, from those that the originals have already.

A file manager looks for the thumbnail of the name it shows, and the name in a mount is another one than the original's:
it would decode each picture again. A mount tells which of its folders was opened; what it shows is copied here, with
other marks and the same pixels, slowly enough to leave the machine to others, and is deleted when the mount says that
the folder is forgotten, when the mount is gone, and when the daemon ends.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import trio

from vaultd.catalog import lookup, privacy
from vaultd.catalog.store import Catalog
from vaultd.config import Config
from vaultd.mounted.written import Written
from vaultd.worker import thumbnail_files
from vaultd.worker.thumbnail_copies import mtime, read, relabelled
from vaultipc.codec import exact

log = logging.getLogger(__name__)

RECORD = "mount-thumbnails"
"""The file, beside the catalog, that remembers what was written."""

SIZES = ("normal", "large")
"""All small ones first: most file managers look for those alone."""

_BATCH = 8
_REST = 2.0
"""How much longer than it works the copying rests."""
_WAITING = 8
_SECOND = 1_000_000_000


@dataclass(frozen=True)
class Shown:
    """An entry of a folder: its name there, its image, and the modification time (ns) that stat tells of it."""

    name: bytes
    image: int
    mtime_ns: int


Key = tuple[Hashable, bytes]
"""A mount, and the absolute path of a folder in it."""


class MountThumbnails:
    """Copies for one folder at a time, the one told last first."""

    def __init__(self, catalog: Catalog, config: Config) -> None:
        self.wanted = config.ingest.thumbnails and config.ingest.mount_thumbnails
        self._catalog = catalog
        self._cache = thumbnail_files.home()
        self._written = Written(config.library.data / RECORD, self._cache)
        self._told: dict[Key, list[Shown]] = {}
        self._known: set[Key] = set()
        self._unfinished: dict[Key, Iterator[tuple[str, Sequence[Shown]]]] = {}
        self._awake = trio.Event()
        self._failed = False

    def show(self, mount: Hashable, folder: bytes, entries: Sequence[Shown]) -> None:
        """A folder of this mount shows these pictures now; none: it is forgotten. Of many folders the last count."""
        key = (mount, folder)
        self._told.pop(key, None)
        if not self.wanted or (not entries and key not in self._known):
            return
        self._told[key] = list(entries)
        fresh = [told for told in self._told if told not in self._known]
        for told in fresh[:-_WAITING]:
            del self._told[told]
        self._awake.set()

    def forget(self, mount: Hashable) -> None:
        """The mount is gone."""
        self._told = {key: entries for key, entries in self._told.items() if key[0] != mount}
        for key in [key for key in self._known if key[0] == mount]:
            self._told[key] = []
        self._awake.set()

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Copies what is told, for ever; deletes first what a crash left, and in the end everything."""
        self._clear()
        task_status.started()
        try:
            while True:
                await self._awake.wait()
                self._awake = trio.Event()
                while self._told or self._unfinished:
                    try:
                        await (self._turn() if self._told else self._go_on())
                    except (OSError, sqlite3.OperationalError) as error:
                        self._unfinished = {}
                        self._complain(error)
        finally:
            self._clear()

    async def _turn(self) -> None:
        """Turns to the folder told last; deletes what it shows no more."""
        key, entries = self._told.popitem()
        self._unfinished.pop(key, None)
        names = {self._name(size, key, one) for one in entries for size in SIZES}
        (self._known.add if entries else self._known.discard)(key)
        await trio.to_thread.run_sync(self._written.turn_to, key, names)
        if entries:
            self._unfinished[key] = _batches(entries)

    async def _go_on(self) -> None:
        """Copies a few for the folder turned to last, and rests."""
        key = next(reversed(self._unfinished))
        size, batch = next(self._unfinished[key], ("", ()))
        began = time.monotonic()
        if not batch or not await trio.to_thread.run_sync(self._copy, key, size, batch):
            del self._unfinished[key]
        await trio.sleep(_REST * (time.monotonic() - began))
        self._failed = False

    def _copy(self, key: Key, size: str, entries: Sequence[Shown]) -> bool:
        """Writes the thumbnails of these; False when there is no more room."""
        with self._catalog.read() as sql:
            images = privacy.shown(sql, [entry.image for entry in entries])
            places = lookup.places(sql, images)
        for entry in entries:
            files = [(exact(file.path, file.path_b64), file.mtime_ns) for file in places.get(entry.image, [])]
            if not self._write(key, size, entry, files):
                return False
        return True

    def _write(self, key: Key, size: str, entry: Shown, files: Sequence[tuple[bytes, int]]) -> bool:
        name, seconds = self._name(size, key, entry), entry.mtime_ns // _SECOND
        if self._written.shows(key, name, entry) or self._is_theirs(key, name, seconds):
            return True
        path = _path(key, entry)
        for original, mtime_ns in files:
            png = read(thumbnail_files.place(self._cache, size, original))
            made = relabelled(png, path, seconds) if mtime(png) == mtime_ns // _SECOND else None
            if made is not None:
                if not self._written.room(key, len(made)):
                    return False
                self._written.enter(key, name, entry, len(made))
                thumbnail_files.put(self._cache / name, made)
                return True
        return True

    def _is_theirs(self, key: Key, name: str, seconds: int) -> bool:
        """Whether somebody else made one that is good: it stays, and stays theirs."""
        return not self._written.has(key, name) and mtime(read(self._cache / name)) == seconds

    def _name(self, size: str, key: Key, entry: Shown) -> str:
        """The thumbnail's place below the cache."""
        return str(thumbnail_files.place(Path(), size, _path(key, entry)))

    def _clear(self) -> None:
        try:
            self._written.clear()
        except OSError as error:
            self._complain(error)

    def _complain(self, error: OSError | sqlite3.OperationalError) -> None:
        """Says once that it cannot be done; nothing else is lost by it."""
        if not self._failed:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            log.warning("thumbnails for names in the mount cannot be written: %s", reason)
        self._failed = True


def _batches(entries: Sequence[Shown]) -> Iterator[tuple[str, Sequence[Shown]]]:
    for size in SIZES:
        for first in range(0, len(entries), _BATCH):
            yield size, entries[first : first + _BATCH]


def _path(key: Key, entry: Shown) -> bytes:
    return key[1] + b"/" + entry.name
