"""Which of the eleven basic colours a person would name in a picture, and how much of it has each.

Pixels are named in Oklab (B. Ottosson, "A perceptual color space for image processing", 2020), where equal steps look
equal: by lightness, chroma and hue. What stands in the middle counts more than the edges, and what is rarer at the
edges than inside counts more than what is everywhere, because a "red car" is not mostly road.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from vaultd.domain.looks import COLOURS, PALETTE, TINT_UNIT

SIDE = 64
"""Pictures are judged at SIDE x SIDE pixels."""
_LEVELS = 32
"""Of each channel, in the tables."""
_EDGE = SIDE // 8
_SPREAD = 0.4
"""Standard deviation of the weight of the middle, in halves of the picture."""
_EDGE_COUNTS = 4.0
_LEAST_SHARE = 3
"""Percent; what has less is no colour of the picture's."""

_TO_CONES = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929],
     [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]]
)  # fmt: skip
_TO_OKLAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468],
     [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]]
)  # fmt: skip

_FROM_OKLAB = np.linalg.inv(_TO_OKLAB)
_FROM_CONES = np.linalg.inv(_TO_CONES)
UNSEEN = 0x808080
"""The colour of a picture that nobody looked at yet."""

Floats = NDArray[np.float64]


def oklab(srgb: NDArray[np.float64]) -> Floats:
    """Lightness, a and b, [..., 3], of sRGB values in 0..255."""
    encoded = srgb / 255
    linear = np.where(encoded <= 0.04045, encoded / 12.92, ((encoded + 0.055) / 1.055) ** 2.4)
    converted: Floats = np.cbrt(linear @ _TO_CONES.T) @ _TO_OKLAB.T
    return converted


