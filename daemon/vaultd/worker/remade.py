"""Whether a picture that is kept without loss was a JPEG before: saving it again took nothing, and gave nothing back.

A JPEG keeps, of each block of 8 x 8 pixels, coefficients that are multiples of a step, one for each frequency (ITU-T
T.81, A.3). In its decoded pixels, transformed again, they still lie close to these multiples, while those of any other
picture lie anywhere (Fan and de Queiroz, Identification of Bitmap Compression History, IEEE Trans. Image Processing
12(2), 2003). So a step is looked for by which the coefficients of a frequency are multiples; several frequencies must
have one. Steps below 4 are lost in the rounding of the pixels: what was saved in the finest qualities is not told, and
neither is what was scaled, turned or cropped off the grid afterwards.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LOSSLESS = frozenset({"PNG", "TIFF"})
_MODES = frozenset({"RGB", "RGBA", "L"})
BLOCK = 8
_SIDE = 256
"""Pixels of the middle that are looked at."""
_FREQUENCIES = ((0, 1), (1, 0), (1, 1), (0, 2), (2, 0), (1, 2), (2, 1), (2, 2), (0, 3), (3, 0), (3, 3), (1, 3))
_STEPS = np.arange(4, 65)
_MOST = 256
_LEAST = 32
"""Coefficients of a frequency that must be no rounding to zero."""
_LEVELS = 3
"""Different multiples that must occur: flat drawings have few values at all."""
_REGULAR = 0.6
"""The mean cosine of coefficients on the circle of a step: 1 where all are multiples, 0 where they lie anywhere."""
_AGREEING = 3
_DRAWN = 256
"""Pictures of no more colours are drawn pixel by pixel, and may have a grid of their own."""

Floats = NDArray[np.float32]


def was_jpeg(picture: Image.Image) -> bool:
    """Whether a picture that was loaded in full, and is not turned, was decoded from a JPEG."""
    if picture.format not in LOSSLESS or picture.mode not in _MODES or min(picture.size) < BLOCK:
        return False
    middle = _middle(picture)
    if middle.getcolors(_DRAWN) is not None:
        return False
    return is_on_a_grid(np.asarray(middle.convert("L"), np.float32))


def is_on_a_grid(grey: Floats) -> bool:
    """Whether grey levels [height, width], which begin with a block, have the coefficients of a JPEG."""
    rows, columns = grey.shape[0] // BLOCK, grey.shape[1] // BLOCK
    blocks = grey[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    flat = blocks.transpose(0, 2, 1, 3).reshape(rows * columns, BLOCK * BLOCK)
    found = np.minimum(np.rint(np.abs(flat @ _waves())).astype(np.int64), _MOST - 1)
    return sum(_has_a_step(found[:, place]) for place in range(len(_FREQUENCIES))) >= _AGREEING


def _has_a_step(found: NDArray[np.int64]) -> bool:
    """Whether there is a step of which these amounts of one frequency are multiples."""
    counts = np.bincount(found, minlength=_MOST).astype(np.float32)
    circle, counted = _circles()
    enough = counted @ counts
    regular = (circle @ counts) / np.maximum(enough, 1)
    for step in _STEPS[(enough >= _LEAST) & (regular >= _REGULAR)]:
        multiples = np.rint(np.flatnonzero(counts) / step)
        if len(np.unique(multiples[multiples > 0])) >= _LEVELS:
            return True
    return False


def _middle(picture: Image.Image) -> Image.Image:
    left, top = (max(side - _SIDE, 0) // 2 // BLOCK * BLOCK for side in picture.size)
    return picture.crop((left, top, min(left + _SIDE, picture.width), min(top + _SIDE, picture.height)))


@cache
def _waves() -> Floats:
    """The basis of the transform, [64, frequencies] (ITU-T T.81, A.3.3)."""
    places = np.arange(BLOCK)
    turned = (2 * places[None] + 1) * places[:, None] * np.pi / 16
    one = np.cos(turned) * np.where(places == 0, 0.5**0.5, 1.0)[:, None] / 2
    return np.stack([np.outer(one[v], one[u]).ravel() for u, v in _FREQUENCIES], axis=1).astype(np.float32)


@cache
def _circles() -> tuple[Floats, Floats]:
    """For each step and amount, its place on the circle, and whether it counts: [steps, amounts]."""
    amounts, steps = np.arange(_MOST)[None], _STEPS[:, None]
    counted = amounts >= steps / 2
    return (np.cos(2 * np.pi * amounts / steps) * counted).astype(np.float32), counted.astype(np.float32)
