"""The named colours, each a range from which a picture takes one shade."""

import colorsys
from dataclasses import dataclass
from math import dist
from random import Random
from typing import Final

Rgb = tuple[int, int, int]


@dataclass(frozen=True)
class Shades:
    """Ranges of hue in degrees, saturation and value in 0..1 that a person gives one name."""

    hue: tuple[float, float]
    saturation: tuple[float, float]
    value: tuple[float, float]


SHADES: Final[dict[str, Shades]] = {
    "red": Shades((-8, 5), (0.82, 0.97), (0.72, 0.93)),
    "orange": Shades((23, 31), (0.86, 1.0), (0.93, 1.0)),
    "yellow": Shades((49, 56), (0.78, 0.95), (0.94, 1.0)),
    "green": Shades((105, 145), (0.6, 0.9), (0.48, 0.72)),
    "blue": Shades((211, 232), (0.75, 0.95), (0.68, 0.95)),
    "purple": Shades((270, 286), (0.6, 0.85), (0.5, 0.72)),
    "pink": Shades((328, 344), (0.36, 0.5), (0.95, 1.0)),
    "brown": Shades((18, 28), (0.55, 0.72), (0.34, 0.48)),
    "black": Shades((0, 360), (0.0, 0.12), (0.07, 0.14)),
    "white": Shades((0, 360), (0.0, 0.03), (0.95, 1.0)),
    "grey": Shades((0, 360), (0.0, 0.05), (0.46, 0.6)),
}

COLOURS: Final = tuple(SHADES)


def shade(colour: str, rng: Random) -> Rgb:
    """One shade of a named colour, as RGB in 0..255."""
    ranges = SHADES[colour]
    hue = rng.uniform(*ranges.hue) % 360 / 360
    return from_hsv(hue, rng.uniform(*ranges.saturation), rng.uniform(*ranges.value))


def from_hsv(hue: float, saturation: float, value: float) -> Rgb:
    """RGB in 0..255 from hue, saturation and value in 0..1."""
    red, green, blue = colorsys.hsv_to_rgb(hue, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)


def mix(first: Rgb, second: Rgb, share: float) -> Rgb:
    """`first` with `share` (0..1) of `second` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def luminance(colour: Rgb) -> float:
    """Perceived brightness, 0..255 (the weights of ITU-R BT.601)."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def distance(first: Rgb, second: Rgb) -> float:
    """Straight distance in RGB, 0..442."""
    return dist(first, second)


@dataclass(frozen=True)
class Paint:
    """What a thing is painted with: its colour in three lights, and neutrals for the details."""

    body: Rgb
    light: Rgb
    deep: Rgb
    dark: Rgb
    pale: Rgb
    glass: Rgb
    edge: Rgb


def paint(body: Rgb, rng: Random) -> Paint:
    """A paint for one thing. Details stay neutral, and stay visible on black and on white."""
    brightness = luminance(body)
    ink = (74, 74, 80) if brightness < 50 else (28, 28, 32)
    paper = (206, 210, 216) if brightness > 215 else (242, 242, 238)
    glass = (96, 112, 126) if brightness > 150 else (196, 212, 222)
    return Paint(
        body=body,
        light=mix(body, (255, 255, 255), rng.uniform(0.18, 0.3)),
        deep=mix(body, (0, 0, 0), 0.13 if brightness > 200 else rng.uniform(0.24, 0.34)),
        dark=ink,
        pale=paper,
        glass=mix(glass, (128, 140, 150), rng.uniform(0, 0.4)),
        edge=(120, 120, 126) if brightness < 50 else mix(body, (20, 20, 24), rng.uniform(0.55, 0.8)),
    )
