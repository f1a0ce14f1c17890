"""Noticing and reading what stands beside pictures: sidecars that appear, change and go, without reading the picture.

The disk decides, whatever the event was: a path is looked at, compared with what is known of it, and read if it is
another. Reading and parsing happen in a thread. What cannot be read keeps what it said before, so that a program that
is just writing takes nothing away, and is told of by `doctor`.
"""

from __future__ import annotations

import logging
import os
import sqlite3
import stat
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import trio

from vaultd.catalog import sidecars
from vaultd.catalog.sidecars import FactsOf, Sidecar
from vaultd.catalog.store import Catalog, Transaction
from vaultd.domain.facts import Facts
from vaultd.domain.paths import absolute
from vaultd.domain.sidecar import NOTHING
from vaultd.ingest import walk
from vaultd.ingest.places import Places
from vaultd.metadata import naming
from vaultd.metadata.sidecar import LONGEST, Unreadable, read

logger = logging.getLogger(__name__)

TOGETHER = 500
TOGETHER_S = 0.01
"""Paths that are looked at in one go, and how long what was found is stored in one."""
_NEVER_SEEN: FactsOf = (0, 0, 0, 0)


@dataclass(frozen=True)
class _Look:
    """What a look at a path found: `now` None where nothing is any more. `before`: what was known when it was taken."""

    volume: int
    path: bytes
    before: FactsOf | None
    now: Sidecar | None


class Beside:
    """Keeps the catalog's sidecars as the disk has them."""

    def __init__(self, catalog: Catalog, places: Places) -> None:
        self._catalog = catalog
        self._places = places

    async def look(self, paths: Iterable[bytes], is_ignored: Callable[[bytes], bool] = lambda path: False) -> None:
        """Looks at these absolute paths, be there sidecars or none (any more); what is ignored is none."""
        waiting = list(dict.fromkeys(paths))
        for start in range(0, len(waiting), TOGETHER):
            some = waiting[start : start + TOGETHER]
            found = deque(await trio.to_thread.run_sync(self._look, some, is_ignored, abandon_on_cancel=True))
            while found:
                self._store(found)
                await trio.lowlevel.checkpoint()

    async def listed(self, there: list[tuple[bytes, Facts]]) -> None:
        """A folder was listed, and these were in it: those are read that are others than before."""
        await self.look(await trio.to_thread.run_sync(self._others, there, abandon_on_cancel=True))

    async def gone(
        self, folder: bytes, met: Collection[bytes], is_ignored: Callable[[bytes], bool] = lambda path: False
    ) -> None:
        """Everything in a folder and beneath was met that is there: all else that is known is looked at, or dropped
        where it is passed over now."""
        unmet = await trio.to_thread.run_sync(self._unmet, folder, met, abandon_on_cancel=True)
        if unmet:
            await self.look(unmet, is_ignored)

    def move(self, tx: Transaction, old: bytes, new: bytes) -> None:
        """A folder has another name, with all that is in it; if it is on another volume now, a scan finds that."""
        try:
            (volume, before), (other, after) = self._places.locate(old), self._places.locate(new)
        except LookupError:
            return
        if volume == other:
            sidecars.move_below(tx, volume, before, after)

    def _store(self, found: deque[_Look]) -> None:
        """Takes as many as a moment allows, and stores them: everybody else waits meanwhile."""
        until = time.perf_counter() + TOGETHER_S
        with self._catalog.write() as tx:
            while found:
                _keep(tx, found.popleft())
                if time.perf_counter() > until:
                    return

    # ---- in a thread ---------------------------------------------------------------------------------------------

    def _others(self, there: list[tuple[bytes, Facts]]) -> list[bytes]:
        facts, found = dict(there), []
        with self._catalog.read() as sql:
            for volume, inside in self._located(list(facts)).items():
                known = sidecars.facts(sql, volume, list(inside))
                found += [path for one, path in inside.items() if known.get(one) != sidecars.facts_of(facts[path])]
        return found

    def _unmet(self, folder: bytes, met: Collection[bytes]) -> list[bytes]:
        found = []
        try:
            inside = self._places.below(folder)
        except LookupError:
            return []
        with self._catalog.read() as sql:
            for volume in inside:
                place = volume.mount_point or b"/"
                start = folder[len(place) :].lstrip(b"/") if folder.startswith(place) else b""
                found += [absolute(place, path) for path in sidecars.below(sql, volume.id, start)]
        return [path for path in found if path not in met]

    def _look(self, paths: list[bytes], is_ignored: Callable[[bytes], bool]) -> list[_Look]:
        """Most paths that are asked about hold nothing, and nothing was known there."""
        found = []
        with self._catalog.read() as sql:
            for volume, inside in self._located(paths).items():
                known = sidecars.facts(sql, volume, list(inside))
                for relative, path in inside.items():
                    facts, before = walk.facts_of(path), known.get(relative)
                    if before is not None and (is_ignored(path) if facts else walk.is_gone(path)):
                        found.append(_Look(volume, relative, before, None))
                    elif facts is not None and before != sidecars.facts_of(facts):
                        now = self._read(sql, volume, relative, path)
                        found += [] if now is None else [_Look(volume, relative, before, now)]
        return found

    def _located(self, paths: list[bytes]) -> dict[int, dict[bytes, bytes]]:
        """The paths by volume and by their place on it; what is on no known volume is left out."""
        found: dict[int, dict[bytes, bytes]] = {}
        for path in paths:
            try:
                volume, relative = self._places.locate(path)
            except LookupError:
                continue
            found.setdefault(volume, {})[relative] = path
        return found

    def _read(self, sql: sqlite3.Connection, volume: int, relative: bytes, path: bytes) -> Sidecar | None:
        """What stands there now; None if that is no sidecar."""
        known = sidecars.at(sql, volume, relative)
        if known is None and not naming.is_xmp(path) and not sidecars.pictures_of(sql, volume, relative):
            return None  # texts are mostly something else
        return _read(path, relative, known)


