"""Whether a picture that is kept without loss was a JPEG before: saving it again took nothing, and gave nothing back.

A JPEG keeps, of each block of 8 x 8 pixels, coefficients that are multiples of a step, one for each frequency (ITU-T
T.81, A.3). In its decoded pixels, transformed again, they still lie close to these multiples, while those of any other
picture lie anywhere (Fan and de Queiroz, Identification of Bitmap Compression History, IEEE Trans. Image Processing
12(2), 2003). So a step is looked for by which the coefficients of a frequency are multiples; several frequencies must
have one. Steps of 1 are lost in the rounding of the pixels; in the finest qualities only those of the highest
frequencies are longer. What was scaled, turned or cropped off the grid afterwards is not told.
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
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Of red, green and blue (ITU-R BT.601), as in JFIF; kept as fractions, since rounding hides short steps."""
_FREQUENCIES = BLOCK * BLOCK - 1
"""All but the mean."""
_STEPS = np.arange(2, 65)
_FINE = 4
"""Amounts are counted in quarters."""
_MOST = 256 * _FINE
_LEAST = 32
"""Coefficients of a frequency that must be no rounding to zero."""
_LEVELS = 3
"""Different multiples that must occur: flat drawings have few values at all."""
_REGULAR = 0.7
"""The mean cosine of coefficients on the circle of a step: 1 where all are multiples, 0 where they lie anywhere."""
_AGREEING = 4
"""Frequencies that have a step. Of what was a JPEG it is a dozen and more, of anything else none."""
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
    return is_on_a_grid(np.asarray(middle.convert("RGB"), np.float32) @ _LUMA)


def is_on_a_grid(grey: Floats) -> bool:
    """Whether grey levels [height, width], which begin with a block, have the coefficients of a JPEG."""
    rows, columns = grey.shape[0] // BLOCK, grey.shape[1] // BLOCK
    blocks = grey[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    flat = blocks.transpose(0, 2, 1, 3).reshape(rows * columns, BLOCK * BLOCK)
    amounts = np.minimum(np.rint(np.abs(flat @ _waves()) * _FINE).astype(np.int64), _MOST - 1)
    places = amounts + _MOST * np.arange(_FREQUENCIES)
    counts = np.bincount(places.ravel(), minlength=_MOST * _FREQUENCIES).reshape(_FREQUENCIES, _MOST)
    return int(np.count_nonzero(_having_a_step(counts.astype(np.float32)))) >= _AGREEING


def _having_a_step(counts: Floats) -> NDArray[np.bool_]:
    """Of which frequencies there is a step that amounts are multiples of, by how often each occurs [frequencies,
    amounts]."""
    circle, counted = _circles()
    enough = counts @ counted.T
    regular = (counts @ circle.T) / np.maximum(enough, 1)
    having = np.zeros(len(counts), np.bool_)
    for place, step in np.argwhere((enough >= _LEAST) & (regular >= _REGULAR)):
        multiples = np.rint(np.flatnonzero(counts[place]) / (_FINE * _STEPS[step]))
        having[place] |= len(np.unique(multiples[multiples > 0])) >= _LEVELS
    return having


def _middle(picture: Image.Image) -> Image.Image:
    left, top = (max(side - _SIDE, 0) // 2 // BLOCK * BLOCK for side in picture.size)
    return picture.crop((left, top, min(left + _SIDE, picture.width), min(top + _SIDE, picture.height)))


@cache
def _waves() -> Floats:
    """The basis of the transform, [64, 63] (ITU-T T.81, A.3.3)."""
    places = np.arange(BLOCK)
    turned = (2 * places[None] + 1) * places[:, None] * np.pi / 16
    one = np.cos(turned) * np.where(places == 0, 0.5**0.5, 1.0)[:, None] / 2
    waves = one.T[:, None, :, None] * one.T[None, :, None, :]
    return waves.reshape(BLOCK * BLOCK, -1)[:, 1:].astype(np.float32)


@cache
def _circles() -> tuple[Floats, Floats]:
    """For each step and amount, its place on the circle, and whether it counts: [steps, amounts]."""
    amounts, steps = np.arange(_MOST)[None] / _FINE, _STEPS[:, None]
    counted = amounts >= steps / 2
    return (np.cos(2 * np.pi * amounts / steps) * counted).astype(np.float32), counted.astype(np.float32)
