"""Backups that make themselves: every day, and all of the catalog every week."""

from __future__ import annotations

import hashlib
import logging
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import trio

from vaultd.catalog.backups import damage
from vaultd.catalog.backups.shelf import Kind, Shelf
from vaultd.catalog.backups.writing import Abandoned, read_only, write_full, write_lean
from vaultipc.errors import DiskFull

log = logging.getLogger(__name__)

FIRST_S = 60.0
"""After the start, when a person waits for other things."""
EVERY_S = 3600.0
_AUTOMATIC: tuple[Kind, ...] = ("daily", "full")


def now() -> datetime:
    """What the clock says."""
    return datetime.now(UTC)


class Made(NamedTuple):
    """A backup that was made: how many contents and tags it holds, and its digest, in hex."""

    path: Path
    size: int
    images: int
    tags: int
    sha256: str


class Backups:
    """Looks every hour whether a backup is due. `problem`: why the last one could not be made, '' if it could."""

    def __init__(self, catalog: Path) -> None:
        self.shelf = Shelf(catalog)
        self.problem = ""
        self._turn = trio.Lock()

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled; a backup that is under way is given up then, and leaves nothing."""
        task_status.started()
        await trio.sleep(FIRST_S)
        while True:
            await self.make_due()
            await trio.sleep(EVERY_S)

    async def make_due(self) -> None:
        """Makes what is due. What prevents it is no reason to end: it is told, and tried again."""
        async with self._turn:
            try:
                await trio.to_thread.run_sync(self._make_due)
                self.problem = ""
            except DiskFull as error:
                self._complain(f"{error.message}; {error.hint}")
            except (OSError, sqlite3.DatabaseError) as error:
                cause = "the catalog is damaged" if _tells_of_damage(error) else "no backup could be made"
                self._complain(f"{cause}: {error}")
            except Abandoned:
                await trio.lowlevel.checkpoint()

    async def make(self, target: Path | None, *, full: bool) -> Made:
        """Makes one now, at `target` or on the shelf, where it stays. Raises Conflict, DiskFull, OSError."""
        async with self._turn:
            return await trio.to_thread.run_sync(self._make, target, full)

    def _make_due(self) -> None:
        moment = now()
        for kind in _AUTOMATIC:
            if self.shelf.is_due(kind, moment):
                log.info("backup made: %s", self.shelf.put(kind, moment, is_wanted).path)

    def _make(self, target: Path | None, full: bool) -> Made:
        if target is None:
            path = self.shelf.put("manual", now(), is_wanted, full=full).path
        else:
            (write_full if full else write_lean)(self.shelf.catalog, target, is_wanted)
            path = target
        return told(path)

    def _complain(self, problem: str) -> None:
        if problem != self.problem:
            log.error("%s", problem)
        self.problem = problem


def told(path: Path, catalog: Path | None = None) -> Made:
    """What a backup holds; `catalog`: where to count, if it was put there. Raises sqlite3.DatabaseError."""
    with closing(sqlite3.connect(read_only(catalog or path), uri=True)) as sql:
        (images,) = sql.execute("SELECT count(*) FROM images").fetchone()
        (tags,) = sql.execute("SELECT count(*) FROM tags WHERE listed").fetchone()
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Made(path, path.stat().st_size, images, tags, digest)


def is_wanted() -> bool:
    """Whether the task that this thread works for still waits for it."""
    try:
        trio.from_thread.check_cancelled()
    except trio.Cancelled:
        return False
    return True


def _tells_of_damage(error: Exception) -> bool:
    return isinstance(error, sqlite3.IntegrityError) or (isinstance(error, sqlite3.Error) and damage.is_damage(error))
