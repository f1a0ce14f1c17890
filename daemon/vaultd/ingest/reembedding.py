"""Vectors of a model that does not answer yet, made from the originals, of the newest pictures first.

New pictures come before old ones: while files are being read for the first time, nothing happens here. What is done is
in the catalog, so a restart goes on where the last run ended.
"""

from __future__ import annotations

import logging
import sqlite3

import trio

from vaultd.catalog import embeddings, files, images
from vaultd.catalog.files import Pending
from vaultd.catalog.store import Catalog
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.pool import Sight, WorkerPool
from vaultd.ingest.process import WorkersUnusable
from vaultd.ingest.reading import Fresh, Later, Outcome, Verdict, read_batch
from vaultd.worker.messages import Unreadable

logger = logging.getLogger(__name__)

LOOK = 1024
"""Pictures of one look at the catalog."""
LOOK_EVERY_S = 2.0
"""Between two looks while there is work: new pictures wait no longer for their turn."""
WAIT_S = 1.0
LONGEST_BACKOFF_S = 30.0
MODELS_FAULTS = frozenset({"encoder", "crash", "timeout", "memory"})
FORGIVEN = 8
FORGIVEN_SHARE = 0.05


class Useless(Exception):
    """The model fails at pictures that another one could read: the sentence says how."""


