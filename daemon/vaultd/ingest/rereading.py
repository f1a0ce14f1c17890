"""Contents that an older version of this program read are read again: what files say, and what pictures look like.

Nothing is embedded anew, nothing is decoded where only what files say is read better now, and nothing waits for it: it
keeps behind new files and behind the vectors of another model, one picture at a time, the newest first. What is done is
in the catalog, so a restart goes on where the last run ended.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Callable

import trio

from vaultd.catalog import files, images, looks
from vaultd.catalog.store import Catalog, Transaction
from vaultd.domain.content import Content
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.pool import WorkerPool
from vaultd.ingest.process import WorkerLost, WorkersUnusable
from vaultd.worker.messages import Decode, Decoded, Describe, Failed, HasRead, Read

logger = logging.getLogger(__name__)

REST_S = 3.0
"""After the start, and after drives came or went, everything else comes first."""
LOOK = 512
TOGETHER = 8
"""Contents stored in one transaction."""
TELL_EVERY_S = 60.0
"""Answers that are kept, and listings, know of new colours and the like so much later at most."""
WAIT_S = 1.0
LONGEST_BACKOFF_S = 60.0


class Rereading:
    """`serve` it. Everything in it belongs to the trio thread. `busy`: whether there is better to do."""

    def __init__(self, catalog: Catalog, pool: WorkerPool, feeder: Feeder, busy: Callable[[], bool]) -> None:
        self.done = 0
        self.total = 0
        """Contents that could be read when the last look was taken, 0 while there is nothing to do."""
        self._catalog = catalog
        self._pool = pool
        self._feeder = feeder
        self._busy = busy
        self._untold: int | None = None
        self._news = trio.Event()

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Reads what there is, and again when drives come, until cancelled."""
        self._catalog.on_commit(self._committed)
        try:
            task_status.started()
            while True:
                self._news = trio.Event()
                await trio.sleep(REST_S)
                await self._go_through()
                await self._news.wait()
        finally:
            self._catalog.off_commit(self._committed)

    def _committed(self, topics: frozenset[str], seq: int) -> None:
        if "root" in topics:
            self._news.set()

    async def _go_through(self) -> None:
        self.done, self.total = 0, await trio.to_thread.run_sync(self._count)
        before, told_at = sys.maxsize, trio.current_time()
        while self.total and (outdated := await trio.to_thread.run_sync(self._outdated, before)):
            before = outdated[-1]
            for start in range(0, len(outdated), TOGETHER):
                await self._reread(outdated[start : start + TOGETHER])
                if trio.current_time() >= told_at + TELL_EVERY_S:
                    await self._tell()
                    told_at = trio.current_time()
        await self._tell()
        self.done = self.total = 0

    def _count(self) -> int:
        with self._catalog.read() as sql:
            return images.count_outdated(sql)

    def _outdated(self, before: int) -> list[int]:
        with self._catalog.read() as sql:
            return images.outdated(sql, before, LOOK)

    async def _reread(self, some: list[int]) -> None:
        """Reads and stores a few; what cannot be read stays as it is until the next time."""
        found = [content for image in some if (content := await self._persistently(image)) is not None]
        if found:
            await self._lasting(lambda tx: self._store(tx, found))
        self.done += len(found)
        await trio.lowlevel.checkpoint()  # of pictures that are all away, nothing above may have waited

    async def _lasting(self, write: Callable[[Transaction], None]) -> None:
        """Writes to the catalog, as soon as that is possible."""
        backoff_s = 1.0
        while True:
            try:
                with self._catalog.write() as tx:
                    return write(tx)
            except sqlite3.OperationalError as error:
                logger.error("what was read again cannot be stored at present: %s", error)
            await trio.sleep(backoff_s)
            backoff_s = min(2 * backoff_s, LONGEST_BACKOFF_S)

    def _store(self, tx: Transaction, found: list[Content]) -> None:
        for content in found:
            self._untold = images.reread(tx, content) or self._untold

    async def _tell(self) -> None:
        """One entry of the log, of a content that was read again, stands for all of them."""
        image, self._untold = self._untold, None
        if image is not None:
            await self._lasting(lambda tx: tx.changed("image", image))

    async def _persistently(self, image: int) -> Content | None:
        """What a content's bytes say, None if they cannot be read now; waits for its turn, and for workers."""
        backoff_s = 1.0
        while True:
            while self._feeder.paused or self._feeder.is_reading or self._busy():
                await self._feeder.moved_within(WAIT_S)
            try:
                return await self._read(image)
            except WorkerLost as lost:
                logger.warning("a picture that was to be read again ended its worker: %s", lost.reason)
                return None
            except WorkersUnusable as error:
                logger.error("nothing can be read again at present: %s", error)
                await trio.sleep(backoff_s)
                backoff_s = min(2 * backoff_s, LONGEST_BACKOFF_S)

    async def _read(self, image: int) -> Content | None:
        with self._catalog.read() as sql:
            file, is_seen = files.best_file(sql, image), looks.is_seen(sql, image)
        if file is None:
            return None
        async with self._pool.lease(blind=True) as worker:
            read = await worker.ask(Read(file[1]))
            if not isinstance(read, HasRead) or not self._is(image, read.hash):
                return None  # it is not there any more, or holds something else by now; the watcher knows, or will
            answer = await worker.ask(Describe() if is_seen else Decode(thumbnail=False, keep=False))
        if isinstance(answer, Failed):
            logger.info("a picture could not be read again: %s", answer.reason)
        return answer.content if isinstance(answer, Decoded) else None

    def _is(self, image: int, content_hash: bytes) -> bool:
        with self._catalog.read() as sql:
            return images.find(sql, content_hash) == image
