"""Pictures that are nearly the same as a better hit stand behind it, so that copies do not flood an answer.

Two pictures are the same one if their two perceptual hashes differ in few bits, their colours in the same places are
alike, and so are their shapes. A picture without contrast is the same as none: its hashes are noise.

Measured by benchmarks/copies.py on 400 photographs, and on the 700 others that the thresholds were chosen on where that
is lower: of copies of half the size all stand behind the original, of JPEGs of quality 30 99 %, of a fifth lighter 96,
of 30 % more contrast 98, of 40 % more colour 94, lettered 97, cropped by 2 % 98, by 5 % 69, by 10 % 5, in grey 32. Of
10,000 photographs 31 stand behind another one, copies but for a pair of jeans; of 120 pages or screens of text none.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import looks
from vaultd.catalog.looks import Details
from vaultd.index.vector import Ids
from vaultd.search import hamming
from vaultd.search.hamming import Near, Words

MOST_TINT = 5.0
"""Mean difference of the bytes of `tint`."""
MOST_SHAPE = 0.12
"""Difference of the logarithms of width by height."""
LEAST_CONTRAST = 8.0

PLAIN_BITS = 6
"""What is nearly grey or of little contrast, as pages and screens of text are, may differ in no more bits."""
PLAIN_TINT, PLAIN_CONTRAST = 1.0, 25.0

FEW = 100
"""So many pictures are compared with all others at once; where there are no more, no keys are made."""
MOST_CANDIDATES = 500_000
"""Where more pairs have a key in common, copies of one picture flood the answer, and those of the best go first."""
AT_ONCE = 1 << 16

Alike = Callable[[Ids, Ids, Ids], NDArray[np.bool_]]


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
    places, words = looks.hashes_of(sql, images, LEAST_CONTRAST)
    telling = images[places]

    def alike(first: Ids, second: Ids, apart: Ids) -> NDArray[np.bool_]:
        """Only of the few whose hashes are near the rest is read."""
        some, rows = np.unique(np.concatenate((first, second)), return_inverse=True)
        return same(looks.details_of(sql, telling[some]), rows[: len(first)], rows[len(first) :], apart)

    leaders = np.arange(len(images))
    leaders[places] = places[gathered(words, alike)]
    return leaders


def gathered(words: Words, alike: Alike) -> Ids:
    """For pictures in order, the place of the first kept one that each is the same as.

    `words`: both hashes, uint64 [n, 2]. `alike` says of pairs whose hashes are near, and in how many bits they differ,
    whether they are the same. All are compared with kept ones only: what is like something that stands behind another
    is not like that one.
    """
    leaders, rest = np.arange(len(words)), np.arange(len(words))
    while len(rest) > 1:
        keys = hamming.keys(words[rest]) if len(rest) > FEW else []
        if keys and hamming.count(keys) <= MOST_CANDIDATES:
            _settle(leaders, hamming.near(words, [hamming.sharing(key, rest) for key in keys]), alike)
            break
        first, second = np.triu_indices(min(len(rest), FEW), 1, len(rest))
        _settle(leaders, hamming.near(words, [(rest[first], rest[second])]), alike)
        rest = rest[FEW:]
        rest = rest[leaders[rest] == rest]
    return leaders


def same(details: Details, first: Ids, second: Ids, apart: Ids) -> NDArray[np.bool_]:
    """Which of the pairs of rows of `details`, whose hashes differ in so many bits, are the same picture."""
    grey = np.abs(details.tint.astype(np.int16)).mean(axis=1) < PLAIN_TINT
    plain = grey | (details.contrast < PLAIN_CONTRAST)
    found: NDArray[np.bool_] = (apart <= PLAIN_BITS) | ~(plain[first] | plain[second])
    found &= np.abs(details.shape[first] - details.shape[second]) <= MOST_SHAPE
    for start in range(0, len(first), AT_ONCE):
        here = slice(start, start + AT_ONCE)
        tint = np.abs(details.tint[first[here]].astype(np.int16) - details.tint[second[here]])
        found[here] &= tint.mean(axis=1) <= MOST_TINT
    return found


def _settle(leaders: Ids, pairs: Near, alike: Alike) -> None:
    """Puts pictures behind the first that they are the same as, unless that one stands behind another itself."""
    first, second, apart = pairs
    if not len(first):
        return
    agreed = alike(first, second, apart)
    first, second = first[agreed], second[agreed]
    better, starts = np.unique(first, return_index=True)
    for leader, some in zip(better.tolist(), np.split(second, starts)[1:], strict=True):
        if leaders[leader] == leader:
            leaders[some[leaders[some] == some]] = leader
