"""Vectors that can be asked for the nearest ones.

`VectorIndex` is what every implementation offers; `FlatIndex` is FAISS's exhaustive index over half floats, the same
numbers that the catalog holds, so it misses nothing. `vaultd.index.exact` holds the same promises in plain numpy.
"""

from __future__ import annotations

import threading
from typing import Any, Protocol

import faiss
import numpy as np
from numpy.typing import NDArray

from vaultd.index.rows import Rows

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]
Halves = NDArray[np.float16]

_FAISS: Any = faiss  # its stubs describe the C++ signatures, not those that Python is given

AT_ONCE = 4096
"""Vectors that are widened at once."""
WASTE = 1024
"""Tombstones that are left in peace; beyond them a quarter of the rows may be dead before the index is compacted."""


class VectorIndex(Protocol):
    """Images and their vectors of length one. One thread may change it while others ask."""

    dimension: int

    def __len__(self) -> int:
        """How many images it holds."""
        ...

    def put(self, images: Ids, vectors: Vectors) -> None:
        """Sets the vectors [n, dimension] of n different images, replacing those they had."""
        ...

    def drop(self, images: Ids) -> None:
        """Forgets these images; those it does not hold are ignored."""
        ...

    def clear(self) -> None:
        """Forgets everything."""
        ...

    def nearest(self, vector: Vectors, count: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """The at most `count` images nearest to a vector [dimension], and their inner products, best first.

        Equal ones are ordered by image. `among`: only these images are considered.
        """
        ...

    def sample(self, count: int) -> Vectors:
        """At most `count` of the vectors, spread evenly over the rows; the same ones while nothing changes."""
        ...

    def contents(self) -> tuple[Ids, Halves]:
        """Every image, and its vector as half floats [n, dimension]; valid until the next change."""
        ...

    def compact(self) -> None:
        """Drops tombstones if there are enough of them to matter. Questions are answered meanwhile."""
        ...


class FlatIndex:
    """A `VectorIndex` over FAISS's flat half-float index. Rows are appended; replaced ones become tombstones."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._lock = threading.Lock()
        self._rows = Rows()
        self._flat = self._empty()

    def __len__(self) -> int:
        return self._rows.alive

    def put(self, images: Ids, vectors: Vectors) -> None:
        with self._lock:
            self._flat.add(np.ascontiguousarray(vectors, np.float32))
            self._rows.append(images)

    def drop(self, images: Ids) -> None:
        with self._lock:
            self._rows.drop(images)

    def clear(self) -> None:
        with self._lock:
            self._rows, self._flat = Rows(), self._empty()

    def nearest(self, vector: Vectors, count: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        with self._lock:
            rows, similarities = self._search(vector, count, among)
            images = self._rows.images(rows)
        order = np.lexsort((images, -similarities))
        return images[order], similarities[order]

    def sample(self, count: int) -> Vectors:
        with self._lock:
            rows = np.flatnonzero(self._rows.living())
            chosen = rows[np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.int64)] if len(rows) else rows
            return self._halves()[chosen].astype(np.float32)

    def contents(self) -> tuple[Ids, Halves]:
        with self._lock:
            living = self._rows.living()
            if living.all():
                return self._rows.images(np.arange(len(living))), self._halves()
            rows = np.flatnonzero(living)
            return self._rows.images(rows), self._halves()[rows]

    def compact(self) -> None:
        if self._rows.count - self._rows.alive <= max(WASTE, self._rows.count // 4):
            return
        images, halves = self.contents()
        rows, flat = Rows(), self._empty()
        rows.append(images)
        for start in range(0, len(images), AT_ONCE):
            flat.add(halves[start : start + AT_ONCE].astype(np.float32))
        with self._lock:  # nobody else changes it meanwhile, so nothing was lost since `contents`
            self._rows, self._flat = rows, flat

    def _empty(self) -> Any:
        return _FAISS.IndexScalarQuantizer(self.dimension, _FAISS.ScalarQuantizer.QT_fp16, _FAISS.METRIC_INNER_PRODUCT)

    def _search(self, vector: Vectors, count: int, among: Ids | None) -> tuple[Ids, Vectors]:
        """Rows and inner products, in FAISS's order."""
        wanted = self._rows.living() if among is None else self._rows.among(among)
        count = min(count, int(np.count_nonzero(wanted)))
        if count <= 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        query = np.ascontiguousarray(vector[None], np.float32)
        if count == self._rows.count:
            found, rows = self._flat.search(query, count)
        else:
            bits = np.packbits(wanted, bitorder="little")
            selector = _FAISS.IDSelectorBitmap(bits)
            found, rows = self._flat.search(query, count, params=_FAISS.SearchParameters(sel=selector))
        return rows[0], found[0]

    def _halves(self) -> Halves:
        """float16 [rows, dimension]: a view of FAISS's own memory, valid while the lock is held."""
        count = self._rows.count
        if count == 0:
            return np.empty((0, self.dimension), np.float16)
        codes = _FAISS.rev_swig_ptr(self._flat.codes.data(), count * self.dimension * 2)
        halves: Halves = codes.view(np.dtype("<f2")).reshape(count, self.dimension)
        return halves
