"""The index of a library of any size: a small one is searched whole, a large one by short codes first.

Below `limit` pictures all half floats lie in FAISS's memory and everything is compared (`Flat`). Beyond it short codes
(`Sketches`) propose, and the half floats themselves, mapped from disk, decide: similarities are exact in both kinds.
Rows are appended; what is replaced or dropped becomes a tombstone. When the kind must change, or a quarter of the rows
are dead, the index is made anew beside itself, by the thread that changes it, while the old one answers.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vaultd.index import kept
from vaultd.index.body import Bits, Body
from vaultd.index.flat import Flat
from vaultd.index.halves import AT_ONCE
from vaultd.index.kept import Owner, Parts, Unusable
from vaultd.index.rows import Rows
from vaultd.index.sketch import Basis, Sketches
from vaultd.index.vector import Halves, Ids, Vectors

FLAT_UP_TO = 50_000
"""Up to here the whole comparison takes a few milliseconds of one core, and needs no reading of the disk."""
WASTE = 1024
"""Tombstones that are left in peace; beyond them a quarter of the rows may be dead before the index is made anew."""
SAMPLE = 20_000
"""Vectors that a basis is made from."""
OUTGROWN = 4
"""A library that grew by this factor since its basis was made gets another one."""
FIRST_LOOK = 1024
"""Proposals that are looked at first."""
FIRST_SHARE = 32
"""At first, one in so many is proposed: to propose more costs little beside another scan of the codes."""
FURTHER = 4
"""The next look is at so many times as many."""
FEWEST = 64
"""Similarities from which it can be told how far guesses err."""
SURELY = 3.0
"""So many standard deviations a guess may err."""
ONE_BY_ONE = 16_384
"""Up to so many pictures a filter may leave to be compared one by one."""


class GrowingIndex:
    """A `VectorIndex`. `folder`: where it is kept, for `restore` and `keep`; None for memory alone.

    Only `restore`, `clear`, `put`, `drop`, `compact` and `keep` change it, from one thread at a time.
    """

    def __init__(self, dimension: int, folder: Path | None = None, limit: int = FLAT_UP_TO) -> None:
        self.dimension = dimension
        self._folder = folder
        self._limit = limit
        self._body = Body(dimension, None if folder is None else Parts(folder))

    def __len__(self) -> int:
        return self._body.rows.alive

    @property
    def kind(self) -> str:
        """How it searches: `flat` or `sketches`."""
        return "flat" if isinstance(self._body.scan, Flat) else "sketches"

    def put(self, images: Ids, vectors: Vectors) -> None:
        """See `VectorIndex.put`."""
        halves = np.asarray(vectors, np.float16)
        for start in range(0, len(images), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            self._body.put(images[part], halves[part])

    def drop(self, images: Ids) -> None:
        """See `VectorIndex.drop`."""
        self._body.drop(images)

    def clear(self) -> None:
        """See `VectorIndex.clear`."""
        old = self._body
        self._body = Body(self.dimension, old.parts and old.parts.successor())

    def nearest(self, vector: Vectors, count: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """See `VectorIndex.nearest`."""
        return self.reaching(vector, -np.inf, count, among)

    def reaching(
        self, vector: Vectors, cut: float, most: int | None = None, among: Ids | None = None
    ) -> tuple[Ids, Vectors]:
        """See `VectorIndex.reaching`."""
        body, vector = self._body, np.ascontiguousarray(vector, np.float32)
        with body.lock:
            rows = None if among is None else body.rows_of(among)
            count = body.rows.alive if rows is None else len(rows)
            wanted = body.mask(rows)
        count = count if most is None else min(most, count)
        if isinstance(body.scan, Flat):
            found = self._flat(body, vector, cut, count, wanted)
        elif rows is not None and len(rows) <= ONE_BY_ONE:
            found = rows, body.halves.similarities(rows, vector)
        else:
            found = self._sketched(body, vector, cut, count, wanted)
        return _best(body.rows, *found, cut, count)

    def similarities(self, images: Ids, vector: Vectors) -> tuple[Ids, Vectors]:
        """See `VectorIndex.similarities`."""
        body = self._body
        with body.lock:
            rows = body.rows.of(images)
        held = rows >= 0
        return images[held], body.halves.similarities(rows[held], np.asarray(vector, np.float32))

    def contents(self) -> tuple[Ids, Halves]:
        """See `VectorIndex.contents`."""
        body = self._body
        with body.lock:
            rows = body.rows.alive_rows()
            return body.rows.images(rows), body.halves.take(rows)

    def compact(self) -> None:
        """Makes the index anew if there are many tombstones, or another kind or basis fits its size better."""
        body = self._body
        basis = self._basis(body)
        dead = body.rows.count - body.rows.alive
        if dead <= max(WASTE, body.rows.count // 4) and basis is body.basis:
            return
        fresh = Body(self.dimension, body.parts and body.parts.successor(), basis)
        fresh.fitted_at = body.fitted_at if basis is body.basis else body.rows.alive
        for rows, halves in body.halves.blocks(body.rows.alive_rows()):
            fresh.put(body.rows.images(rows), halves)
            fresh.spill()
            body.halves.release()
        self._body = fresh

    def _basis(self, body: Body) -> Basis | None:
        """The basis of the codes that fit this size, None for no codes."""
        size = body.rows.alive
        if size <= (self._limit if body.basis is None else self._limit // 2):
            return None
        if body.basis is not None and size < OUTGROWN * body.fitted_at:
            return body.basis
        return Basis.fitted(body.sample(body.rows.alive_rows(), SAMPLE))

    # ---- asking --------------------------------------------------------------------------------------------------

    def _flat(
        self, body: Body, vector: Vectors, cut: float, count: int, wanted: Bits | None
    ) -> tuple[NDArray[np.int64], Vectors]:
        """The rows that reach a cut, and their similarities: asked for in growing numbers until they pass below it."""
        assert isinstance(body.scan, Flat)
        asked = count if cut == -np.inf else min(count, FIRST_LOOK)
        while True:
            with body.scanned.looking():
                rows, found = body.scan.nearest(vector, asked, wanted)
            if asked >= count or len(found) < asked or found[-1] < cut:
                return rows, found
            asked = min(FURTHER * asked, count)

    def _sketched(
        self, body: Body, vector: Vectors, cut: float, count: int, wanted: Bits | None
    ) -> tuple[NDArray[np.int64], Vectors]:
        """Rows among which are, but for unlikely ones, the `count` best that reach a cut; with their similarities.

        A first look at the best proposals says how far guesses err; then all are looked at that might reach what is
        needed, and there are more proposals until the last of them could not.
        """
        assert isinstance(body.scan, Sketches)
        look = FIRST_LOOK if cut > -np.inf else max(FIRST_LOOK, 2 * count)
        asked = max(FURTHER * look, len(body.scan) // FIRST_SHARE)
        while asked < len(body.scan):
            with body.scanned.looking():
                rows, guessed = body.scan.nearest(vector, asked)
            if wanted is not None:
                known = rows < len(wanted)  # the others came after the question
                known[known] = wanted[rows[known]]
                rows, guessed = rows[known], guessed[known]
            found = body.halves.similarities(rows[:look], vector)
            if len(found) >= min(look, FEWEST):
                likely = _likely(guessed, found, max(cut, _least(found, count)))
                if likely < len(rows):
                    others = np.sort(rows[look : max(look, likely)])  # which is how they lie on the disk
                    rest = body.halves.similarities(others, vector)
                    return np.concatenate([rows[:look], others]), np.concatenate([found, rest])
            asked *= FURTHER
        rows = np.arange(len(body.halves)) if wanted is None else np.flatnonzero(wanted)
        found = body.halves.similarities(rows, vector)
        body.halves.release()
        return rows, found

    # ---- on disk -------------------------------------------------------------------------------------------------

    def restore(self, owner: Owner) -> int:
        """Takes up what was kept; returns its position. Raises Unusable where it must be made anew.

        Of a large index the half floats are not read yet: see `check`.
        """
        if self._folder is None:
            raise Unusable("this index is not kept")
        position, parts = kept.restore(self._folder, owner)
        self._body = Body.restored(self.dimension, parts)
        return position

    def check(self) -> None:
        """Reads what `restore` did not. Raises Unusable if it is damaged."""
        body = self._body
        if body.parts is None or body.basis is None:
            return
        try:
            body.parts.check("halves")
        except Unusable:
            if body is self._body:  # else it was made anew meanwhile, and its files are gone
                raise

    def spill(self) -> None:
        """Writes what is new to disk, where it counts once it is kept, and frees its memory."""
        self._body.spill()

    def keep(self, owner: Owner, position: int) -> None:
        """Keeps everything, which is up to this position of the change log. What it costs depends on what is new."""
        self._body.spill()
        if self._body.parts is not None:
            self._body.parts.commit(owner, position)


def _likely(guessed: Vectors, found: Vectors, needed: float) -> int:
    """How many of the proposals, guessed best first, may reach a similarity, given those of the first of them."""
    known = guessed[: len(found)]
    varied = float(known.var())
    slope = float(np.mean((known - known.mean()) * (found - found.mean()))) / varied if varied > 0 else 1.0
    slope = min(max(slope, 0.5), 2.0)
    errors = found - slope * known
    least = (needed - float(errors.mean()) - SURELY * float(errors.std())) / slope
    return int(np.searchsorted(-guessed, -least, side="right"))


def _least(similarities: Vectors, count: int) -> float:
    """The smallest of the `count` largest, -inf if there are no more than so many."""
    beyond = len(similarities) - count
    return -np.inf if beyond <= 0 or count == 0 else float(np.partition(similarities, beyond)[beyond])


def _best(rows: Rows, found: NDArray[np.int64], similarities: Vectors, cut: float, count: int) -> tuple[Ids, Vectors]:
    """The images of the `count` best of these rows that reach a cut, best first, equal ones by image."""
    reached = similarities >= cut
    images, similarities = rows.images(found[reached]), similarities[reached]
    order = np.lexsort((images, -similarities))[:count]
    return images[order], similarities[order]
