"""Feeding the workers. The queue is the catalog: what is pending there is to be read, whatever happens to us."""

from __future__ import annotations

import logging
import sqlite3
from collections import Counter

import trio

from vaultd.catalog import files, images, room
from vaultd.catalog.files import File, Pending
from vaultd.catalog.store import Catalog
from vaultd.ingest import record
from vaultd.ingest.keeper import Keeper
from vaultd.ingest.pool import WorkerPool
from vaultd.ingest.process import WorkersUnusable
from vaultd.ingest.progress import Progress
from vaultd.ingest.reading import Fresh, Known, Later, Outcome, Verdict, read_batch
from vaultd.ingest.suspects import DEATHS, Suspects
from vaultd.worker.messages import Unreadable
from vaultipc.errors import DiskFull
from vaultipc.messages import Counters

logger = logging.getLogger(__name__)

FORGIVEN = 1
EXCUSED = frozenset({"crash", "memory"})
"""A worker may be killed, or run out of memory, for reasons that have nothing to do with the file it was reading."""
LOSSES_IN_A_ROW = 4
"""So many, two bad files, are met at full speed; then it may be the machine, and each costs a longer rest."""
LONGEST_REST_S = 8.0
LONGEST_BACKOFF_S = 30.0
CHANGED_REST_S = 1.0


