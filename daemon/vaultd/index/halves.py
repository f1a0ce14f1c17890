"""Vectors by row, as the half floats that the catalog holds: those on disk are mapped, the latest lie in memory.

Rows are only appended and never change, so any thread may read those it has counted.
"""

from __future__ import annotations

import mmap
import threading
from collections.abc import Iterator

import faiss
import numpy as np
from numpy.typing import NDArray

from vaultd.index.alone import alone
from vaultd.index.flat import Flat
from vaultd.index.vector import Halves, Vectors

AT_ONCE = 4096
"""Rows that are widened at once, so that they stay in the processor's cache."""
COMPARED = 1024
"""Rows that are compared at once, so that those just copied are still in the cache."""
ROOM = 256


class HalfRows:
    """Half floats [rows, dimension]."""

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._mapped: Halves = np.empty((0, dimension), np.float16)
        self._latest: Halves = np.empty((0, dimension), np.float16)
        self._count = 0
        self._data: memoryview | None = None
        self._some = threading.local()
        self._wide = faiss.ScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16)

    def __len__(self) -> int:
        return self._count

    def append(self, halves: Halves) -> None:
        """Adds rows [n, dimension]."""
        used = self._count - len(self._mapped)
        if used + len(halves) > len(self._latest):
            grown = np.empty((max(ROOM, 2 * used, used + len(halves)), self._dimension), np.float16)
            grown[:used] = self._latest[:used]
            self._latest = grown
        self._latest[used : used + len(halves)] = halves
        self._count += len(halves)

    def latest(self) -> Halves:
        """The rows that lie in memory."""
        return self._latest[: self._count - len(self._mapped)]

    def map(self, data: memoryview) -> None:
        """Every row is on disk now: takes them from there, where they lie one after the other, little endian."""
        self._mapped = np.frombuffer(data, "<f2").reshape(-1, self._dimension)
        self._latest, self._count, self._data = self._latest[:0], len(self._mapped), data

    def release(self) -> None:
        """Gives back the memory of mapped rows that were read; they are read from the file when they are needed."""
        if self._data is not None and isinstance(self._data.obj, mmap.mmap):
            self._data.obj.madvise(mmap.MADV_DONTNEED)

    def take(self, rows: NDArray[np.int64]) -> Halves:
        """float16 [n, dimension]: a copy of these rows."""
        mapped, latest = self._mapped, self._latest
        early = rows < len(mapped)
        if early.all():
            return mapped[rows]
        found = np.empty((len(rows), self._dimension), np.float16)
        found[early] = mapped[rows[early]]
        found[~early] = latest[rows[~early] - len(mapped)]
        return found

    def blocks(self, rows: NDArray[np.int64]) -> Iterator[tuple[NDArray[np.int64], Halves]]:
        """These rows, some at a time, and their vectors."""
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            yield part, self.take(part)

    def similarities(self, rows: NDArray[np.int64], vector: Vectors) -> Vectors:
        """float32 [n]: the inner products of these rows with a vector [dimension]."""
        found, some = np.empty(len(rows), np.float32), self._few()
        for start in range(0, len(rows), COMPARED):
            halves = self.take(rows[start : start + COMPARED])
            some.clear()
            some.add(halves)
            places, similarities = some.nearest(vector, len(halves))
            found[start + places] = similarities
        return found

    def _few(self) -> Flat:
        """This thread's own place to compare some rows: it multiplies four times as fast as numpy makes half floats
        wider, and memory that is asked for anew each time takes as long as that."""
        some: Flat | None = getattr(self._some, "flat", None)
        if some is None:
            some = self._some.flat = Flat(self._dimension)
        return some

    def widened(self, halves: Halves) -> Vectors:
        """The same numbers as float32."""
        if len(halves) == 0:
            return np.empty((0, self._dimension), np.float32)
        alone()
        wide: Vectors = self._wide.decode(np.ascontiguousarray(halves).view(np.uint8).reshape(len(halves), -1))
        return wide