class Reembedding:
    """Makes what a model lacks. Everything in it belongs to the trio thread. `followed`: an index takes the vectors in
    as they come; else it is filled later, and the change log stays short."""

    def __init__(self, catalog: Catalog, pool: WorkerPool, feeder: Feeder, sight: Sight, batch: int) -> None:
        self.sight = sight
        self.done = 0
        self.problem = ""
        """Why it does not get on at present, '' if it does."""
        self.followed = False
        self.closed = False
        self._catalog = catalog
        self._pool = pool
        self._feeder = feeder
        self._batch = batch
        self._lacking = 0
        self._queue: list[Pending] = []
        self._busy: dict[int, Pending] = {}
        self._skipped: set[int] = set()
        self._alone: set[int] = set()
        self._made = 0
        self._faults = 0
        self._stale = True
        self._maybe_stale = False
        self._newest = 0
        self._looked_at = -LOOK_EVERY_S
        self._looking = trio.Lock()
        self._moved = trio.Event()
        catalog.on_commit(self._committed)

    @property
    def total(self) -> int:
        """Contents that have a vector of the model or can get one now; pictures on drives that are away do not count.

        They get theirs when they return."""
        return self.done + self._lacking

    @property
    def is_complete(self) -> bool:
        """Whether nothing was found lacking, and no picture has come since."""
        return not (self._has_news() or self._queue or self._busy)

    def close(self) -> None:
        """Listens to the catalog no more."""
        self.closed = True
        self._catalog.off_commit(self._committed)

    async def look(self) -> int:
        """Looks what is lacking; returns of how many contents."""
        async with self._looking:
            rested = trio.current_time() >= self._looked_at + LOOK_EVERY_S
            if not self._queue or (self._has_news() and rested):
                self._stale, self._looked_at, self._newest = False, trio.current_time(), self._newest_image()
                besides = {*self._skipped, *self._busy}
                queue, self._lacking, self.done = await trio.to_thread.run_sync(self._look, besides)
                under_way = {pending.image for pending in self._busy.values()}
                self._queue = [pending for pending in queue if pending.image not in under_way]
        return self._lacking

    async def fill(self) -> None:
        """Returns when every content that can be read has a vector. Raises Useless."""
        useless: list[BaseException] = []
        try:
            async with trio.open_nursery() as nursery:
                for _ in range(self._pool.size):
                    nursery.start_soon(self._work)
        except* Useless as group:
            useless.extend(group.exceptions)
        if useless:
            raise useless[0]

    def _committed(self, topics: frozenset[str], seq: int) -> None:
        self._stale = self._stale or "root" in topics
        self._maybe_stale = self._maybe_stale or "image" in topics

    def _has_news(self) -> bool:
        """Whether there may be pictures that the last look did not see; tags, for one, are no news."""
        if self._maybe_stale:
            self._maybe_stale = False
            self._stale = self._stale or self._newest_image() > self._newest
        return self._stale

    def _newest_image(self) -> int:
        with self._catalog.read() as sql:
            return images.newest(sql)

    def _look(self, besides: set[int]) -> tuple[list[Pending], int, int]:
        model = self.sight.model
        with self._catalog.read() as sql:
            queue = files.lacking(sql, model.id, LOOK, besides)
            count = len(queue) if len(queue) < LOOK else files.count_lacking(sql, model.id, besides)
            return queue, count, embeddings.count(sql, model)

    # ---- one worker's turn ---------------------------------------------------------------------------------------

    async def _work(self) -> None:
        backoff_s = 1.0
        while True:
            await self.look()
            if self.is_complete:
                return
            await self._turn()
            batch, finished = self._take(), set[int]()
            if not batch:
                await self._wait()
                continue
            try:
                finished = self._keep(batch, await self._read(batch))
                self.problem, backoff_s = "", 1.0
            except (WorkersUnusable, sqlite3.OperationalError) as error:
                logger.error("no vectors of %s can be made at present: %s", self.sight.model.title, error)
                self.problem = str(error)
                await trio.sleep(backoff_s)
                backoff_s = min(2 * backoff_s, LONGEST_BACKOFF_S)
            finally:
                self._release(batch, finished)

    async def _turn(self) -> None:
        """Until reading is not paused, and no new file waits."""
        while self._feeder.paused or self._feeder.is_reading:
            await self._feeder.moved_within(WAIT_S)

    async def _wait(self) -> None:
        with trio.move_on_after(WAIT_S):
            await self._moved.wait()

    def _take(self) -> list[Pending]:
        alone = [pending for pending in self._queue if pending.id in self._alone]
        batch = alone[:1] or self._queue[: self._batch]
        taken = {pending.id for pending in batch}
        self._queue = [pending for pending in self._queue if pending.id not in taken]
        self._busy.update({pending.id: pending for pending in batch})
        return batch

    async def _read(self, batch: list[Pending]) -> dict[int, Outcome]:
        async with self._pool.lease(sight=self.sight) as worker:
            return await read_batch(worker, batch, self._decide, thumbnails=False)

    def _decide(self, pending: Pending, content_hash: bytes) -> Verdict:
        """Only the content that lacks a vector is decoded; a file that holds another one by now is the watcher's."""
        with self._catalog.read() as sql:
            if images.find(sql, content_hash) == pending.image:
                return "decode"
        self._skipped.add(pending.id)
        return "later"

    def _keep(self, batch: list[Pending], outcomes: dict[int, Outcome]) -> set[int]:
        """Stores the vectors; returns the files that need not be read again."""
        model, made = self.sight.model, 0
        with self._catalog.write() as tx:
            for image, outcome in ((pending.image, outcomes[pending.id]) for pending in batch):
                if not isinstance(outcome, Fresh) or outcome.vector is None or image is None:
                    continue
                made += embeddings.put(tx, image, model, outcome.vector, followed=self.followed)
        self._feeder.counters.embedded += made
        self.done, self._made, self._lacking = self.done + made, self._made + made, max(0, self._lacking - made)
        return {file for file, outcome in outcomes.items() if self._is_finished(file, outcome)}

    def _is_finished(self, file: int, outcome: Outcome) -> bool:
        """What cannot be read now does not hold up the rest: it is tried, and told, again when the model answers.

        What may be the fault of another file, or of the machine, is tried again alone.
        """
        if isinstance(outcome, Fresh):
            return True
        if isinstance(outcome, Unreadable) and (file in self._alone or outcome.kind not in MODELS_FAULTS):
            self._skipped.add(file)
            self._faults += outcome.kind in MODELS_FAULTS
            if self._faults >= FORGIVEN and self._faults > FORGIVEN_SHARE * self._made:
                raise Useless(str(outcome))
        elif isinstance(outcome, Unreadable) or (isinstance(outcome, Later) and outcome.alone):
            self._alone.add(file)
        return file in self._skipped

    def _release(self, batch: list[Pending], finished: set[int]) -> None:
        for pending in batch:
            del self._busy[pending.id]
        self._queue = [pending for pending in batch if pending.id not in finished] + self._queue
        self._moved.set()
        self._moved = trio.Event()