class Feeder:
    """Takes pending files in batches, and keeps what came of them. Everything in it belongs to the trio thread."""

    def __init__(self, catalog: Catalog, pool: WorkerPool, keeper: Keeper, suspects: Suspects, batch: int) -> None:
        self.counters = Counters()
        self.progress = Progress()
        self.problem = ""
        """Why nothing can be read at present, '' if that is not so."""
        self.lacks_room = False
        """Whether that is for want of room: it is tried again by itself."""
        self.paused = False
        self._catalog = catalog
        self._pool = pool
        self._keeper = keeper
        self._suspects = suspects
        self._batch = batch
        self._work = trio.Event()
        self._moved = trio.Event()
        self._busy: dict[int, File] = {}
        self._alone: set[int] = set()
        self._excused: Counter[int] = Counter()
        self._losses = 0
        self._resting: dict[int, float] = {}
        self._claims: dict[bytes, int] = {}
        self._deferred: dict[int, bytes] = {}
        self._incomplete: list[Pending] = []
        self._must_look = True
        self._count: int | None = None
        self._thumbnails_failed = False
        catalog.on_commit(self._committed)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Feeds as many workers as the pool has, until cancelled."""
        self._suspects.load()
        self._condemn()
        async with trio.open_nursery() as nursery:
            for _ in range(self._pool.size):
                nursery.start_soon(self._feed)
            task_status.started()

    def _condemn(self) -> None:
        """Quarantines what the program was killed with too often."""
        with self._catalog.read() as sql:
            rows = [files.by_id(sql, file) for file in self._suspects.ids]
        guilty = [row for row in rows if row is not None and self._suspects.is_guilty(row)]
        if not guilty:
            return
        problem = Unreadable("crash", f"the program ended {DEATHS} times while reading it")
        try:
            with self._catalog.write() as tx:
                for row in guilty:
                    record.failed(tx, row, problem)
        except sqlite3.OperationalError as error:
            logger.error("what the program was killed with cannot be stored at present: %s", error)
            return
        self.counters.quarantined += len(guilty)
        self._suspects.forget(row.id for row in guilty)

    def wake(self) -> None:
        """There may be something to read."""
        self._count = None
        self._work.set()

    def look_for_incomplete(self) -> None:
        """There may be contents that lack what this model makes of them."""
        self._must_look = True
        self.wake()

    def _committed(self, topics: frozenset[str], seq: int) -> None:
        """With a folder or a drive, or another model, come contents that it has not seen yet."""
        if topics & {"root", "model"}:
            self.look_for_incomplete()

    def _look(self) -> None:
        if self._must_look:
            model = self._model
            with self._catalog.read() as sql:
                self._incomplete = files.incomplete(sql, model) if model else []
            self._must_look = False

    @property
    def _model(self) -> int | None:
        """The id of the model that answers."""
        model = self._pool.sight_model
        return model.id if model else None

    @property
    def is_reading(self) -> bool:
        """Whether new files keep the workers busy."""
        return bool(self._busy) and not self.problem

    @property
    def pending(self) -> int:
        """Files that can be read and were not."""
        self._look()
        if self._count is None:
            with self._catalog.read() as sql:
                self._count = files.count_pending(sql)
        return self._count + len(self._incomplete) + sum(file.image is not None for file in self._busy.values())

    async def moved(self) -> None:
        """Returns when something more was read, or nothing is left."""
        await self._moved.wait()

    async def moved_within(self, seconds: float) -> None:
        """As `moved`, or after so long."""
        with trio.move_on_after(seconds):
            await self._moved.wait()

    def open_ids(self) -> set[int]:
        """The ids of all pending files, those that are just being read included."""
        self._look()
        with self._catalog.read() as sql:
            waiting = {pending.id for pending in files.pending(sql, -1)}
        return waiting | {pending.id for pending in self._incomplete} | set(self._busy)

    # ---- one worker's turn ---------------------------------------------------------------------------------------

    async def _feed(self) -> None:
        backoff_s = 1.0
        while True:
            self._work = self._work if not self._work.is_set() else trio.Event()
            batch = self._take()
            if not batch:
                await self._wait()
                continue
            try:
                await self._process(batch)
                self.problem, self.lacks_room, backoff_s = "", False, 1.0
            except (WorkersUnusable, sqlite3.OperationalError) as error:
                # The files are not to blame: no model, no memory, a full disk. They stay pending.
                logger.error("nothing can be read at present, trying again in %.0f s: %s", backoff_s, error)
                lack = room.mistake(error, self._catalog.path) if isinstance(error, sqlite3.Error) else None
                self.problem = str(lack or error)
                self.lacks_room = isinstance(lack, DiskFull)
                await trio.sleep(backoff_s)
                backoff_s = min(2 * backoff_s, LONGEST_BACKOFF_S)
            finally:
                self._release(batch)
            await self._rest()

    async def _rest(self) -> None:
        """Where workers end one after the other, whatever they read, starting them does not keep the machine busy."""
        if self._losses > LOSSES_IN_A_ROW:
            seconds = min(2.0 ** (self._losses - LOSSES_IN_A_ROW - 2), LONGEST_REST_S)
            logger.warning("%d workers in a row were lost; the next is started in %.1f s", self._losses, seconds)
            await trio.sleep(seconds)

    async def _wait(self) -> None:
        """Until there may be work: somebody says so, or a file that was being written has rested."""
        if not self._busy:
            self.progress.stop()
        self._tell_moved()
        with trio.move_on_at(min(self._resting.values(), default=float("inf"))):
            await self._work.wait()
        now = trio.current_time()
        self._resting = {file: until for file, until in self._resting.items() if until > now}

    def _take(self) -> list[Pending]:
        """The next batch: the workers share what there is, so that little is done soon and much in full batches."""
        if self.paused:
            return []
        self._look()
        with self._catalog.read() as sql:
            found, share = self._waiting(sql)
            alone = [item for item in found if item.id in self._alone]
            batch = alone[:1] or found[:share]
            rows = {item.id: files.by_id(sql, item.id) for item in batch}
        self._busy.update({file: row for file, row in rows.items() if row is not None})
        taken = set(rows)
        self._incomplete = [item for item in self._incomplete if item.id not in taken]
        if batch:
            self.progress.start(trio.current_time())
        return batch

    def _waiting(self, sql: sqlite3.Connection) -> tuple[list[Pending], int]:
        """What there is to read and how many of it make a batch: new files, then what lacks vectors, then suspects."""
        if self._suspects.is_one_read:
            return [], 0
        besides = {*self._busy, *self._resting, *self._deferred}
        suspects = [file for file in self._suspects.ids if file not in besides]
        trusted = besides.union(suspects)
        if found := files.pending(sql, self._batch * self._pool.size, trusted):
            return found, min(self._batch, -(-len(found) // self._pool.size))
        if found := [item for item in self._incomplete if item.id not in trusted]:
            return found, self._batch
        if not suspects or self._busy:
            return [], 0
        waiting = {item.id: item for item in [*files.pending(sql, -1, besides), *self._incomplete]}
        return [waiting[file] for file in suspects if file in waiting], 1

    async def _process(self, batch: list[Pending]) -> None:
        async with self._pool.lease() as worker:
            with self._suspects.reading([self._busy[pending.id] for pending in batch]):
                outcomes = await read_batch(worker, batch, self._decide)
            self._losses = 0 if worker.alive else self._losses + 1
        gone = [self._busy[file] for file, outcome in outcomes.items() if _is_gone(outcome)]
        await self._keeper.mark_missing(gone)
        self._keep(outcomes)
        if any(isinstance(one, Fresh) and one.model != self._pool.sight_model for one in outcomes.values()):
            self.look_for_incomplete()  # the model was changed while this batch was being read
        self.progress.done(sum(not isinstance(outcome, Later) for outcome in outcomes.values()), trio.current_time())

    def _decide(self, pending: Pending, content_hash: bytes) -> int | Verdict:
        """A content is decoded once, however many files hold it and however many workers there are."""
        with self._catalog.read() as sql:
            image = images.find(sql, content_hash)
            if image is not None and images.is_complete(sql, image, self._model):
                return image
        if self._claims.setdefault(content_hash, pending.id) != pending.id:
            self._deferred[pending.id] = content_hash
            return "later"
        return "decode"

    def _keep(self, outcomes: dict[int, Outcome]) -> None:
        with self._catalog.write() as tx:
            for file, outcome in outcomes.items():
                taken = self._busy[file]
                match outcome:
                    case Known():
                        record.known(tx, taken, outcome.facts, outcome.attached, outcome.image)
                    case Fresh():
                        read = record.Reading(outcome.facts, outcome.attached, outcome.content)
                        record.fresh(tx, taken, read, outcome.vector, outcome.model)
                    case Unreadable() if self._is_to_blame(file, outcome):
                        record.failed(tx, taken, outcome)
        for file, outcome in outcomes.items():
            self._note(file, outcome)

    def _is_to_blame(self, file: int, problem: Unreadable) -> bool:
        if problem.kind in ("gone", "changed"):
            return False
        return problem.kind not in EXCUSED or self._excused[file] >= FORGIVEN

    def _note(self, file: int, outcome: Outcome) -> None:
        """What is remembered besides the catalog: counters, and how to try again."""
        self._alone.discard(file)
        if isinstance(outcome, Fresh | Known):
            self._excused.pop(file, None)
        match outcome:
            case Fresh():
                self.counters.decoded += 1
                self.counters.embedded += outcome.vector is not None
                self._note_thumbnail(outcome.thumbnail_error)
            case Later(alone=True):
                self._alone.add(file)
            case Unreadable(kind="changed"):
                self._resting[file] = trio.current_time() + CHANGED_REST_S
            case Unreadable() if self._is_to_blame(file, outcome):
                self.counters.quarantined += 1
                del self._excused[file]
            case Unreadable() if outcome.kind in EXCUSED:
                self._excused[file] += 1
                self._alone.add(file)

    def _note_thumbnail(self, error: str) -> None:
        """Says once that thumbnails cannot be written; it is no reason to fail a file."""
        if error and not self._thumbnails_failed:
            logger.warning("thumbnails cannot be written: %s", error)
        self._thumbnails_failed = bool(error)

    def _release(self, batch: list[Pending]) -> None:
        done = {pending.id for pending in batch}
        for file in done:
            self._busy.pop(file, None)
        free = {content_hash for content_hash, file in self._claims.items() if file in done}
        self._claims = {content_hash: file for content_hash, file in self._claims.items() if file not in done}
        self._deferred = {file: held for file, held in self._deferred.items() if held not in free}
        self.wake()
        self._tell_moved()

    def _tell_moved(self) -> None:
        self._moved.set()
        self._moved = trio.Event()


def _is_gone(outcome: Outcome) -> bool:
    return isinstance(outcome, Unreadable) and outcome.kind == "gone"
