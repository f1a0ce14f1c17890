"""The workers: started when there is something to read, ended when there was nothing for a while."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeVar

import msgspec
import numpy as np
import trio
from numpy.typing import NDArray

from vaultd.catalog.models import Model
from vaultd.domain.attached import Attached
from vaultd.domain.content import Content
from vaultd.ingest.apart import Towers
from vaultd.ingest.process import Worker, WorkerLost, WorkersUnusable
from vaultd.worker.apart import Opened
from vaultd.worker.messages import Answer, Decode, Decoded, Embed, Embedded, Failed, HasRead, Read, Setup, Unreadable

logger = logging.getLogger(__name__)

Wanted = TypeVar("Wanted", HasRead, Decoded, Embedded)

_IN_THE_WORKERS = Opened(engine="onnxruntime", device="cpu")
_ON_TRIAL = Model(0, "", "", 0)
IDLE_S = 60.0
LOOK_S = 5.0


@dataclass(frozen=True)
class Sight:
    """A model to see pictures with: its row in the catalog, and the folder of its pack."""

    model: Model
    folder: bytes


@dataclass(frozen=True)
class Inspected:
    """A file that was read for somebody who waits for it. `vector`: float32 [dimension] of `model`, if there is one."""

    attached: Attached
    content: Content
    vector: NDArray[np.float32] | None
    model: Model | None


For = Literal["library", "asker", "viewer"]
"""Whom a worker works for. Only those of the library give way to everything else on the machine: it waits for none."""
RENDERING = 2
"""Previews that are made at the same time."""


@dataclass
class _Lane:
    """Workers of one kind: how many may be busy, and those that are not."""

    turns: trio.CapacityLimiter
    idle: list[tuple[Worker, float]] = field(default_factory=list)


class WorkerPool:
    """At most `size` workers for the library, and more, no less important than the daemon: one for what somebody waits
    for, and RENDERING for what somebody looks at. `sight`: the model they see with, unless another one is asked for;
    None for none. `towers`: where its image tower runs, None for in themselves."""

    def __init__(self, setup: Setup, size: int, sight: Sight | None, towers: Towers | None = None) -> None:
        self.size = size
        self.sight = sight
        self.towers = towers
        self._setup = setup
        self._lanes: dict[For, _Lane] = {
            "library": _Lane(trio.CapacityLimiter(size)),
            "asker": _Lane(trio.CapacityLimiter(1)),
            "viewer": _Lane(trio.CapacityLimiter(RENDERING)),
        }
        self._starting = 0
        self._nursery: trio.Nursery | None = None
        self._busy: set[Worker] = set()

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled; then every worker is ended."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                try:
                    task_status.started()
                    while True:
                        await trio.sleep(LOOK_S)
                        await self._end_idle()
                finally:
                    # Before the nursery closes: others may still ask for a worker in this very turn of the loop.
                    self._nursery = None
        finally:
            with trio.CancelScope(shield=True):
                for worker in self._waiting:
                    await worker.end()
                if self.towers is not None:
                    await self.towers.end()
            for lane in self._lanes.values():
                lane.idle.clear()

    @property
    def sight_model(self) -> Model | None:
        """The model of `sight`."""
        return self.sight.model if self.sight else None

    @property
    def opened(self) -> Opened:
        """What runs the image tower, and on what."""
        return self.towers.opened if self.towers is not None else _IN_THE_WORKERS

    @property
    def pids(self) -> list[int]:
        """Process ids of all workers there are."""
        return sorted(worker.pid for worker in [*self._busy, *self._waiting])

    @property
    def _waiting(self) -> list[Worker]:
        return [worker for lane in self._lanes.values() for worker, _ in lane.idle]

    @asynccontextmanager
    async def lease(
        self, for_: For = "library", *, sight: Sight | None = None, blind: bool = False
    ) -> AsyncIterator[Worker]:
        """A worker of one's own, with the model that answers, another one, or none. Raises WorkersUnusable if none can
        be started."""
        lane = self._lanes[for_]
        async with lane.turns:
            worker = await self._get(for_, None if blind else sight or self.sight)
            self._busy.add(worker)
            try:
                yield worker
            finally:
                self._busy.discard(worker)
                if worker.worn:
                    await worker.end()
                elif worker.alive:
                    lane.idle.append((worker, trio.current_time()))

    def warm_up(self) -> None:
        """Starts a worker if there is none: something to read is about to come."""
        if self._nursery is not None and not (self._lanes["library"].idle or self._busy or self._starting):
            self._starting += 1
            self._nursery.start_soon(self._start_one)

    async def inspect(self, path: bytes, *, thumbnail: bool = False) -> Inspected:
        """Reads one file at once. Raises Unreadable, also if it ends the worker; WorkersUnusable."""
        async with self.lease("asker") as worker:
            try:
                read = _expected(await worker.ask(Read(path)), HasRead)
                content = _expected(await worker.ask(Decode(thumbnail)), Decoded).content
                vectors = _expected(await worker.ask(Embed()), Embedded).vectors
            except WorkerLost as lost:
                raise Unreadable(lost.kind, lost.reason) from lost
        return Inspected(read.attached, content, as_vector(vectors[0]) if vectors else None, worker.model)

    async def embed_image(self, path: bytes) -> NDArray[np.float32]:
        """The vector of any picture, float32 [dimension], of the model that answers now; nothing is stored.

        Raises Unreadable, WorkersUnusable.
        """
        while True:
            seen = await self.inspect(path)
            if seen.vector is None:
                raise Unreadable("encoder", "there is no model to embed the picture with")
            if seen.model == self.sight_model:
                return seen.vector

    async def digest(self, path: bytes) -> bytes:
        """The BLAKE2b-256 of a file's bytes. Raises Unreadable, WorkersUnusable."""
        async with self.lease("asker") as worker:
            try:
                return _expected(await worker.ask(Read(path)), HasRead).hash
            except WorkerLost as lost:
                raise Unreadable(lost.kind, lost.reason) from lost

    async def try_out(self, folder: bytes) -> None:
        """Opens a pack in a process of its own and uses both towers once. Raises WorkersUnusable where that fails."""
        worker = await self._start(Sight(_ON_TRIAL, folder), niceness=0, trial=True)
        await worker.end()

    async def _get(self, for_: For, sight: Sight | None) -> Worker:
        idle = self._lanes[for_].idle
        lost = [worker for worker, _ in idle if not worker.usable]
        idle[:] = [entry for entry in idle if entry[0].usable]
        for worker in lost:
            await worker.end()
        model = sight.model if sight else None
        fitting = [place for place, (worker, _) in enumerate(idle) if worker.model == model]
        if fitting:
            return idle.pop(fitting[-1])[0]
        return await self._start(sight, niceness=self._setup.niceness if for_ == "library" else 0)

    async def _start(self, sight: Sight | None, *, niceness: int, trial: bool = False) -> Worker:
        if self._nursery is None:
            raise WorkersUnusable("the workers were ended")
        folder = sight.folder if sight else b""
        setup = msgspec.structs.replace(self._setup, pack=folder, niceness=niceness, trial=trial)
        model = sight.model if sight else None
        if self.towers is None or model is None or trial:
            return await Worker.start(setup, self._nursery, model)
        tower = await self.towers.get(msgspec.structs.replace(setup, niceness=self._setup.niceness))
        with tower.connect() as connection:
            worker = await Worker.start(msgspec.structs.replace(setup, tower=connection.fileno()), self._nursery, model)
        worker.tower = tower
        return worker

    async def _start_one(self) -> None:
        """Takes a turn while it starts, so that whoever needs a worker meanwhile gets this one."""
        try:
            async with self.lease():
                pass
        except WorkersUnusable as error:
            logger.debug("warming up failed, which the next attempt will tell: %s", error)
        finally:
            self._starting -= 1

    async def _end_idle(self) -> None:
        """Ends workers that nobody needed for a while; with them goes the memory of the image tower."""
        late = trio.current_time() - IDLE_S
        for lane in self._lanes.values():
            unneeded = [entry for entry in lane.idle if entry[1] < late]
            lane.idle[:] = [entry for entry in lane.idle if entry[1] >= late]
            for worker, _ in unneeded:
                await worker.end()
        if self.towers is not None:
            workers = [*self._busy, *self._waiting]
            await self.towers.end_unneeded({worker.tower for worker in workers}, late)


def as_vector(packed: bytes) -> NDArray[np.float32]:
    """A vector as a worker sends it."""
    return np.frombuffer(packed, "<f4").astype(np.float32)


def _expected(answer: Answer, kind: type[Wanted]) -> Wanted:
    if isinstance(answer, Failed):
        raise Unreadable(answer.kind, answer.reason)
    if not isinstance(answer, kind):
        raise Unreadable("crash", "the worker gave a strange answer")
    return answer
