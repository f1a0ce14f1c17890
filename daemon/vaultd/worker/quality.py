"""How sharp, how bright and how colourful a picture is, each from 0 to 100: what a person sees at the size of a screen.

Sharpness is how abrupt the picture's clearest edges are: beside an edge, the second differences of neighbouring pixels
are as great as the first ones where it is one pixel wide, and the smaller the more it is smeared (of a Gaussian of
standard deviation s, their ratio falls as 1 / s). The ratio knows nothing of contrast, and is asked only where
something has edges: most of a portrait may be out of focus.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from vaultd.worker import colours

SIDE = 256
"""Pixels of the shorter side at which sharpness is judged; smaller pictures are judged as they are."""
_LONGEST = 3 * SIDE
"""Of a panorama, its middle is judged."""
_TILE = 32
_LEAST_STEP = 3.0
"""Where neighbouring pixels differ by less, in grey levels, root mean square, there is no edge: that may be noise."""
_OF_THE_CLEAREST = 0.35
"""A tile counts where its steps are at least so great a share of the greatest."""
_MOST_NOISE = 48.0
"""What the quietest tiles have of second differences is noise, and is everywhere: six times its variance along each of
two axes, and twice of the first ones. More than a standard deviation of 2 is no noise but texture."""
_ABRUPT = 2**0.5
"""The ratio that counts as 100: that of a step from one pixel to the next. Pure noise has 1.7."""
_VIVID = 99
"""The percentile of the pixels by which a picture is colourful: a rose in a picture of greys is no mere speck."""

Pixels = NDArray[np.uint8]
Greys = NDArray[np.float32]


class Quality(NamedTuple):
    """Each in percent. `sharpness` is None where nothing has an edge."""

    sharpness: int | None
    brightness: int
    colourfulness: int


def judge(picture: Image.Image, pixels: Pixels) -> Quality:
    """Of an upright RGB picture, and of the same at uint8 [colours.SIDE, colours.SIDE, 3]."""
    red, green, blue = np.moveaxis(pixels, -1, 0)
    spread = np.maximum(np.maximum(red, green), blue) - np.minimum(np.minimum(red, green), blue)
    return Quality(
        sharpness=sharpness(_grey(picture)),
        brightness=_percent(float(colours.table()[colours.places(pixels), 0].mean())),
        colourfulness=_percent(_at(spread.ravel(), _VIVID) / 255),
    )


def sharpness(grey: Greys) -> int | None:
    """How abrupt the clearest edges of grey levels [height, width] are, None where there are none."""
    height, width = ((length - 2) // _TILE * _TILE for length in grey.shape)
    if height <= 0 or width <= 0:
        return None
    across, down = grey[:height, 1:] - grey[:height, :-1], grey[1:, :width] - grey[:-1, :width]
    first = _energy(across[:, :width]) + _energy(down[:height])
    across, down = across[:, 1 : width + 1] - across[:, :width], down[1 : height + 1] - down[:height]
    second = _energy(across) + _energy(down)
    noise = min(_MOST_NOISE, _at(second.ravel(), 10))
    first, second = np.maximum(first - noise / 3, 0), np.maximum(second - noise, 0)
    clear = first >= max(_LEAST_STEP**2, float(first.max()) * _OF_THE_CLEAREST**2)
    if not clear.any():
        return None
    return _percent(_at(np.sqrt(second[clear] / first[clear]), 75) / _ABRUPT)


def _energy(differences: Greys) -> Greys:
    """The mean square of each tile: [rows, columns]."""
    rows, columns = (length // _TILE for length in differences.shape)
    squares = np.square(differences).reshape(rows, _TILE, columns * _TILE).sum(axis=1)
    energy: Greys = squares.reshape(rows, columns, _TILE).sum(axis=2) / _TILE**2
    return energy


def _grey(picture: Image.Image) -> Greys:
    grey = picture.convert("L")
    grey = grey.reduce(max(1, min(grey.size) // SIDE))
    shorter = min(grey.size)
    if shorter > SIDE:
        size = (round(grey.width * SIDE / shorter), round(grey.height * SIDE / shorter))
        grey = grey.resize(size, Image.Resampling.BOX)
    if max(grey.size) > _LONGEST:
        grey = grey.crop(_middle(grey.size))
    return np.asarray(grey, np.float32)


def _middle(size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The box around the middle that is nowhere longer than _LONGEST."""
    left, top = (max(0, (length - _LONGEST) // 2) for length in size)
    return left, top, min(size[0], left + _LONGEST), min(size[1], top + _LONGEST)


def _at(values: NDArray[np.uint8] | Greys, percentile: int) -> float:
    """The value below which so many percent of these [n] lie; of few values NumPy's own takes twenty times as long."""
    place = (len(values) - 1) * percentile // 100
    return float(np.partition(values, place)[place])


def _percent(share: float) -> int:
    return round(100 * min(1.0, max(0.0, share)))
