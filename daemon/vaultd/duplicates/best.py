"""Which of several copies of a picture is the best one: the others stand behind it.

The first line that tells two copies apart decides:

1. resolution, in steps of a fifth more pixels: what was scaled down or cropped has lost something. Within a step there
   is nothing to see, and what follows says more about where a copy comes from.
2. what the camera recorded (raw) before what was made of it, and 256 colours (GIF) last.
3. how much the file says of the picture (when and with what it was taken, keywords, texts): programs that pass pictures
   on drop that, and what was dropped is seldom found again.
4. a format without loss before one with; last what was a JPEG before it was saved without loss, as its pixels say
   (vaultd.worker.remade), and pixels that are not compressed at all (BMP): nobody's camera or program makes a BMP
   first. Not earlier: a program that saves a JPEG as PNG seldom takes along what it says.
5. more pixels.
6. more bytes: the same picture in fewer was compressed more.
7. the older file, and then the content that was known first.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog.copies import Copies
from vaultd.index.vector import Ids

STEPS_AN_OCTAVE = 4
"""Steps of resolution for each doubling of the number of pixels."""

LOSSLESS = frozenset({"image/png", "image/tiff"})
BARE = "image/bmp"
RAW_MARK = "image/x-"
"""How the types of raw formats begin: image/x-adobe-dng, image/x-canon-cr2, …"""
RAW, FULL, PALETTE = range(3)

Ranks = NDArray[np.int64]
"""int64 [n, 8]: compared column by column, the smaller is the better copy."""


def ranks(copies: Copies) -> Ranks:
    """The rank of each; no two are equal, as the last column is the image's id."""
    steps = np.floor(STEPS_AN_OCTAVE * np.log2(np.maximum(copies.pixels, 1))).astype(np.int64)
    kinds = {kind: _kind(kind) for kind in set(copies.types)}
    loss = np.array([(kind not in LOSSLESS) + (kind == BARE) for kind in copies.types], np.int64) + 2 * copies.was_jpeg
    depth = np.array([kinds[kind] for kind in copies.types], np.int64)
    columns = (
        -steps, depth, -copies.told, loss, -copies.pixels, -copies.bytes, copies.since, copies.images
    )  # fmt: skip
    return np.stack(columns, axis=1)


def order(found: Ranks) -> Ids:
    """The rows of ranks [n, 8], the best first."""
    return np.lexsort(found.T[::-1])


def _kind(mime: str) -> int:
    if mime.startswith(RAW_MARK):
        return RAW
    return PALETTE if mime == "image/gif" else FULL
