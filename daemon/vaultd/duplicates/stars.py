"""Pictures in order, the best first, and behind each that is kept those that are the same as it.

Each group is a star: every member is the same as its best, so that no chain of small steps ties pictures together that
have nothing in common. A picture that is only like one which stands behind another stays by itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vaultd.duplicates.keys import Words
from vaultd.duplicates.near import NearIndex
from vaultd.duplicates.pairs import each_with_each, near_pairs
from vaultd.index.vector import Ids

Alike = Callable[[Ids, Ids, Ids], NDArray[np.bool_]]
"""Of pairs of rows, and of the bits in which their hashes differ: which are the same picture."""

AT_ONCE = 64
"""Rows that are compared with the kept ones at once."""


def led(words: Words, radius: int, alike: Alike) -> Ids:
    """int64 [n]: the first kept row that each of words [n, columns] is the same as; its own, if it is kept itself.

    Same are two whose words differ in no more than `radius` bits, and of which `alike` says so.
    """
    pairs = near_pairs(words, radius)
    if pairs is None:
        return led_by_kept(words, radius, alike)
    leaders = np.arange(len(words))
    _put_behind(leaders, *pairs, alike)
    return leaders


def led_by_kept(words: Words, radius: int, alike: Alike) -> Ids:
    """The same, and the cost for each row is the same however many copies of one picture there are.

    Rows are compared only with those kept before. It takes several times as long where there are few copies.
    """
    leaders = np.arange(len(words))
    kept = NearIndex(words.shape[1], radius)
    for start in range(0, len(words), AT_ONCE):
        rows = np.arange(start, min(start + AT_ONCE, len(words)))
        place, before, bits = kept.near(words[rows])
        order = np.lexsort((place, before))
        _put_behind(leaders, before[order], rows[place[order]], bits[order], alike)
        rows = rows[leaders[rows] == rows]
        first, second, bits = each_with_each(words[rows], radius)
        _put_behind(leaders, rows[first], rows[second], bits, alike)
        rows = rows[leaders[rows] == rows]
        kept.put(rows, words[rows])
    return leaders


def _put_behind(leaders: Ids, first: Ids, second: Ids, bits: Ids, alike: Alike) -> None:
    """Of pairs of rows by the first, puts the second behind the first where they are the same and the first is kept."""
    if not len(first):
        return
    same = alike(first, second, bits)
    for one, other in zip(first[same].tolist(), second[same].tolist(), strict=True):
        if leaders[one] == one and leaders[other] == other:
            leaders[other] = one
