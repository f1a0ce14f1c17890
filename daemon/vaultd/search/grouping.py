"""Pictures that are nearly the same as a better hit stand behind it, so that copies do not flood an answer.

Two pictures are the same one if their two perceptual hashes differ in few bits, their colours in the same places are
alike, and so are their shapes. A picture without contrast is the same as none: its hashes are noise.

Measured on 700 photographs that the thresholds were chosen on, and on 400 others: resized by half, saved as JPEG of
quality 50 and 30, or cropped by 2 %, 99.9 % stand behind the original; lettered 99.7, lighter by a fifth 97, darker by
a fifth 99.9, of 30 % more contrast 99, of 40 % more colour 94, cropped by 5 % 75. Of 51 million pairs of 10,000
photographs 45 are taken together: copies, and one pair of different jeans. Pages of plain text and screenshots of one
program: 8 in 10,000 pairs.
"""

from __future__ import annotations

import sqlite3
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import looks
from vaultd.catalog.looks import Seen
from vaultd.index.vector import Ids

MOST_BITS = 12
"""Of the 128 of both hashes; the index below counts on it."""
MOST_TINT = 5.0
"""Mean difference of the bytes of `tint`."""
MOST_SHAPE = 0.12
"""Difference of the logarithms of width by height."""
LEAST_CONTRAST = 8.0

DENSE = 100
"""So many pictures are compared with all others at once; fewer are never indexed."""
MOST_CANDIDATES = 2_000_000
"""More candidates of the index than this mean that one picture floods the answer: then its copies go first."""

Pairs = tuple[Ids, Ids]


def grouped(sql: sqlite3.Connection, images: Ids) -> tuple[Ids, Ids]:
    """The images (best first) without those that stand behind a better one, and how many stand behind each kept one.

    The first of the same pictures is kept, and the order stays. What was not looked at yet stands alone.
    """
    leaders = led(sql, images)
    kept = np.flatnonzero(leaders == np.arange(len(images)))
    return images[kept], np.bincount(leaders, minlength=len(images))[kept] - 1


def ungrouped(images: Ids) -> tuple[Ids, Ids]:
    """The same of an answer that is not to be grouped (`group:no`, or nothing in it ranks): nothing stands behind."""
    return images, np.zeros(len(images), np.int64)


def led(sql: sqlite3.Connection, images: Ids) -> Ids:
    """The place in `images` of the kept one that each stands behind: its own, if it is kept."""
    seen = looks.of(sql, images)
    telling = np.flatnonzero(seen.contrast >= LEAST_CONTRAST)
    places, seen = seen.places[telling], seen.only(telling)
    leaders = np.arange(len(images))
    leaders[places] = places[gathered(seen)]
    return leaders


def gathered(seen: Seen) -> Ids:
    """For pictures in order, the place of the first kept one that each is the same as.

    All are compared with kept ones only: what is like something that stands behind another is not like that one.
    """
    leaders = rest = np.arange(len(seen.phash))
    leaders = leaders.copy()
    while len(rest) > 1:
        keys = _keys(seen.only(rest))
        if len(rest) > DENSE and _crowd(keys) <= MOST_CANDIDATES:
            _settle(leaders, [_the_same(seen, *_candidates(key, rest)) for key in keys])
            break
        first, second = np.triu_indices(min(len(rest), DENSE), 1, len(rest))
        _settle(leaders, [_the_same(seen, rest[first], rest[second])])
        rest = rest[DENSE:]
        rest = rest[leaders[rest] == rest]
    return leaders


def _settle(leaders: Ids, found: list[Pairs]) -> None:
    """Puts pictures behind the first that they are the same as, unless that one stands behind another itself."""
    first, second = (np.concatenate(side) for side in zip(*found, strict=True))
    order = np.argsort(first, kind="stable")
    better, starts = np.unique(first[order], return_index=True)
    for leader, some in zip(better.tolist(), np.split(second[order], starts)[1:], strict=True):
        if leaders[leader] == leader:
            leaders[some[leaders[some] == some]] = leader


def _the_same(seen: Seen, first: Ids, second: Ids) -> Pairs:
    """Those of the pairs that are one picture."""
    for near in (_by_hash, _by_shape, _by_tint):
        same = near(seen, first, second)
        first, second = first[same], second[same]
    return first, second


def _by_hash(seen: Seen, first: Ids, second: Ids) -> NDArray[np.bool_]:
    bits = _ones(seen.phash[first] ^ seen.phash[second]) + _ones(seen.dhash[first] ^ seen.dhash[second])
    return np.asarray(bits <= MOST_BITS)


def _by_shape(seen: Seen, first: Ids, second: Ids) -> NDArray[np.bool_]:
    return np.asarray(np.abs(seen.shape[first] - seen.shape[second]) <= MOST_SHAPE)


def _by_tint(seen: Seen, first: Ids, second: Ids) -> NDArray[np.bool_]:
    apart = np.abs(seen.tint[first].astype(np.int16) - seen.tint[second])
    return np.asarray(apart.mean(axis=1) <= MOST_TINT)


# ---- candidates --------------------------------------------------------------------------------------------------
# Multi-index hashing (M. Norouzi, A. Punjani, D. J. Fleet, "Fast Search in Hamming Space with Multi-Index Hashing",
# 2012) with pairs of parts: the bits are dealt out to 20 parts; where 12 differ, 8 parts at least are equal, and of the
# 7 sets that the parts stand in, one holds two of these. So the pictures are sorted by each pair of parts of one set.


_PARTS, _SETS = 20, 7
_LONGEST = -(-128 // _PARTS)
_PAIRED = [pair for first in range(_SETS) for pair in combinations(range(first, _PARTS, _SETS), 2)]


def _keys(seen: Seen) -> list[NDArray[np.uint16]]:
    """uint16 [pictures] for each pair of parts."""
    bits = np.unpackbits(np.stack([seen.phash, seen.dhash], axis=1).view(np.uint8), axis=1)
    columns = np.ascontiguousarray(bits.T).astype(np.uint16)
    parts = [np.zeros(len(bits), np.uint16) for _ in range(_PARTS)]
    for place, column in enumerate(columns):
        parts[place % _PARTS] |= column << np.uint16(place // _PARTS)
    return [parts[one] | parts[other] << np.uint16(_LONGEST) for one, other in _PAIRED]


def _crowd(keys: list[NDArray[np.uint16]]) -> int:
    """How many pairs `_candidates` would give for all keys."""
    sizes = [np.bincount(key) for key in keys]
    return sum(int((size * (size - 1) // 2).sum()) for size in sizes)


def _candidates(key: NDArray[np.uint16], rest: Ids) -> Pairs:
    """Pairs of `rest` of the same key, the one of the better place first."""
    order = np.argsort(key, kind="stable")
    ends = np.searchsorted(key[order], key[order], side="right")
    later = ends - np.arange(1, len(key) + 1)
    first = np.repeat(np.arange(len(key)), later)
    second = first + 1 + np.arange(len(first)) - np.repeat(np.cumsum(later) - later, later)
    return rest[order[first]], rest[order[second]]


def _ones(words: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """How many bits of each word are set."""
    if hasattr(np, "bitwise_count"):  # since NumPy 2
        return np.asarray(np.bitwise_count(words))
    bits = np.unpackbits(words.view(np.uint8).reshape(-1, 8), axis=1)
    return np.asarray(bits.sum(axis=1, dtype=np.uint8))
