"""A picture that is moved or renamed keeps its thumbnail, and one that is deleted takes it along.

A thumbnail is known by its file's name, so that otherwise the new name has none, and the old one's lies there for ever.
What a crash leaves undone, `vvault rescan` does.
"""

from __future__ import annotations

import logging
import sqlite3
from collections import deque
from pathlib import Path

import trio

from vaultd.catalog import files
from vaultd.catalog.files import Shown
from vaultd.catalog.store import Catalog, Left
from vaultd.worker.thumbnail_moves import Move, follow

logger = logging.getLogger(__name__)

TOGETHER = 256
"""Files whose thumbnails are in memory at the same time: some fifteen megabytes."""


class ThumbnailNames:
    """`serve` it. Everything in it belongs to the trio thread."""

    def __init__(self, catalog: Catalog, folder: Path, wanted: bool) -> None:
        """`folder`: where the thumbnails are, if they are `wanted` at all."""
        self._catalog = catalog
        self._folder = folder
        self._left: deque[Left] = deque()
        self._news = trio.Event()
        self._done = trio.Event()
        self._done.set()
        if wanted:
            catalog.on_left(self._hear)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled."""
        task_status.started()
        while True:
            await self._news.wait()
            self._news = trio.Event()
            while self._left:
                await self._follow()
            self._done.set()

    async def caught_up(self) -> None:
        """Returns when the thumbnails of all that moved until now have their new names."""
        await self._done.wait()

    def _hear(self, left: list[Left]) -> None:
        self._left += left
        if self._done.is_set():
            self._done = trio.Event()
        self._news.set()

    async def _follow(self) -> None:
        """What is asked here at once, no move comes between; a share that does not answer delays no ending."""
        some = [self._left.popleft() for _ in range(min(TOGETHER, len(self._left)))]
        later = frozenset(one.path for one in self._left)
        try:
            with self._catalog.read() as sql:
                shown = files.still_shown(sql, [one.file for one in some])
            moves = [_move(one.path, shown.get(one.file)) for one in some]
            await trio.to_thread.run_sync(follow, moves, self._folder, later, abandon_on_cancel=True)
        except (OSError, sqlite3.OperationalError) as error:
            logger.warning("thumbnails cannot be given the new names of their files: %s", error)


def _move(old: bytes, now: Shown | None) -> Move:
    return Move(old) if now is None or now.path == old else Move(old, now.path, now.mtime_ns)
