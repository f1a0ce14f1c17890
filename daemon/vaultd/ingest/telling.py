"""Words for pictures, found behind everything else: what is written in them, then captions.

One worker at a time, one picture at a time, the newest first; new files, the vectors of another model and what an older
version left out come before. What was found is stored every few seconds, and what was gone through is in the catalog,
so that a run that is killed costs no more than that. A picture that ends its worker is tried once more, in another one.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

import trio

from vaultd.catalog import files, images, telling
from vaultd.catalog.store import Catalog
from vaultd.catalog.telling import Found, Kind, Teller
from vaultd.config import Config
from vaultd.ingest import tellers
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.process import Worker, WorkerLost, WorkersUnusable
from vaultd.ingest.tellers import Plan
from vaultd.worker.messages import Answer, Failed, HasRead, Read, Tell, Told

logger = logging.getLogger(__name__)

REST_S = 3.0
"""After the start, and after pictures came: everything else comes first."""
LOOK_EVERY_S = 30.0
"""A model may be pulled meanwhile, which nobody tells the daemon."""
LOOK_ANYWAY_S = 600.0
"""Between two countings of what is left, where nothing says that there is more."""
LOOK = 256
TOGETHER = 16
KEEP_EVERY_S = 5.0
"""What was found is stored so much later at most: each time the indexes have something to do."""
WAIT_S = 1.0
IDLE_S = 60.0
"""A worker that is not to go on for so long is ended; with it goes the memory of the model."""
START_S = 600
"""To load a library and a model of a gigabyte while other programs come first."""
LONGEST_BACKOFF_S = 300.0
FORGET_TOGETHER = 500
TRIES = 2
TEMPORARY = frozenset({"gone", "changed", "unreadable"})


@dataclass
class Telling:
    """How far one kind is. `left`: contents still to be gone through; `problem`: why it does not get on, '' if it does.

    `skipped`: contents that could not be read. `again_at`: after a problem, when it is tried again.
    """

    teller: Teller
    done: int = 0
    failed: int = 0
    left: int = 0
    problem: str = ""
    skipped: set[int] = field(default_factory=set)
    again_at: float = 0.0
    backoff_s: float = LOOK_EVERY_S


class FindingWords:
    """`serve` it. Everything in it belongs to the trio thread. `busy`: whether there is better to do."""

    def __init__(self, catalog: Catalog, config: Config, feeder: Feeder, busy: Callable[[], bool]) -> None:
        self.standing: dict[Kind, Telling] = {}
        """Of the kinds that are installed, pulled and wanted."""
        self._catalog = catalog
        self._config = config
        self._feeder = feeder
        self._busy = busy
        self._news = trio.Event()
        self._stale = True
        self._plans: list[Plan] = []
        self._newest = 0
        self._look_at = 0.0

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Finds words for what there is and for what comes, until cancelled."""
        self._catalog.on_commit(self._committed)
        try:
            task_status.started()
            await self._forget_unwanted()
            while True:
                await trio.sleep(REST_S)
                self._news = trio.Event()
                plans = await trio.to_thread.run_sync(tellers.plans, self._config)
                if self._is_due(plans):
                    await self._look(plans)
                    for plan in plans:
                        await _Round(self, plan).run()
                with trio.move_on_after(LOOK_EVERY_S):
                    await self._news.wait()
        finally:
            self._catalog.off_commit(self._committed)

    def wake(self) -> None:
        """There may be more to do: what could not be read is tried again, too."""
        self._stale = True
        for one in self.standing.values():
            one.skipped.clear()
        self._news.set()

    def _committed(self, topics: frozenset[str], seq: int) -> None:
        if "root" in topics:
            self.wake()
        elif "image" in topics:
            self._news.set()

    def _is_due(self, plans: list[Plan]) -> bool:
        """Whether what is left must be counted again; tags, for one, change nothing of it."""
        with self._catalog.read() as sql:
            newest = images.newest(sql)
        now = trio.current_time()
        again = [one.again_at for one in self.standing.values() if one.problem]
        due = self._stale or plans != self._plans or newest != self._newest or now >= min([self._look_at, *again])
        if due:
            self._stale, self._plans, self._newest, self._look_at = False, plans, newest, now + LOOK_ANYWAY_S
        return due

    async def _forget_unwanted(self) -> None:
        """What was switched off leaves nothing behind."""
        kinds: tuple[Kind, ...] = ("caption", "ocr")
        for kind in kinds:
            if not tellers.is_wanted(self._config, kind):
                await self.forget(kind)

    async def forget(self, kind: Kind, source: str = "") -> int:
        """Takes away what a teller said, or all of a kind; returns of how many contents. Waits for room to write."""
        count, backoff_s = 0, 1.0
        while True:
            try:
                with self._catalog.write() as tx:
                    gone = telling.forget(tx, kind, source, FORGET_TOGETHER)
            except sqlite3.OperationalError as error:
                logger.error("words of pictures cannot be taken away at present: %s", error)
                await trio.sleep(backoff_s)
                backoff_s = min(2 * backoff_s, LONGEST_BACKOFF_S)
                continue
            count += gone
            await trio.lowlevel.checkpoint()
            if gone < FORGET_TOGETHER:
                return count

    async def _look(self, plans: list[Plan]) -> None:
        standing: dict[Kind, Telling] = {}
        for plan in plans:
            found = await trio.to_thread.run_sync(self._counted, plan.teller)
            known = self.standing.get(plan.teller.kind)
            one = known if known and known.teller == plan.teller else Telling(plan.teller)
            one.done, one.failed, one.left = found.done, found.failed, max(0, found.left - len(one.skipped))
            standing[plan.teller.kind] = one
        self.standing = standing

    def _counted(self, teller: Teller) -> telling.Standing:
        with self._catalog.read() as sql:
            return telling.standing(sql, teller)

    # ---- what a round asks ---------------------------------------------------------------------------------------

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    @property
    def must_wait(self) -> bool:
        """Whether something comes before."""
        return self._feeder.paused or self._feeder.is_reading or self._busy()

    async def moved(self) -> None:
        """Until that may have changed."""
        await self._feeder.moved_within(WAIT_S)


