"""Short codes of vectors, from which the nearest ones are guessed quickly: two bits a dimension.

Transform coding: a vector is turned into the axes along which the library varies most, and each axis is given as many
bits, none to four, as its variance is worth (greedy allocation after the distortions of the best scalar quantiser of a
normal variable: Max, "Quantizing for minimum distortion", 1960). Axes share four-bit slots, which is what FAISS's
fast scan of product codes takes: a lookup in a register for each slot, a million vectors in a few milliseconds.
There is no iterative training; mean and axes come from a sample, and what is added later costs the same at any size.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import Any, Self

import faiss
import numpy as np
from numpy.typing import NDArray

from vaultd.index.alone import alone
from vaultd.index.vector import Vectors

_FAISS: Any = faiss  # its stubs describe the C++ signatures, not those that Python is given
Codes = NDArray[np.uint8]

SLOT_BITS = 4
FEWEST_SLOTS = 128
BLOCK = 32
"""Vectors that FAISS interleaves."""

# The positive half of Max's levels for a standard normal variable, and what mean square error is left, by bits.
_LEVELS = {
    0: (),
    1: (0.7979,),
    2: (0.4528, 1.510),
    3: (0.2451, 0.7560, 1.344, 2.152),
    4: (0.1284, 0.3881, 0.6568, 0.9424, 1.256, 1.618, 2.069, 2.733),
}
_LEFT = (1.0, 0.3634, 0.1175, 0.03454, 0.009497)


def slots_of(dimension: int) -> int:
    """How many slots a vector of this dimension is given: two bits a dimension, and more for a small one."""
    return max(FEWEST_SLOTS, 2 * -(-dimension // SLOT_BITS))


@dataclass(frozen=True)
class Basis:
    """How vectors become codes. Codes of one basis mean nothing in another.

    centre: float32 [dimension]. axes: float32 [dimension, slots * 4], up to four axes a slot, zero where there are
    fewer. levels: float32 [slots, 16, 4], what each code of a slot stands for.
    """

    centre: Vectors
    axes: Vectors
    levels: NDArray[np.float32]

    @property
    def slots(self) -> int:
        return len(self.levels)

    @classmethod
    def fitted(cls, sample: Vectors) -> Self:
        """The basis for vectors such as these, float32 [n, dimension]."""
        dimension, slots = sample.shape[1], slots_of(sample.shape[1])
        centre = sample.mean(axis=0)
        centred = sample - centre
        variances, vectors = np.linalg.eigh(centred.T @ centred / max(1, len(sample)))
        variances, vectors = np.maximum(variances[::-1], 0), vectors[:, ::-1]
        axes = np.zeros((dimension, slots, SLOT_BITS), np.float32)
        levels = np.zeros((slots, 1 << SLOT_BITS, SLOT_BITS), np.float32)
        codes = np.arange(1 << SLOT_BITS)
        for slot, shared in enumerate(_packed(_bits(variances, slots * SLOT_BITS), slots)):
            shift = 0
            for place, (axis, bits) in enumerate(shared):
                half = np.array(_LEVELS[bits])
                steps = np.concatenate([-half[::-1], half]) * np.sqrt(variances[axis])
                axes[:, slot, place] = vectors[:, axis]
                levels[slot, :, place] = steps[(codes >> shift) & ((1 << bits) - 1)]
                shift += bits
        return cls(centre.astype(np.float32), axes.reshape(dimension, -1), levels)

    def to_bytes(self) -> bytes:
        """All numbers, little endian."""
        return b"".join(part.astype("<f4").tobytes() for part in (self.centre, self.axes, self.levels))

    @classmethod
    def from_bytes(cls, data: bytes, dimension: int) -> Self:
        """Raises ValueError if these are not the numbers of a basis of this dimension."""
        slots = slots_of(dimension)
        numbers = np.frombuffer(data, "<f4").astype(np.float32)
        centre, axes, levels = np.split(numbers, [dimension, dimension + dimension * slots * SLOT_BITS])
        return cls(centre, axes.reshape(dimension, -1), levels.reshape(slots, 1 << SLOT_BITS, SLOT_BITS))


class Sketches:
    """The codes of rows, only appended. Not safe to ask while it is changed."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self._codes = _product(_FAISS.IndexPQ, basis)
        self._fast = _product(_FAISS.IndexPQFastScan, basis, BLOCK)

    def __len__(self) -> int:
        return int(self._fast.ntotal)

    def add(self, vectors: Vectors) -> None:
        """Appends rows float32 [n, dimension]."""
        self._fast.add(self._turned(vectors))

    def encoded(self, vectors: Vectors) -> Codes:
        """uint8 [n, slots / 2]: the codes of vectors [n, dimension], to be kept for `restore`."""
        codes: Codes = self._codes.sa_encode(self._turned(vectors))
        return codes

    def restore(self, codes: Codes) -> None:
        """Takes the rows of these codes instead of its own."""
        plain = _product(_FAISS.IndexPQ, self.basis)
        plain.add_sa_codes(np.ascontiguousarray(codes))
        self._fast = _FAISS.IndexPQFastScan(plain, BLOCK)

    def nearest(self, vector: Vectors, count: int) -> tuple[NDArray[np.int64], Vectors]:
        """At most `count` rows that seem nearest to a vector [dimension], and their guessed similarities, best first.

        What the guesses say is how similar rows are beside each other: all of a question are off by one number.
        """
        alone()
        guessed, rows = self._fast.search(np.ascontiguousarray(vector[None] @ self.basis.axes), min(count, len(self)))
        there = rows[0] >= 0
        return rows[0][there], guessed[0][there]

    def _turned(self, vectors: Vectors) -> Vectors:
        turned: Vectors = np.ascontiguousarray((vectors - self.basis.centre) @ self.basis.axes, np.float32)
        return turned


def _product(kind: Any, basis: Basis, *more: int) -> Any:
    """A FAISS index of product codes whose code book is the basis's levels."""
    width = basis.slots * SLOT_BITS
    made = kind(width, basis.slots, SLOT_BITS, _FAISS.METRIC_INNER_PRODUCT, *more)
    _FAISS.copy_array_to_vector(np.ascontiguousarray(basis.levels, np.float32).ravel(), made.pq.centroids)
    made.is_trained = True
    return made


def _bits(variances: NDArray[np.float32], total: int) -> list[int]:
    """How many bits each axis is given: each goes to where it lessens the error most."""
    bits = [0] * len(variances)
    gains = [(-variance * (_LEFT[0] - _LEFT[1]), axis) for axis, variance in enumerate(variances.tolist())]
    heapq.heapify(gains)
    for _ in range(total):
        if not gains:
            break
        _, axis = heapq.heappop(gains)
        bits[axis] += 1
        if bits[axis] < SLOT_BITS:
            gain = float(variances[axis]) * (_LEFT[bits[axis]] - _LEFT[bits[axis] + 1])
            heapq.heappush(gains, (-gain, axis))
    return bits


def _packed(bits: list[int], slots: int) -> list[list[tuple[int, int]]]:
    """For each slot its axes and their bits. An axis for which no slot has room for all its bits loses some."""
    shared: list[list[tuple[int, int]]] = [[] for _ in range(slots)]
    room = [SLOT_BITS] * slots
    for axis in sorted(range(len(bits)), key=lambda axis: -bits[axis]):
        if bits[axis]:
            slot = next((slot for slot in range(slots) if room[slot] >= bits[axis]), int(np.argmax(room)))
            given = min(bits[axis], room[slot])
            if given:
                shared[slot].append((axis, given))
                room[slot] -= given
    return shared
