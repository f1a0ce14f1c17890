"""Contents that an older version of this program read are read again: what files say, and what pictures look like.

Nothing is embedded anew, nothing is decoded where only what files say is read better now, and nothing waits for it: it
keeps behind new files and behind the vectors of another model, one picture at a time, the newest first. What its
thumbnail tells as well as a picture itself is seen there. What is done is in the catalog, so a restart goes on where
the last run ended.
"""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import trio

from vaultd.catalog import files, images, looks
from vaultd.catalog.store import Catalog, Transaction
from vaultd.domain.content import Content
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.pool import WorkerPool
from vaultd.ingest.process import Worker, WorkerLost, WorkersUnusable
from vaultd.worker import thumbnail_files
from vaultd.worker.messages import Decode, Decoded, Describe, Failed, HasRead, Read
from vaultd.worker.thumbnail_copies import mtime, read

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


class _Seen(NamedTuple):
    """What was read again of an image: all that its bytes say, and a placeholder where that alone was lacking."""

    image: int
    content: Content | None
    placeholder: bytes | None


class Rereading:
    """`serve` it. Everything in it belongs to the trio thread. `busy`: whether there is better to do."""

    def __init__(
        self, catalog: Catalog, pool: WorkerPool, feeder: Feeder, thumbnails: Path, busy: Callable[[], bool]
    ) -> None:
        """`thumbnails`: where those of file managers are."""
        self.done = 0
        self.total = 0
        """Contents that could be read when the last look was taken, 0 while there is nothing to do."""
        self._catalog = catalog
        self._pool = pool
        self._feeder = feeder
        self._thumbnails = thumbnails
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
        found = [seen for image in some if (seen := await self._persistently(image)) is not None]
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

    def _store(self, tx: Transaction, found: list[_Seen]) -> None:
        for seen in found:
            if seen.placeholder is not None:
                looks.put_placeholder(tx, seen.image, seen.placeholder)
            if seen.content is not None:
                self._untold = images.reread(tx, seen.content) or self._untold

    async def _tell(self) -> None:
        """One entry of the log, of a content that was read again, stands for all of them."""
        image, self._untold = self._untold, None
        if image is not None:
            await self._lasting(lambda tx: tx.changed("image", image))

    async def _persistently(self, image: int) -> _Seen | None:
        """What a content's bytes say and show, None if they cannot be read now; waits for its turn, and for workers."""
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

    async def _read(self, image: int) -> _Seen | None:
        with self._catalog.read() as sql:
            file, is_seen, is_read = files.best_file(sql, image), looks.is_seen(sql, image), images.is_read(sql, image)
            thumbnail = self._thumbnail(sql, image, file[0]) if file is not None else None
        if file is None:
            return None
        async with self._pool.lease(blind=True) as worker:
            placeholder = await _placeholder(worker, thumbnail) if thumbnail is not None else None
            if placeholder is not None and is_read:
                return _Seen(image, None, placeholder)
            has_read = await worker.ask(Read(file[1]))
            if not isinstance(has_read, HasRead) or not self._is(image, has_read.hash):
                return None  # it is not there any more, or holds something else by now; the watcher knows, or will
            look = not is_seen and placeholder is None
            answer = await worker.ask(Decode(thumbnail=False, keep=False) if look else Describe())
        if isinstance(answer, Failed):
            logger.info("a picture could not be read again: %s", answer.reason)
        return _Seen(image, answer.content, placeholder) if isinstance(answer, Decoded) else None

    def _thumbnail(self, sql: sqlite3.Connection, image: int, file: int) -> tuple[Path, int] | None:
        """The thumbnail of a file, and the time of the file in seconds, where it tells all that is lacking."""
        shown = files.still_shown(sql, [file]).get(file) if looks.lacks_placeholder(sql, image) else None
        if shown is None:
            return None
        return thumbnail_files.place(self._thumbnails, "large", shown.path), shown.mtime_ns // 1_000_000_000

    def _is(self, image: int, content_hash: bytes) -> bool:
        with self._catalog.read() as sql:
            return images.find(sql, content_hash) == image


async def _placeholder(worker: Worker, thumbnail: tuple[Path, int]) -> bytes | None:
    """What a thumbnail shows, None if it is not that of a file of this time."""
    place, seconds = thumbnail
    try:
        if mtime(await trio.to_thread.run_sync(read, place)) != seconds:
            return None
    except OSError:
        return None
    if not isinstance(await worker.ask(Read(bytes(place))), HasRead):
        return None
    answer = await worker.ask(Decode(thumbnail=False, keep=False))
    looks = answer.content.looks if isinstance(answer, Decoded) else None
    return None if looks is None else looks.placeholder
