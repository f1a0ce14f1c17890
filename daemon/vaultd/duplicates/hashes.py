"""Perceptual hashes of many pictures at once, by ImageHash's definitions, so that other programs' can be compared.

pHash: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, section 3.2.1; dHash:
N. Krawetz, "Kind of Like That", 2013. Both are made of grey levels (Pillow's mode L) that a Lanczos filter brought to
the given size. ImageHash writes the bits in the same order, the first one the highest.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vaultd.duplicates.keys import Words

PHASH_SIDE = 32
DHASH_ROWS, DHASH_COLUMNS = 8, 9
_LOW = 8

Levels = NDArray[np.uint8]
Bits = NDArray[np.bool_]


def phash(levels: Levels) -> Bits:
    """bool [n, 64] of grey levels [n, 32, 32]: which of the 8 x 8 lowest frequencies are above their median."""
    waves = _frequencies()
    low = (waves @ levels.astype(np.float64) @ waves.T).reshape(-1, _LOW * _LOW)
    above: Bits = low > np.median(low, axis=1, keepdims=True)
    return above


def dhash(levels: Levels) -> Bits:
    """bool [n, 64] of grey levels [n, 8, 9]: which are lighter than their left neighbour."""
    lighter: Bits = levels[:, :, 1:] > levels[:, :, :-1]
    return lighter.reshape(-1, DHASH_ROWS * (DHASH_COLUMNS - 1))


def words(bits: Bits) -> Words:
    """uint64 [n] of bits [n, 64], the first one the highest."""
    return np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)


@cache
def _frequencies() -> NDArray[np.float64]:
    """[8, 32]: the lowest rows of the discrete cosine transform of type II, unnormalised."""
    places = 2 * np.arange(PHASH_SIDE) + 1
    waves: NDArray[np.float64] = np.cos(np.pi / (2 * PHASH_SIDE) * np.outer(np.arange(_LOW), places))
    return waves
