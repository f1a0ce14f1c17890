"""Hashes as rows of 64-bit words, and keys by which those that differ in few bits are found among many.

Multi-index hashing (M. Norouzi, A. Punjani, D. J. Fleet, "Fast Search in Hamming Space with Multi-Index Hashing",
2012): the bits are dealt out to so many parts that, where no more than `radius` of all bits differ, at most one does in
some part. So whatever is near has in that part the same key or one of those that a single bit makes of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vaultd.index.vector import Ids

Words = NDArray[np.uint64]
Keys = NDArray[np.uint32]

MOST_KEY_BITS = 18
"""So that a table with a place for each key stays small; bits beyond are not part of any key."""
_AT_ONCE = 1 << 16


@dataclass(frozen=True)
class Division:
    """How hashes of `columns` words are cut into keys, such that those which differ in `radius` bits are found."""

    columns: int
    radius: int

    @property
    def parts(self) -> int:
        return self.radius // 2 + 1

    @property
    def bits(self) -> int:
        """Of each key."""
        return min(MOST_KEY_BITS, 64 * self.columns // self.parts)

    @property
    def places(self) -> int:
        """How many values a key can have."""
        return 1 << self.bits

    @property
    def flips(self) -> Keys:
        """uint32 [1 + bits]: what a key is changed by, if one bit differs or none."""
        return np.concatenate(([0], 1 << np.arange(self.bits))).astype(np.uint32)

    def keys(self, words: Words) -> Keys:
        """uint32 [parts, n] of words [n, columns]."""
        found = np.empty((self.parts, len(words)), np.uint32)
        for start in range(0, len(words), _AT_ONCE):
            found[:, start : start + _AT_ONCE] = self._keys(words[start : start + _AT_ONCE]).T
        return found

    def _keys(self, words: Words) -> Keys:
        count = len(words)
        bits = np.unpackbits(np.ascontiguousarray(words).view(np.uint8).reshape(count, -1), axis=1)
        dealt = bits[:, : self.parts * self.bits].reshape(count, self.bits, self.parts).transpose(0, 2, 1)
        packed = np.packbits(dealt, axis=2, bitorder="little")
        padded = np.zeros((count, self.parts, 4), np.uint8)
        padded[:, :, : packed.shape[2]] = packed
        keys: Keys = padded.view("<u4")[:, :, 0].astype(np.uint32)
        return keys


def apart(one: Words, other: Words) -> Ids:
    """int64 [n]: in how many bits the rows of two [n, columns] differ."""
    found = np.zeros(len(one), np.int64)
    for column in range(one.shape[1]):
        found += ones(one[:, column] ^ other[:, column])
    return found


def ones(words: Words) -> NDArray[np.uint8]:
    """How many bits of each word are set."""
    if hasattr(np, "bitwise_count"):  # since NumPy 2
        return np.asarray(np.bitwise_count(words))
    bits = np.unpackbits(np.ascontiguousarray(words).view(np.uint8).reshape(-1, 8), axis=1)
    return np.asarray(bits.sum(axis=1, dtype=np.uint8))