def beside(picture: bytes) -> list[bytes]:
    """Where sidecars of a picture at this absolute path are, if they are spelled as usual."""
    start = os.path.splitext(picture)[0]
    return [before + ending for ending in naming.ENDINGS for before in (picture, start)]


def _read(path: bytes, relative: bytes, known: Sidecar | None) -> Sidecar | None:
    """What stands at a path; None if it is none any more."""
    before = NOTHING if known is None else known.said
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return None
    except OSError as error:
        return Sidecar(relative, _facts_at(path), before, _told(path, f"it cannot be opened: {error.strerror}"))
    with os.fdopen(fd, "rb") as file:
        status = os.fstat(fd)
        if not stat.S_ISREG(status.st_mode):
            return None
        facts = sidecars.facts_of(Facts.of(status))
        try:
            data = file.read(LONGEST + 1)
            return Sidecar(relative, facts, read(path, data), "")
        except OSError as error:
            return Sidecar(relative, facts, before, _told(path, f"it cannot be read: {error.strerror}"))
        except Unreadable as problem:
            return Sidecar(relative, facts, before, _told(path, str(problem)))


def _facts_at(path: bytes) -> FactsOf:
    facts = walk.facts_of(path)
    return _NEVER_SEEN if facts is None else sidecars.facts_of(facts)


def _told(path: bytes, problem: str) -> str:
    logger.info("a sidecar says nothing new: %s", problem)
    logger.debug("it is %a", os.fsdecode(path))
    return problem


def _keep(tx: Transaction, look: _Look) -> None:
    """Stores a look, unless something newer was stored since it was taken."""
    known = sidecars.at(tx.sql, look.volume, look.path)
    if (known.facts if known else None) != look.before:
        return
    if look.now is None:
        sidecars.drop(tx, look.volume, look.path)
    else:
        sidecars.put(tx, look.volume, look.now)
    if known is not None and look.now is not None and known.said == look.now.said:
        return
    for file, image in sidecars.pictures_of(tx.sql, look.volume, look.path).items():
        if image is not None:
            if look.now is not None:
                sidecars.returned(tx, image, file, look.now.said)
            sidecars.refresh(tx, image)
