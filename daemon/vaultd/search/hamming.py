"""Pairs of hashes of 128 bits that differ in few of them, without comparing each with each.

Multi-index hashing (M. Norouzi, A. Punjani, D. J. Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", 2012)
with pairs of parts: the bits are dealt out to 20 parts, and these to 7 sets. Where 12 bits differ, 8 parts at least are
equal, so that one set holds two of them. What agrees in no two parts of a set is not near.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vaultd.index.vector import Ids

MOST_BITS = 12
"""Two words are near if no more bits differ."""

_BITS, _PARTS, _SETS = 128, 20, 7
_LONGEST = -(-_BITS // _PARTS)
_PAIRED = [pair for first in range(_SETS) for pair in combinations(range(first, _PARTS, _SETS), 2)]

Words = NDArray[np.uint64]
Keys = NDArray[np.uint16]
Pairs = tuple[Ids, Ids]
Near = tuple[Ids, Ids, Ids]
"""The same with how many bits differ."""


def keys(words: Words) -> list[Keys]:
    """uint16 [n] for each pair of parts of uint64 [n, 2]: what is near has one key in common."""
    columns = np.ascontiguousarray(np.unpackbits(words.view(np.uint8), axis=1).T).astype(np.uint16)
    parts = [np.zeros(len(words), np.uint16) for _ in range(_PARTS)]
    for place, column in enumerate(columns):
        parts[place % _PARTS] |= column << np.uint16(place // _PARTS)
    return [parts[one] | parts[other] << np.uint16(_LONGEST) for one, other in _PAIRED]


def count(found: list[Keys]) -> int:
    """How many pairs `sharing` gives for all these keys."""
    sizes = [np.bincount(key) for key in found]
    return sum(int((size * (size - 1) // 2).sum()) for size in sizes)


def sharing(key: Keys, rest: Ids) -> Pairs:
    """The pairs of `rest`, ascending, whose keys are equal, the smaller one first."""
    order = np.argsort(key, kind="stable")
    ends = np.searchsorted(key[order], key[order], side="right")
    later = ends - np.arange(1, len(key) + 1)
    first = np.repeat(np.arange(len(key)), later)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later)
    return rest[order[first]], rest[order[second]]


def near(words: Words, candidates: list[Pairs]) -> Near:
    """Those of the pairs of rows of uint64 [n, 2] that are near, each once, by the first and then by the second."""
    found = [(first * len(words) + second)[_apart(words, first, second) <= MOST_BITS] for first, second in candidates]
    first, second = np.divmod(np.unique(np.concatenate(found)), len(words))
    return first, second, _apart(words, first, second)


def _apart(words: Words, first: Ids, second: Ids) -> Ids:
    one, other = (_ones(column[first] ^ column[second]) for column in words.T)
    return one.astype(np.int64) + other


def _ones(words: Words) -> NDArray[np.uint8]:
    """How many bits of each word are set."""
    if hasattr(np, "bitwise_count"):  # since NumPy 2
        return np.asarray(np.bitwise_count(words))
    bits = np.unpackbits(words.view(np.uint8).reshape(-1, 8), axis=1)
    return np.asarray(bits.sum(axis=1, dtype=np.uint8))
