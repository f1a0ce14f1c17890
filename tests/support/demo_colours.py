"""Telling by its pixels alone whether a region shows a named colour."""

from __future__ import annotations

import numpy as np
from PIL import Image

from vaultd.demo.palette import SHADES

#: How far a camera's exposure and a codec may move a shade: hue in degrees, saturation and value in 0..1.
SLACK = (9.0, 0.16, 0.12)


def share_of_colour(image: Image.Image, box: tuple[int, int, int, int], colour: str) -> float:
    """The share (0..1) of the box's pixels whose hue, saturation and value lie within the colour's ranges."""
    pixels = np.asarray(image.convert("RGB").crop(box).convert("HSV"), dtype=np.float64).reshape(-1, 3)
    hue, saturation, value = pixels[:, 0] * 360 / 255, pixels[:, 1] / 255, pixels[:, 2] / 255
    shades = SHADES[colour]
    low, high = shades.hue[0] - SLACK[0], shades.hue[1] + SLACK[0]
    hit = (hue - low) % 360 <= high - low if high - low < 360 else np.full(hue.shape, True)
    hit &= _within(saturation, shades.saturation, SLACK[1]) & _within(value, shades.value, SLACK[2])
    return float(hit.mean())


def _within(values: np.ndarray, ends: tuple[float, float], slack: float) -> np.ndarray:
    return (values >= ends[0] - slack) & (values <= ends[1] + slack)
