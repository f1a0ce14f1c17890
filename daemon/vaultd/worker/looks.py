"""What a picture looks like, in a few numbers that resizing, recompressing and small edits hardly change.

pHash: C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, section 3.2.1; dHash:
N. Krawetz, "Kind of Like That", 2013. Sizes, filters and order of bits are those of the library ImageHash, so that the
hashes can be compared with other programs'.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaultd.domain.looks import CELLS, TINT_UNIT, Looks
from vaultd.worker import colours

_SIDE, _LOW = 32, 8
_ENOUGH = 128
"""Pixels of the shorter side that are looked at; with more the hashes are the same, and take three times as long."""


def look(picture: Image.Image) -> Looks:
    """The looks of an upright picture in RGB."""
    picture = picture.reduce(max(1, min(picture.size) // _ENOUGH))
    grey = picture.convert("L")
    levels = np.asarray(grey.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS), np.float64)
    steps = np.asarray(grey.resize((_LOW + 1, _LOW), Image.Resampling.LANCZOS))
    pixels = np.asarray(picture.resize((colours.SIDE, colours.SIDE), Image.Resampling.BOX))
    return Looks(
        phash=_signed(phash(levels)),
        dhash=_signed(dhash(steps)),
        contrast=round(float(levels.std()), 2),
        tint=tint(pixels),
        colours=colours.shares(pixels),
    )


def phash(levels: NDArray[np.float64]) -> NDArray[np.bool_]:
    """64 bits of grey levels [32, 32]: which of the 8 x 8 lowest frequencies are above their median."""
    low = _frequencies() @ levels @ _frequencies().T
    return (low > np.median(low)).ravel()


def dhash(levels: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """64 bits of grey levels [8, 9]: which are lighter than their left neighbour."""
    return (levels[:, 1:] > levels[:, :-1]).ravel()


def tint(pixels: NDArray[np.uint8]) -> bytes:
    """The colour of each cell of uint8 [SIDE, SIDE, 3], as `Looks` keeps it."""
    side = colours.SIDE // CELLS
    hues = colours.table()[colours.places(pixels), 1:]
    means = hues.reshape(CELLS, side, CELLS, side, 2).mean(axis=(1, 3))
    cells: NDArray[np.int8] = np.clip(np.rint(means / TINT_UNIT), -127, 127).astype(np.int8)
    return cells.tobytes()


@cache
def _frequencies() -> NDArray[np.float64]:
    """[8, 32]: the lowest rows of the discrete cosine transform of type II, unnormalised."""
    waves: NDArray[np.float64] = np.cos(np.pi / (2 * _SIDE) * np.outer(np.arange(_LOW), 2 * np.arange(_SIDE) + 1))
    return waves


def _signed(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big", signed=True)
