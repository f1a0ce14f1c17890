"""Thumbnails that are damaged or gone are made again when a person asks to look through everything, and those that are
left of files that are gone are deleted.

Not by themselves: desktops clear that cache to keep it small, and would do so again; file managers make what they show.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import trio

from vaultd.catalog import files, volumes
from vaultd.catalog.files import Shown
from vaultd.catalog.store import Catalog
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.pool import WorkerPool
from vaultd.ingest.process import WorkerLost, WorkersUnusable
from vaultd.worker import thumbnail_files, thumbnail_orphans
from vaultd.worker.messages import Decode, Decoded, HasRead, Read
from vaultd.worker.thumbnail_copies import mtime, read
from vaultipc.errors import Paused

logger = logging.getLogger(__name__)

LOOK = 64
"""Files whose thumbnails are looked at together: some ten megabytes."""
WAIT_S = 1.0
FAILURES = 3
"""So many in a row, and it is not the pictures that lack something."""
_SECOND = 1_000_000_000


class Thumbnailing:
    """`serve` it, and `ask` it to go through all. Everything in it belongs to the trio thread."""

    def __init__(self, catalog: Catalog, pool: WorkerPool, feeder: Feeder, folder: Path, wanted: bool) -> None:
        """`folder`: where they are, if they are `wanted` at all."""
        self._catalog = catalog
        self._pool = pool
        self._feeder = feeder
        self._folder = folder
        self._wanted = wanted
        self._asked = trio.Event()
        self._through = trio.Event()
        self._through.set()
        self._unsaid: Sequence[bytes] = ()

    def ask(self, unsaid: Sequence[bytes]) -> None:
        """Goes through all, in the background; once more where that is under way. What is left over goes in any case.

        `unsaid`: absolute folders of whose files nothing is known, and so no thumbnail deleted.
        """
        self._unsaid = unsaid
        self._asked.set()
        if self._through.is_set():
            self._through = trio.Event()

    async def through(self) -> None:
        """Returns when it has gone through all, as often as it was asked to. Raises Paused while it must not."""
        while not self._through.is_set():
            with trio.move_on_after(WAIT_S) as patience:
                await self._through.wait()
            if patience.cancelled_caught and self._feeder.paused:
                raise Paused("Reading is paused, and so is the making of thumbnails.", hint="`vvault resume`")

    def damaged(self) -> list[Path]:
        """Those that are there and are none: torn, with other bytes than were written. Any thread may call this."""
        found: list[Path] = []
        last = 0
        while some := self._after(last):
            last = some[-1].id
            found += [place for file in some for place in self._places(file) if mtime(read(place)) is None]
        return [place for place in found if place.exists()]

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Goes through all whenever it is asked, until cancelled."""
        task_status.started()
        while True:
            await self._asked.wait()
            self._asked = trio.Event()
            try:
                await self._go_through()
            except (OSError, sqlite3.OperationalError, WorkersUnusable) as error:
                logger.warning("thumbnails cannot be made again at present: %s", error)
            if not self._asked.is_set():
                self._through.set()

    async def _go_through(self) -> None:
        """Raises OSError where they cannot be written, WorkersUnusable."""
        await trio.to_thread.run_sync(self._clear, abandon_on_cancel=True)
        last = failures = 0
        while self._wanted and (some := await trio.to_thread.run_sync(self._after, last)):
            last = some[-1].id
            for file in await trio.to_thread.run_sync(self._lacking, some):
                while self._feeder.paused or self._feeder.is_reading:
                    await self._feeder.moved_within(WAIT_S)
                problem = await self._make(file)
                failures = failures + 1 if problem else 0
                if failures == FAILURES:
                    raise OSError(problem)

    def _clear(self) -> None:
        """Deletes those that nothing leads to. Runs in a thread."""
        with self._catalog.read() as sql:
            away = volumes.away(sql)
        for place in thumbnail_orphans.find(self._folder, [*away, *self._unsaid]):
            place.unlink(missing_ok=True)

    def _after(self, last: int) -> list[Shown]:
        with self._catalog.read() as sql:
            return files.shown(sql, last, LOOK)

    def _lacking(self, some: list[Shown]) -> list[Shown]:
        """Those of which one is gone, damaged, or that of an older state of the file."""
        return [file for file in some if self._lacks(file)]

    def _lacks(self, file: Shown) -> bool:
        return any(mtime(read(place)) != file.mtime_ns // _SECOND for place in self._places(file))

    def _places(self, file: Shown) -> list[Path]:
        return [thumbnail_files.place(self._folder, size, file.path) for size in thumbnail_files.SIZES]

    async def _make(self, file: Shown) -> str:
        """Returns why a thumbnail cannot be written, '' if that went well or is no matter. Raises WorkersUnusable."""
        try:
            async with self._pool.lease(blind=True) as worker:
                if not isinstance(await worker.ask(Read(file.path)), HasRead):
                    return ""  # it is not there any more; the watcher knows, or will
                answer = await worker.ask(Decode(thumbnail=True, keep=False))
        except WorkerLost as lost:
            logger.warning("a picture whose thumbnail was to be made again ended its worker: %s", lost.reason)
            return ""
        return answer.thumbnail_error if isinstance(answer, Decoded) else ""
