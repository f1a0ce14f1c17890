"""All pairs of hashes that differ in few bits, found by sorting.

The bits are dealt out to parts, and the parts to sets. Where at most `radius` bits differ, at least parts - radius
parts are equal, and one set holds its share of these: whatever is near agrees in one choice of so many parts of a set.
For each choice the rows are sorted by these parts, and equal neighbours compared. Which parts and sets are best depends
on how many rows there are: longer keys make fewer candidates, and there are more of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from vaultd.duplicates.keys import Words, apart, ones
from vaultd.index.vector import Ids

Pairs = tuple[Ids, Ids, Ids]
"""Rows, those that come later, and in how many bits they differ: each pair once, by the first and then the second."""

FEW = 400
"""So many rows are compared each with each."""
CANDIDATES_EACH = 1000
FOUND_EACH = 2
"""With more candidates or pairs than so many for each row, `near_pairs` gives up."""

_MOST_PARTS, _MOST_SETS, _MOST_KEY_BITS = 32, 6, 40


@dataclass(frozen=True)
class Scheme:
    """Into how many parts and sets bits are dealt, and how many parts of a set are a key."""

    parts: int
    sets: int
    equal: int

    def choices(self) -> Iterator[tuple[int, ...]]:
        """The parts of each key."""
        for one in range(self.sets):
            yield from combinations(range(one, self.parts, self.sets), self.equal)


def near_pairs(words: Words, radius: int) -> Pairs | None:
    """The pairs of rows [n, columns] that differ in at most `radius` bits.

    None if too many rows have keys in common, as where there are thousands of copies of one picture: all their pairs
    would be too many.
    """
    count, words = len(words), np.asfortranarray(words)
    if count <= FEW:
        return each_with_each(words, radius)
    most_found, found, left = FOUND_EACH * count, [np.empty(0, np.int64)], CANDIDATES_EACH * count
    for first, second in _candidates(words, scheme(64 * words.shape[1], radius, count.bit_length())):
        left -= len(first)
        first, second, _ = _near(words, first, second, radius)
        found.append(first * count + second)
        if sum(map(len, found)) > most_found:
            found = [np.unique(np.concatenate(found))]
        if left < 0 or sum(map(len, found)) > most_found:
            return None
    return _near(words, *np.divmod(np.unique(np.concatenate(found)), count), radius)


def each_with_each(words: Words, radius: int) -> Pairs:
    """The same of a few rows."""
    first, second = np.triu_indices(len(words), 1)
    return _near(words, first, second, radius)


@cache
def scheme(bits: int, radius: int, magnitude: int) -> Scheme:
    """The cheapest one for about 2 ** magnitude hashes of so many bits: to sort a row costs about what comparing does.

    Hashes without a scheme, those with a radius of nearly all bits, raise ValueError.
    """
    found = []
    for parts in range(radius + 1, min(_MOST_PARTS, bits) + 1):
        for sets in range(1, _MOST_SETS + 1):
            equal = -(-(parts - radius) // sets)
            long = equal * -(-bits // parts)
            keys = sum(comb(len(range(one, parts, sets)), equal) for one in range(sets))
            if keys and long <= _MOST_KEY_BITS:
                alike = 2.0 ** (magnitude - 1 - equal * (bits // parts))
                found.append((keys * (1 + alike), Scheme(parts, sets, equal)))
    return min(found, key=lambda one: one[0])[1]


def _candidates(words: Words, by: Scheme) -> Iterator[tuple[Ids, Ids]]:
    """Pairs of rows that agree in the parts of some key, the smaller first."""
    parts, longest = _parts(words, by.parts), -(-64 * words.shape[1] // by.parts)
    rows, row_bits = np.arange(len(words)), len(words).bit_length()
    for chosen in by.choices():
        keys = np.zeros(len(words), np.int64)
        for part in chosen:
            keys = keys << longest | parts[part]
        keys = np.sort(keys << row_bits | rows)
        sorted_rows = keys & ((1 << row_bits) - 1)
        keys >>= row_bits
        places, lag = np.flatnonzero(keys[1:] == keys[:-1]), 1
        while len(places):
            yield sorted_rows[places], sorted_rows[places + lag]
            lag += 1
            places = places[: np.searchsorted(places, len(keys) - lag)]
            places = places[keys[places] == keys[places + lag]]


def _parts(words: Words, parts: int) -> NDArray[np.uint32]:
    """uint32 [parts, n]: the bits of words [n, columns], dealt out."""
    dealt = np.zeros((parts, len(words)), np.uint32)
    for bit in range(64 * words.shape[1]):
        column, shift = divmod(bit, 64)
        value = (words[:, column] >> np.uint64(shift)).astype(np.uint32) & np.uint32(1)
        dealt[bit % parts] |= value << np.uint32(bit // parts)
    return dealt


def _near(words: Words, first: Ids, second: Ids, radius: int) -> Pairs:
    for column in words.T:  # the first tells most of them apart
        near = ones(column[first] ^ column[second]) <= radius
        first, second = first[near], second[near]
    bits = apart(words[first], words[second])
    near = bits <= radius
    return first[near], second[near], bits[near]
