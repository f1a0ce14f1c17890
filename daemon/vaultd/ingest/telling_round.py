"""One program that finds words, through every picture that it has not seen.

One worker, one picture at a time, the newest first. What was found is stored every few seconds, and what was gone
through is in the catalog, so that a run that is killed costs no more than that. A picture that ends its worker is tried
once more, in another one; one that ends the whole program is tried no more often than any file is (`suspects`).
"""

from __future__ import annotations

import logging
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

import trio

from vaultd.catalog import files, images, telling
from vaultd.catalog.files import File
from vaultd.catalog.store import Catalog
from vaultd.catalog.telling import Found, Kind, Teller
from vaultd.ingest.process import Worker, WorkerLost, WorkersUnusable
from vaultd.ingest.suspects import DEATHS, Suspects
from vaultd.ingest.tellers import Plan
from vaultd.worker.messages import Answer, Failed, HasRead, Read, Tell, Told

logger = logging.getLogger(__name__)

LOOK = 256
TOGETHER = 16
KEEP_EVERY_S = 5.0
"""What was found is stored so much later at most: each time the indexes have something to do."""
IDLE_S = 60.0
"""A worker that is not to go on for so long is ended; with it goes the memory of the model."""
START_S = 1800
"""To load a library and a model of a gigabyte, on a machine where other programs come first."""
FIRST_BACKOFF_S, LAST_BACKOFF_S = 30.0, 600.0
"""Between two tries to start a worker, where none can be started."""
LONGEST_BACKOFF_S = 300.0
"""Between two tries to store what was found."""
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
    backoff_s: float = FIRST_BACKOFF_S


class Service(Protocol):
    """Whom a round works for."""

    standing: dict[Kind, Telling]
    suspects: Suspects

    @property
    def catalog(self) -> Catalog: ...

    @property
    def must_wait(self) -> bool:
        """Whether something comes before."""
        ...

    async def moved(self) -> None:
        """Until that may have changed."""
        ...


class Round:
    """One teller through everything that it has not seen."""

    def __init__(self, service: Service, plan: Plan) -> None:
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
        standing.backoff_s = min(2 * standing.backoff_s, LAST_BACKOFF_S)

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
        """What comes of one picture, unless it ended the whole program too often."""
        found, suspects = self._file(image), self._service.suspects
        if found is None:
            self._note(image, None)
            return
        file, path = found
        if suspects.is_guilty(file):
            self._note(image, Failed("crash", f"the program ended {DEATHS} times while words were found for it"))
            await self._store()
            suspects.forget([file.id])
            return
        with suspects.reading([file]):
            self._note(image, await self._tried(image, path, nursery))

    def _file(self, image: int) -> tuple[File, bytes] | None:
        """The file in which a picture is looked at, and its path; None where it cannot be opened now."""
        with self._catalog.read() as sql:
            best = files.best_file(sql, image)
            file = files.by_id(sql, best[0]) if best else None
        return (file, best[1]) if file and best else None

    async def _tried(self, image: int, path: bytes, nursery: trio.Nursery) -> Answer | None:
        """A worker that the picture ended may have ended of itself, so another one is tried."""
        answer: Answer | None = None
        for _ in range(TRIES):
            try:
                return await self._asked(image, path, nursery)
            except WorkerLost as lost:
                self._worker, answer = None, Failed(lost.kind, lost.reason)
        return answer

    async def _asked(self, image: int, path: bytes, nursery: trio.Nursery) -> Answer | None:
        """None where the picture cannot be read now, or holds something else by now: the watcher knows, or will."""
        if self._worker is None:
            self._worker = await Worker.start(self._plan.setup, nursery, None, START_S)
            self._standing.problem, self._standing.backoff_s = "", FIRST_BACKOFF_S
        read = await self._worker.ask(Read(path))
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