class _Round:
    """One teller through everything that it has not seen."""

    def __init__(self, service: FindingWords, plan: Plan) -> None:
        self._service = service
        self._catalog = service.catalog
        self._plan = plan
        self._standing = service.standing[plan.teller.kind]
        self._worker: Worker | None = None
        self._found: list[Found] = []
        self._kept_at = trio.current_time()

    async def run(self) -> None:
        """Returns when nothing is left that can be opened now, or when no worker can be had."""
        if not self._standing.left or trio.current_time() < self._standing.again_at:
            return
        async with trio.open_nursery() as nursery:
            try:
                while some := await trio.to_thread.run_sync(self._lacking):
                    for image in some:
                        await self._turn()
                        await self._one(image, nursery)
                        await self._keep()
                        await trio.lowlevel.checkpoint()  # of pictures that are all away, nothing above has waited
                    await self._keep(all_of_it=True)
            except WorkersUnusable as error:
                self._unusable(error)
            finally:
                with suppress(sqlite3.OperationalError):  # what cannot be stored at the end is found again
                    self._write()
                await self._end_worker()
                nursery.cancel_scope.cancel()

    def _unusable(self, error: WorkersUnusable) -> None:
        """Told once; it is tried again later and later."""
        standing = self._standing
        if standing.problem != str(error):
            logger.error("no words are found for pictures (%s): %s", self._plan.teller.source, error)
        standing.problem = str(error)
        standing.again_at = trio.current_time() + standing.backoff_s
        standing.backoff_s = min(2 * standing.backoff_s, LOOK_ANYWAY_S)

    def _lacking(self) -> list[int]:
        with self._catalog.read() as sql:
            return telling.lacking(sql, self._plan.teller, LOOK, self._standing.skipped)

    async def _turn(self) -> None:
        """Until nothing comes before; the worker does not wait for ever."""
        ends = trio.current_time() + IDLE_S
        while self._service.must_wait:
            await self._keep(all_of_it=True)
            if trio.current_time() > ends:
                await self._end_worker()
            await self._service.moved()

    async def _one(self, image: int, nursery: trio.Nursery) -> None:
        """What comes of one picture; a worker that it ended may have ended of itself, so another one is tried."""
        answer: Answer | None = None
        for _ in range(TRIES):
            try:
                answer = await self._asked(image, nursery)
                break
            except WorkerLost as lost:
                self._worker, answer = None, Failed(lost.kind, lost.reason)
        self._note(image, answer)

    async def _asked(self, image: int, nursery: trio.Nursery) -> Answer | None:
        """None where the picture cannot be read now, or holds something else by now: the watcher knows, or will."""
        with self._catalog.read() as sql:
            file = files.best_file(sql, image)
        if file is None:
            return None
        if self._worker is None:
            self._worker = await Worker.start(self._plan.setup, nursery, None, START_S)
            self._standing.problem, self._standing.backoff_s = "", LOOK_EVERY_S
        read = await self._worker.ask(Read(file[1]))
        if not isinstance(read, HasRead) or not self._is(image, read.hash):
            return None
        return await self._worker.ask(Tell())

    def _is(self, image: int, content_hash: bytes) -> bool:
        with self._catalog.read() as sql:
            return images.find(sql, content_hash) == image

    def _note(self, image: int, answer: Answer | None) -> None:
        match answer:
            case Told():
                self._found.append(Found(image, answer.outcome, answer.text, answer.confidence))
            case Failed() if answer.kind not in TEMPORARY:
                logger.info("no words could be found for a picture: %s", answer.reason)
                self._found.append(Found(image, "failed"))
                self._standing.failed += 1
            case _:
                self._standing.skipped.add(image)
                self._standing.left = max(0, self._standing.left - 1)
                return
        self._standing.done += 1
        self._standing.left = max(0, self._standing.left - 1)

    async def _keep(self, *, all_of_it: bool = False) -> None:
        """Stores what was found, if that is enough or old enough; ends a worker that has read many files."""
        late = trio.current_time() >= self._kept_at + KEEP_EVERY_S
        if self._worker is not None and self._worker.worn:
            await self._end_worker()
        if self._found and (all_of_it or late or len(self._found) >= TOGETHER):
            await self._store()
            self._kept_at = trio.current_time()
        elif not self._found:
            self._kept_at = trio.current_time()

    async def _store(self) -> None:
        backoff_s = 1.0
        while self._found:
            try:
                self._write()
            except sqlite3.OperationalError as error:
                logger.error("words of pictures cannot be stored at present: %s", error)
                await trio.sleep(backoff_s)
                backoff_s = min(2 * backoff_s, LONGEST_BACKOFF_S)

    def _write(self) -> None:
        if not self._found:
            return
        with self._catalog.write() as tx:
            for found in self._found:
                telling.put(tx, self._plan.teller, found)
        self._found.clear()

    async def _end_worker(self) -> None:
        worker, self._worker = self._worker, None
        if worker is not None:
            await worker.end()
