"""How much of a picture's middle has which colour, read from the pixels."""

import cv2
import numpy as np
from numpy.typing import NDArray

from vaultd.demo.palette import COLOURS

# Hue in degrees from, to; least and greatest saturation and value in 0..255.
RANGES = {
    "red": (345, 10, 120, 255, 60, 255),
    "orange": (12, 40, 140, 255, 130, 255),
    "yellow": (42, 66, 110, 255, 130, 255),
    "green": (70, 165, 60, 255, 40, 255),
    "blue": (190, 250, 80, 255, 50, 255),
    "purple": (255, 300, 60, 255, 50, 255),
    "pink": (305, 350, 45, 150, 140, 255),
    "brown": (10, 40, 80, 220, 35, 130),
    "black": (0, 360, 0, 255, 0, 35),
    "white": (0, 360, 0, 30, 205, 255),
    "grey": (0, 360, 0, 30, 60, 190),
}


def shares(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32 [n, colours], in the order of COLOURS, for uint8 [n, side, side, 3]: shares of the middle's area."""
    side = pixels.shape[1]
    edge = side // 5
    middle = pixels[:, edge : side - edge : 3, edge : side - edge : 3]
    flat = np.ascontiguousarray(middle.reshape(len(pixels), -1, 3))
    hsv = cv2.cvtColor(flat, cv2.COLOR_RGB2HSV)
    hue, saturation, value = hsv[..., 0].astype(np.int32) * 2, hsv[..., 1], hsv[..., 2]
    found = np.zeros((len(pixels), len(COLOURS)), np.float32)
    for column, colour in enumerate(COLOURS):
        start, stop, s0, s1, v0, v1 = RANGES[colour]
        within = (hue >= start) & (hue <= stop) if start <= stop else (hue >= start) | (hue <= stop)
        mask = within & (saturation >= s0) & (saturation <= s1) & (value >= v0) & (value <= v1)
        found[:, column] = mask.mean(axis=1)
    return found
