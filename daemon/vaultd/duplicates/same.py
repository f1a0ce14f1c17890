"""Which pictures whose hashes are near are the same one: resized, encoded again, lightly edited, but not taken again.

Both hashes together differ in few bits, the colours in the same places are alike, and so are the shapes. A picture
without contrast is the same as none: its hashes are noise. Flipped or turned pictures are others; one that is turned by
its EXIF orientation is not, since pictures are looked at upright. What moves, or has pages, is no still of one of them.

Measured by benchmarks/copies.py on 400 photographs, and on the 700 others that the thresholds were chosen on where that
is lower: copies of half the size are all found, of JPEGs of quality 30 99 %, of a fifth lighter 96, of 30 % more
contrast 98, of 40 % more colour 94, lettered 98, cropped by 2 % 98, by 5 % 81, by 10 % 12, in grey 32. Of 10,000
photographs 32 are the same as another one; with 12 bits it was one less, and those were copies but for a pair of jeans.
Of 120 pages or screens of text none is. benchmarks/duplicates.py measures pictures that are drawn.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog.looks import Details
from vaultd.index.vector import Ids

COLUMNS = 2
"""Words of a picture: pHash and dHash."""
MOST_BITS = 14
"""Of the 128 of both hashes. With more, pictures of a burst become the same one; with fewer, more cropped ones are
missed."""
MOST_TINT = 5.0
"""Mean difference of the bytes of `tint`."""
MOST_SHAPE = 0.12
"""Difference of the logarithms of width by height."""
LEAST_CONTRAST = 8.0

PLAIN_BITS = 6
"""What is nearly grey or of little contrast, as pages and screens of text are, may differ in no more bits."""
PLAIN_TINT, PLAIN_CONTRAST = 1.0, 25.0

_AT_ONCE = 1 << 16


def same(details: Details, first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
    """Which of the pairs of rows of `details`, whose hashes differ in so many bits, are the same picture."""
    grey = np.abs(details.tint.astype(np.int16)).mean(axis=1) < PLAIN_TINT
    plain = grey | (details.contrast < PLAIN_CONTRAST)
    found: NDArray[np.bool_] = (bits <= PLAIN_BITS) | ~(plain[first] | plain[second])
    found &= np.abs(details.shape[first] - details.shape[second]) <= MOST_SHAPE
    found &= details.several[first] == details.several[second]
    for start in range(0, len(first), _AT_ONCE):
        here = slice(start, start + _AT_ONCE)
        tint = np.abs(details.tint[first[here]].astype(np.int16) - details.tint[second[here]])
        found[here] &= tint.mean(axis=1) <= MOST_TINT
    return found
