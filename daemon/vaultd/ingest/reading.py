"""A batch of files through one worker: read one by one, embedded together, each fault charged to its own file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog.files import Pending
from vaultd.catalog.models import Model
from vaultd.domain.attached import Attached
from vaultd.domain.content import Content
from vaultd.domain.facts import Facts
from vaultd.ingest.pool import as_vector
from vaultd.ingest.process import Worker, WorkerLost
from vaultd.worker.messages import Decode, Decoded, Embed, Embedded, Failed, HasRead, Kind, Read, Unreadable

Verdict = Literal["decode", "later"]


@dataclass(frozen=True)
class Known:
    """The file holds a content that the catalog has."""

    facts: Facts
    attached: Attached
    image: int


@dataclass(frozen=True)
class Fresh:
    """The file was read. `vector`: float32 [dimension] of `model`, None without one."""

    facts: Facts
    attached: Attached
    content: Content
    vector: NDArray[np.float32] | None
    model: Model | None
    thumbnail_error: str


@dataclass(frozen=True)
class Later:
    """Not read now: its bytes are being read under another name, or the worker was lost by no fault of its own."""

    alone: bool = False


@dataclass(frozen=True)
class _Decoded:
    """A file whose pixels wait in the worker."""

    file: int
    read: HasRead
    answer: Decoded


Outcome = Known | Fresh | Unreadable | Later


async def read_batch(
    worker: Worker, batch: list[Pending], decide: Callable[[Pending, bytes], int | Verdict], *, thumbnails: bool = True
) -> dict[int, Outcome]:
    """What came of each file, by its id.

    `decide` is asked with the hash of a file's bytes: the id of the image if it is known, or whether to decode it.
    When the worker is lost, the file it was reading gets the blame; if it was embedding several, each is to be tried
    again alone.
    """
    outcomes: dict[int, Outcome] = {pending.id: Later() for pending in batch}
    decoded: list[_Decoded] = []
    for pending in batch:
        try:
            found = await _read(worker, pending, decide, thumbnails)
        except WorkerLost as lost:
            outcomes[pending.id] = Unreadable(lost.kind, lost.reason)
            return outcomes
        if isinstance(found, _Decoded):
            decoded.append(found)
        else:
            outcomes[pending.id] = found
    if decoded:
        outcomes.update(await _embed(worker, decoded))
    return outcomes


async def _read(
    worker: Worker, pending: Pending, decide: Callable[[Pending, bytes], int | Verdict], thumbnails: bool
) -> Outcome | _Decoded:
    read = await worker.ask(Read(pending.path))
    if not isinstance(read, HasRead):
        return _problem(read)
    verdict = decide(pending, read.hash)
    if verdict == "later":
        return Later()
    if isinstance(verdict, int):
        return Known(read.facts, read.attached, verdict)
    answer = await worker.ask(Decode(thumbnails and not pending.private))
    if not isinstance(answer, Decoded):
        return _problem(answer)
    return _Decoded(pending.id, read, answer)


async def _embed(worker: Worker, decoded: list[_Decoded]) -> dict[int, Outcome]:
    try:
        answer = await worker.ask(Embed())
    except WorkerLost as lost:
        return _blame(decoded, lost.kind, lost.reason)
    if not isinstance(answer, Embedded):
        problem = _problem(answer)
        return _blame(decoded, problem.kind, problem.reason)
    vectors: list[NDArray[np.float32] | None] = [as_vector(packed) for packed in answer.vectors]
    return {
        one.file: Fresh(
            one.read.facts, one.read.attached, one.answer.content, vector, worker.model, one.answer.thumbnail_error
        )
        for one, vector in zip(decoded, vectors or [None] * len(decoded), strict=True)
    }


def _blame(decoded: list[_Decoded], kind: Kind, reason: str) -> dict[int, Outcome]:
    if len(decoded) == 1:
        return {decoded[0].file: Unreadable(kind, reason)}
    return {read.file: Later(alone=True) for read in decoded}


def _problem(answer: object) -> Unreadable:
    if isinstance(answer, Failed):
        return Unreadable(answer.kind, answer.reason)
    return Unreadable("crash", "the worker gave a strange answer")
