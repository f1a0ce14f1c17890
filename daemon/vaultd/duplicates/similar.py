"""Pictures that show the like, by the vectors of a model: bursts, variants, pages of one book.

What is the same picture is not told here: of each such group only the kept one is to be given. So no picture is ever
called a duplicate because a model finds it like another.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vaultd.index.vector import Ids

_AT_ONCE = 256
_WIDE = 1 << 15
"""Vectors that are multiplied at once: a block of similarities takes 32 MB."""


def led(vectors: NDArray[np.float16] | NDArray[np.float32], cut: float) -> Ids:
    """int64 [n]: of vectors [n, dimension], the first kept row that each is like; its own, if it is kept itself.

    Like are two whose inner product is at least `cut`; vectors are of length one, and in order, the best first. Groups
    are stars, as those of vaultd.duplicates.stars. Each is compared with each that is kept: ten times as many take a
    hundred times as long.
    """
    leaders = np.arange(len(vectors))
    kept = np.empty(0, np.int64)
    for start in range(0, len(vectors), _AT_ONCE):
        rows = np.arange(start, min(start + _AT_ONCE, len(vectors)))
        block = vectors[rows].astype(np.float32)
        for first in range(0, len(kept), _WIDE):
            some = kept[first : first + _WIDE]
            is_like = block @ vectors[some].astype(np.float32).T >= cut
            led_here = is_like.any(axis=1) & (leaders[rows] == rows)
            leaders[rows[led_here]] = some[is_like[led_here].argmax(axis=1)]
        is_like = block @ block.T >= cut
        for place, row in enumerate(rows.tolist()):
            if leaders[row] == row:
                later = rows[place + 1 :][is_like[place, place + 1 :]]
                leaders[later[leaders[later] == later]] = row
        kept = np.concatenate((kept, rows[leaders[rows] == rows]))
    return leaders
