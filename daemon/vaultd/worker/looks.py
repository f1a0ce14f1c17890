"""What a picture looks like, in a few numbers that resizing, recompressing and small edits hardly change.

The hashes are those of vaultd.duplicates, of the picture after it was brought down to a size that is quick to look at.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaultd.domain.looks import CELLS, PLACEHOLDER, TINT_UNIT, Looks
from vaultd.duplicates.hashes import DHASH_COLUMNS, DHASH_ROWS, PHASH_SIDE, dhash, phash
from vaultd.worker import colours
from vaultd.worker.quality import judge

_ENOUGH = 128
"""Pixels of the shorter side that are looked at; with more the hashes are the same, and take three times as long."""


def look(picture: Image.Image) -> Looks:
    """The looks of an upright picture in RGB."""
    whole, picture = picture, small(picture)
    hashes = hashed(picture)
    square = picture.resize((colours.SIDE, colours.SIDE), Image.Resampling.BOX)
    pixels = np.asarray(square)
    quality = judge(whole, pixels)
    return Looks(
        phash=hashes.phash,
        dhash=hashes.dhash,
        contrast=hashes.contrast,
        tint=tint(pixels),
        colours=colours.shares(pixels),
        palette=colours.palette(pixels),
        sharpness=quality.sharpness,
        brightness=quality.brightness,
        colourfulness=quality.colourfulness,
        placeholder=square.resize(PLACEHOLDER, Image.Resampling.BOX).tobytes(),
    )


def small(picture: Image.Image) -> Image.Image:
    """The picture as it is looked at, by whole steps smaller."""
    return picture.reduce(max(1, min(picture.size) // _ENOUGH))


class Hashes(NamedTuple):
    """As `Looks` keeps them."""

    phash: int
    dhash: int
    contrast: float


def hashed(picture: Image.Image) -> Hashes:
    """What a picture, small already, is known again by."""
    grey = picture.convert("L")
    levels = np.asarray(grey.resize((PHASH_SIDE, PHASH_SIDE), Image.Resampling.LANCZOS))
    steps = np.asarray(grey.resize((DHASH_COLUMNS, DHASH_ROWS), Image.Resampling.LANCZOS))
    return Hashes(_signed(phash(levels[None])), _signed(dhash(steps[None])), round(float(levels.std()), 2))


def tint(pixels: NDArray[np.uint8]) -> bytes:
    """The colour of each cell of uint8 [SIDE, SIDE, 3], as `Looks` keeps it."""
    side = colours.SIDE // CELLS
    hues = colours.table()[colours.places(pixels), 1:]
    means = hues.reshape(CELLS, side, CELLS, side, 2).mean(axis=(1, 3))
    cells: NDArray[np.int8] = np.clip(np.rint(means / TINT_UNIT), -127, 127).astype(np.int8)
    return cells.tobytes()


def _signed(bits: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(bits).tobytes(), "big", signed=True)