def packed(entries: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The sRGB colours, as 0xRRGGBB, of entries of palettes [n, 4], as `Looks` keeps them; a grey for zeros."""
    lab = np.empty((len(entries), 3))
    lab[:, 0] = entries[:, 0] / 255
    lab[:, 1:] = entries[:, 1:3].view(np.int8) * TINT_UNIT
    linear = np.clip(((lab @ _FROM_OKLAB.T) ** 3) @ _FROM_CONES.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = np.rint(encoded * 255).astype(np.int64).T
    colours: NDArray[np.int64] = red << 16 | green << 8 | blue
    colours[~entries.any(axis=1)] = UNSEEN
    return colours


def named(lab: Floats) -> NDArray[np.intp]:
    """The index in COLOURS of each Oklab colour [..., 3].

    The first line that holds decides. The borders were drawn by hand, and moved where that named more photographs right
    (benchmarks/colours.py) on the half that does not judge.
    """
    light, a, b = np.moveaxis(lab, -1, 0)
    chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
    pale = chroma < np.where((hue >= 20) & (hue < 115), 0.045, 0.035)
    rosy = (hue >= 340) | (hue < 18)
    reddish = (hue >= 352) | (hue < 38)
    amber = (hue >= 38) & (hue < 76)
    lines = (
        ("black", (light < 0.22) | ((light < 0.30) & (chroma < 0.05))),
        ("white", (light > 0.83) & (chroma < 0.04)),
        ("grey", pale),
        ("pink", rosy & (light >= 0.60)),
        ("purple", (hue >= 288) & (hue < 352) & (light < 0.55)),
        ("pink", (hue >= 322) & (hue < 352)),
        ("purple", (hue >= 288) & (hue < 340)),
        ("brown", reddish & (chroma < 0.09) & (light < 0.66)),
        ("pink", reddish & (chroma < 0.12) & (light >= 0.66)),
        ("red", reddish),
        ("brown", amber & ((light < 0.60) | (chroma < 0.09))),
        ("orange", amber),
        ("brown", (hue >= 76) & (hue < 104) & (light < 0.62)),
        ("brown", (hue >= 76) & (hue < 90) & (chroma < 0.10)),
        ("yellow", (hue >= 76) & ((hue < 104) | ((hue < 114) & (light >= 0.82)))),
        ("green", (hue >= 76) & (hue < 195)),
    )
    where = [np.asarray(holds) for _, holds in lines]
    return np.select(where, [COLOURS.index(name) for name, _ in lines], default=COLOURS.index("blue"))


def places(pixels: NDArray[np.uint8]) -> NDArray[np.intp]:
    """The row of each pixel of uint8 [..., 3] in the tables."""
    red, green, blue = np.moveaxis((pixels >> 3).astype(np.intp), -1, 0)
    rows: NDArray[np.intp] = (red * _LEVELS + green) * _LEVELS + blue
    return rows


@cache
def table() -> Floats:
    """Oklab, [colours, 3], of every colour that pixels are rounded to."""
    level = np.arange(_LEVELS) * (255 / (_LEVELS - 1))
    return oklab(np.stack(np.meshgrid(level, level, level, indexing="ij"), axis=-1).reshape(-1, 3))


@cache
def _names() -> NDArray[np.intp]:
    return named(table())


@cache
def _alike() -> tuple[NDArray[np.intp], int]:
    """The bin of each colour of the table among coarse ones, and how many there are."""
    light, a, b = table().T
    across = [np.clip(np.rint(axis / 0.06).astype(np.intp) + 6, 0, 12) for axis in (a, b)]
    return (np.minimum((light * 8).astype(np.intp), 7) * 13 + across[0]) * 13 + across[1], 8 * 13 * 13


@cache
def _middle() -> Floats:
    """The weight of each pixel by its place."""
    away = (np.arange(SIDE) + 0.5) / (SIDE / 2) - 1
    bell = np.exp(-(away**2) / (2 * _SPREAD**2))
    return np.outer(bell, bell)


@cache
def _at_the_edge() -> NDArray[np.bool_]:
    edge = np.ones((SIDE, SIDE), np.bool_)
    edge[_EDGE:-_EDGE, _EDGE:-_EDGE] = False
    return edge


def shares(pixels: NDArray[np.uint8]) -> dict[str, int]:
    """Percent by name of uint8 [SIDE, SIDE, 3]; names without a whole percent are left out."""
    rows = places(pixels)
    found = np.bincount(_names()[rows].ravel(), _weights(rows).ravel(), len(COLOURS))
    percent = np.rint(100 * found / found.sum()).astype(int)
    return {name: int(share) for name, share in zip(COLOURS, percent, strict=True) if share}


def palette(pixels: NDArray[np.uint8]) -> bytes:
    """The colours that most of uint8 [SIDE, SIDE, 3] has, the most frequent first, as `Looks` keeps them.

    Each is the mean of what falls into one bin of like colours; bins with less than _LEAST_SHARE say nothing.
    """
    rows = places(pixels)
    weights, (alike, count) = _weights(rows).ravel(), _alike()
    bins = alike[rows].ravel()
    found = np.bincount(bins, weights, count)
    percent = np.rint(100 * found / found.sum())
    likely = np.flatnonzero(percent >= _LEAST_SHARE)
    best = likely[np.argsort(-found[likely], kind="stable")[:PALETTE]]
    lab = table()[rows].reshape(-1, 3)
    means = np.stack([np.bincount(bins, weights * axis, count)[best] / found[best] for axis in lab.T], axis=-1)
    entries = np.empty((len(best), 4), np.uint8)
    entries[:, 0] = np.clip(np.rint(means[:, 0] * 255), 0, 255)
    entries[:, 1:3] = np.clip(np.rint(means[:, 1:] / TINT_UNIT), -127, 127).astype(np.int8).view(np.uint8)
    entries[:, 3] = percent[best]
    return entries.tobytes()


def _weights(rows: NDArray[np.intp]) -> Floats:
    """How much each pixel counts, [SIDE, SIDE]."""
    weights: Floats = _middle() * _of_the_subject(rows)
    return weights


def _of_the_subject(rows: NDArray[np.intp]) -> Floats:
    """[SIDE, SIDE] in 0..1: how much less common a pixel's colour is at the edges than inside."""
    bins, count = _alike()
    alike, edge = bins[rows], _at_the_edge()
    outside = np.bincount(alike[edge], minlength=count) / edge.sum()
    inside = np.bincount(alike[~edge], minlength=count) / (~edge).sum()
    likely: Floats = inside / np.maximum(inside + _EDGE_COUNTS * outside, 1e-12)
    # A colour at the edges alone has no share at all otherwise, and a frame of one colour would be no colour.
    return np.maximum(likely, 0.02)[alike]
