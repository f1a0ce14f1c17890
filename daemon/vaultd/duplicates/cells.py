"""Pairs of vectors that are alike, among very many: those that lie around the same ones of some of them are compared.

Up to EXACT vectors all are compared with all. Beyond, each belongs to the cells of the few of about two square roots of
all that it is nearest to, as in an inverted file (H. Jégou, M. Douze, C. Schmid, "Product Quantization for Nearest
Neighbor Search", 2011, section IV), and a pair is found if it has a cell in common. Vectors that are as near to each
other as a burst's nearly always have: benchmarks/duplicates.py measures how many are missed.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from vaultd.index.vector import Ids

EXACT = 8_000
CELLS_EACH = 3
MOST_EACH = 64
"""Of earlier vectors that one is like, the first so many are found in a cell: more would be of no use to anybody."""
_AT_ONCE = 512

Kinds = NDArray[np.float16] | NDArray[np.float32]


def pairs(vectors: Kinds, cut: float) -> tuple[Ids, Ids]:
    """Rows of vectors [n, dimension] of length one whose inner product is at least `cut`, the earlier ones first.

    Each pair once, by the earlier row and then the later.
    """
    count = len(vectors)
    found = [np.empty(0, np.int64)]
    for rows in _cells(vectors):
        held = vectors[rows].astype(np.float32)
        for start in range(0, len(rows), _AT_ONCE):
            earlier, later = _alike(held, start, cut)
            found.append(rows[earlier] * count + rows[later])
    return np.divmod(np.unique(np.concatenate(found)), count)


def _alike(held: NDArray[np.float32], start: int, cut: float) -> tuple[Ids, Ids]:
    """The pairs of which the later one is among some rows from `start` on."""
    block = held[start : start + _AT_ONCE]
    alike = block @ held[: start + len(block)].T >= cut
    alike &= np.arange(alike.shape[1]) < np.arange(start, start + len(block))[:, None]
    alike &= np.cumsum(alike, axis=1, dtype=np.int32) <= MOST_EACH
    later, earlier = np.nonzero(alike)
    return earlier, later + start


def _cells(vectors: Kinds) -> Iterator[Ids]:
    """Rows that are to be compared with each other, ascending."""
    count = len(vectors)
    if count <= EXACT:
        yield np.arange(count)
        return
    chosen = np.random.default_rng(count).choice(count, 2 * round(count**0.5), replace=False)
    around = vectors[np.sort(chosen)].astype(np.float32).T
    places = np.empty((count, CELLS_EACH), np.int64)
    for start in range(0, count, _AT_ONCE):
        near = vectors[start : start + _AT_ONCE].astype(np.float32) @ around
        places[start : start + len(near)] = np.argpartition(-near, CELLS_EACH, axis=1)[:, :CELLS_EACH]
    order = np.argsort(places.ravel(), kind="stable")
    starts = np.searchsorted(places.ravel()[order], np.arange(around.shape[1]))
    for rows in np.split(order // CELLS_EACH, starts[1:]):
        if len(rows) > 1:
            yield rows
