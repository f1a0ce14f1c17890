"""The grounds a thing is shown on.

Each fills a picture; the unit is the picture's height, x runs to its width. Tones are kept muted, so that no ground
outshouts the colour of the thing in front of it.
"""

from collections.abc import Callable
from random import Random
from typing import Final

from PIL import Image

from vaultd.demo.palette import Rgb, from_hsv, mix
from vaultd.demo.pen import Pen, Pose

Tone = tuple[float, float, float, float]


class Canvas:
    """A picture being filled with a ground."""

    def __init__(self, image: Image.Image, rng: Random) -> None:
        self.image = image
        self.rng = rng
        self.wide = image.width / image.height
        self.pen = Pen(image, Pose.turned(image.height, (0, 0)))

    def tone(self, hue: tuple[float, float], saturation: tuple[float, float], value: tuple[float, float]) -> Rgb:
        """A colour out of ranges: hue in degrees, saturation and value in 0..1."""
        u = self.rng.uniform
        return from_hsv(u(*hue) % 360 / 360, u(*saturation), u(*value))

    def fade(self, top: float, bottom: float, first: Rgb, last: Rgb) -> None:
        """A band over the full width, from one colour to another downwards."""
        column = Image.new("RGB", (1, 16))
        column.putdata([mix(first, last, step / 15) for step in range(16)])
        start, end = round(top * self.image.height), round(bottom * self.image.height)
        if end > start:
            tall = column.resize((1, end - start), Image.Resampling.BILINEAR)
            self.image.paste(tall.resize((self.image.width, end - start), Image.Resampling.NEAREST), (0, start))

    def mottle(self, top: float, cells: int, strength: float) -> None:
        """Unevenness from `top` down to the bottom, as of grass, sand or plaster."""
        start = round(top * self.image.height)
        lower = self.image.crop((0, start, self.image.width, self.image.height))
        noise = Image.frombytes("L", (cells, cells), self.rng.randbytes(cells * cells))
        grey = noise.resize(lower.size, Image.Resampling.BILINEAR).convert("RGB")
        self.image.paste(Image.blend(lower, grey, strength), (0, start))

    def across(self, count: int) -> list[float]:
        """Random places from left to right."""
        return [self.rng.uniform(0, self.wide) for _ in range(count)]

    def ridge(self, base: float, rise: float, steps: int, colour: Rgb) -> None:
        """A soft skyline of hills that fills down to the bottom."""
        heights = [base - self.rng.uniform(0, rise) for _ in range(steps + 1)]
        line = [(self.wide * i / steps, y) for i, y in enumerate(heights)]
        self.pen.polygon([(0, 1), *line, (self.wide, 1)], colour)

    def clouds(self, most: int, lowest: float, colour: Rgb) -> None:
        u = self.rng.uniform
        for x in self.across(self.rng.randint(0, most)):
            y, size = u(0.05, lowest), u(0.04, 0.09)
            for shift in (-1.2, 0.0, 1.1):
                self.pen.oval(
                    (x + shift * size, y - (0.3 * size if shift == 0 else 0)), size * 1.3, size * 0.7, (*colour, 150)
                )


def _sky(canvas: Canvas, horizon: float) -> None:
    high = canvas.tone((198, 218), (0.12, 0.38), (0.72, 0.95))
    low = mix(high, canvas.tone((30, 60), (0.02, 0.12), (0.9, 0.98)), canvas.rng.uniform(0.4, 0.9))
    canvas.fade(0, horizon, high, low)
    canvas.clouds(3, horizon * 0.7, (246, 246, 248))


def meadow(canvas: Canvas) -> None:
    """Grass under a sky, with hills."""
    horizon = canvas.rng.uniform(0.4, 0.6)
    _sky(canvas, horizon + 0.02)
    grass = canvas.tone((72, 105), (0.28, 0.48), (0.5, 0.72))
    canvas.ridge(horizon, 0.1, 4, mix(grass, (190, 205, 210), 0.35))
    canvas.fade(horizon, 1, mix(grass, (220, 225, 190), 0.2), mix(grass, (40, 50, 30), 0.25))
    canvas.mottle(horizon, 24, 0.12)
    for x in canvas.across(26):
        y = canvas.rng.uniform(horizon + 0.05, 1)
        canvas.pen.line(
            [(x, y), (x + canvas.rng.uniform(-0.015, 0.015), y - 0.035)], mix(grass, (20, 40, 10), 0.35), 0.008
        )


def beach(canvas: Canvas) -> None:
    """Sand, a strip of sea, a sky."""
    sea, sand = canvas.rng.uniform(0.3, 0.42), canvas.rng.uniform(0.5, 0.62)
    _sky(canvas, sea)
    water = canvas.tone((185, 205), (0.28, 0.45), (0.55, 0.75))
    canvas.fade(sea, sand, mix(water, (30, 50, 80), 0.2), mix(water, (230, 240, 240), 0.35))
    tone = canvas.tone((34, 44), (0.2, 0.34), (0.8, 0.92))
    canvas.fade(sand, 1, tone, mix(tone, (110, 90, 70), 0.2))
    canvas.mottle(sand, 40, 0.08)
    for i in range(5):
        x = canvas.wide * i / 4
        canvas.pen.oval((x, sand + canvas.rng.uniform(-0.01, 0.01)), canvas.wide / 7, 0.016, (244, 246, 246))


def city(canvas: Canvas) -> None:
    """A street: blocks with windows, pavement, road."""
    road = canvas.rng.uniform(0.6, 0.72)
    _sky(canvas, road)
    x = 0.0
    while x < canvas.wide:
        width = canvas.rng.uniform(0.14, 0.3)
        _block_of_flats(canvas, x, canvas.rng.uniform(0.05, 0.36), width, road)
        x += width
    asphalt = canvas.tone((200, 240), (0.0, 0.08), (0.36, 0.52))
    canvas.fade(road, road + 0.05, (172, 170, 166), (150, 148, 146))
    canvas.fade(road + 0.05, 1, asphalt, mix(asphalt, (20, 20, 24), 0.25))
    for step in range(6):
        left = canvas.wide * (step + 0.2) / 6
        canvas.pen.block((left, 0.9, left + canvas.wide / 10, 0.915), (214, 212, 204))


def _block_of_flats(canvas: Canvas, left: float, top: float, width: float, bottom: float) -> None:
    wall = canvas.tone((20, 45), (0.03, 0.18), (0.52, 0.78))
    canvas.pen.block((left, top, left + width, bottom + 0.01), wall)
    pane = mix(wall, (60, 70, 84), canvas.rng.uniform(0.4, 0.7))
    rows, columns = int((bottom - top) / 0.09), 3
    for row in range(rows):
        for column in range(columns):
            x, y = left + width * (column + 0.3) / columns, top + 0.03 + row * 0.09
            canvas.pen.block((x, y, x + width * 0.14, y + 0.045), pane)


def snow(canvas: Canvas) -> None:
    """Snow fields and mountains, flakes in the air."""
    horizon = canvas.rng.uniform(0.42, 0.58)
    high = canvas.tone((205, 225), (0.05, 0.2), (0.7, 0.88))
    canvas.fade(0, horizon + 0.05, high, mix(high, (240, 242, 246), 0.7))
    u = canvas.rng.uniform
    for x in canvas.across(3):
        peak, half = u(0.12, 0.3), u(0.2, 0.4)
        rock = canvas.tone((210, 230), (0.05, 0.15), (0.5, 0.66))
        canvas.pen.polygon([(x - half, horizon + 0.05), (x, peak), (x + half, horizon + 0.05)], rock)
        canvas.pen.polygon(
            [
                (x - half * 0.3, peak + (horizon - peak) * 0.32),
                (x, peak),
                (x + half * 0.3, peak + (horizon - peak) * 0.32),
                (x, peak + (horizon - peak) * 0.24),
            ],
            (240, 243, 247),
        )
    canvas.fade(horizon, 1, (238, 241, 246), canvas.tone((205, 225), (0.04, 0.14), (0.82, 0.92)))
    canvas.mottle(horizon, 10, 0.07)
    for x in canvas.across(30):
        canvas.pen.oval((x, u(0, 1)), 0.006, 0.006, (255, 255, 255, 220))


def desert(canvas: Canvas) -> None:
    """Dunes under a pale hot sky, cacti far away."""
    horizon = canvas.rng.uniform(0.42, 0.56)
    high = canvas.tone((190, 210), (0.1, 0.25), (0.82, 0.94))
    canvas.fade(0, horizon + 0.02, high, (240, 226, 200))
    canvas.pen.oval((canvas.rng.uniform(0.1, canvas.wide - 0.1), 0.14), 0.06, 0.06, (252, 246, 226))
    sand = canvas.tone((28, 38), (0.3, 0.45), (0.72, 0.86))
    for step in range(4):
        base = horizon + step * 0.12
        canvas.ridge(base, 0.09, 3 + step, mix(sand, (90, 62, 44) if step % 2 else (246, 226, 190), 0.22))
    canvas.mottle(horizon + 0.1, 30, 0.06)
    for x in canvas.across(2):
        y = horizon + 0.03
        for shift, top in ((0.0, -0.15), (-0.03, -0.08), (0.03, -0.1)):
            canvas.pen.line([(x, y - 0.04), (x + shift, y - 0.05), (x + shift, y + top)], (104, 118, 84), 0.02)
        canvas.pen.line([(x, y), (x, y - 0.1)], (104, 118, 84), 0.024)


def night(canvas: Canvas) -> None:
    """A dark sky with points of light and a moon, over dark land."""
    horizon = canvas.rng.uniform(0.58, 0.72)
    high = canvas.tone((220, 245), (0.3, 0.5), (0.12, 0.22))
    canvas.fade(0, horizon + 0.03, high, mix(high, (120, 120, 150), 0.35))
    u = canvas.rng.uniform
    for x in canvas.across(40):
        canvas.pen.oval((x, u(0, horizon)), 0.004, 0.004, (230, 230, 220, 200))
    x, y = u(0.12, canvas.wide - 0.12), u(0.1, 0.22)
    canvas.pen.oval((x, y), 0.1, 0.1, (225, 225, 210, 40))
    canvas.pen.oval((x, y), 0.065, 0.065, (232, 230, 214))
    land = canvas.tone((210, 250), (0.15, 0.3), (0.14, 0.24))
    canvas.ridge(horizon, 0.1, 5, mix(land, (10, 10, 16), 0.4))
    canvas.fade(horizon + 0.04, 1, land, mix(land, (8, 8, 12), 0.3))
    canvas.mottle(horizon + 0.04, 20, 0.05)


def room(canvas: Canvas) -> None:
    """A wall with a picture or a window, a skirting board, a wooden floor."""
    floor = canvas.rng.uniform(0.6, 0.72)
    wall = canvas.tone((20, 220), (0.03, 0.16), (0.76, 0.93))
    canvas.fade(0, floor, wall, mix(wall, (90, 90, 90), 0.12))
    u = canvas.rng.uniform
    if canvas.rng.random() < 0.6:
        step = u(0.09, 0.16)
        for i in range(int(canvas.wide / step) + 1):
            canvas.pen.block((i * step, 0, i * step + step * 0.35, floor), (*mix(wall, (110, 110, 110), 0.2), 90))
    left, top = u(0.04, canvas.wide * 0.6), u(0.06, 0.16)
    canvas.pen.block((left, top, left + 0.3, top + 0.26), (96, 88, 80))
    canvas.pen.block(
        (left + 0.02, top + 0.02, left + 0.28, top + 0.24), canvas.tone((190, 230), (0.05, 0.2), (0.75, 0.92))
    )
    wood = canvas.tone((24, 36), (0.25, 0.4), (0.5, 0.7))
    canvas.fade(floor, 1, wood, mix(wood, (40, 30, 24), 0.3))
    for i in range(-3, 10):
        x = canvas.wide * i / 7
        canvas.pen.line(
            [(canvas.wide / 2 + (x - canvas.wide / 2) * 0.8, floor), (x, 1)], mix(wood, (30, 22, 16), 0.4), 0.005
        )
    canvas.pen.block((0, floor - 0.03, canvas.wide, floor), (226, 222, 214))


def water(canvas: Canvas) -> None:
    """Open water with ripples, a far shore."""
    horizon = canvas.rng.uniform(0.3, 0.5)
    _sky(canvas, horizon)
    deep = canvas.tone((188, 212), (0.25, 0.45), (0.42, 0.66))
    canvas.ridge(horizon + 0.02, 0.06, 6, mix(deep, (120, 126, 116), 0.6))
    canvas.fade(horizon, 1, mix(deep, (226, 234, 238), 0.4), deep)
    canvas.mottle(horizon, 16, 0.08)
    u = canvas.rng.uniform
    for x in canvas.across(40):
        y = u(horizon + 0.02, 1)
        reach = 0.02 + 0.09 * (y - horizon)
        canvas.pen.line(
            [(x - reach, y), (x, y - 0.006), (x + reach, y)], (*mix(deep, (240, 246, 248), 0.6), 170), 0.006
        )


def plain(canvas: Canvas) -> None:
    """A studio backdrop: one pale or grey tone, lit from one side."""
    tone = canvas.tone((0, 360), (0.0, 0.14), (0.62, 0.96))
    canvas.fade(0, 1, tone, mix(tone, (120, 120, 124), canvas.rng.uniform(0.1, 0.4)))
    canvas.mottle(0, 6, canvas.rng.uniform(0.0, 0.08))


def forest(canvas: Canvas) -> None:
    """Rows of dim trunks in haze over a mossy floor."""
    floor = canvas.rng.uniform(0.62, 0.76)
    haze = canvas.tone((80, 130), (0.12, 0.26), (0.55, 0.75))
    canvas.fade(0, floor + 0.02, mix(haze, (30, 44, 34), 0.35), haze)
    u = canvas.rng.uniform
    for depth in (0.62, 0.4, 0.2):
        for x in canvas.across(6):
            half = u(0.01, 0.022) * (1.7 - depth)
            canvas.pen.block((x - half, 0, x + half, floor + 0.04), mix((62, 54, 46), haze, depth))
    canvas.fade(floor, 1, mix(haze, (70, 74, 46), 0.6), (52, 54, 38))
    canvas.mottle(floor, 26, 0.12)
    canvas.mottle(0, 12, 0.06)


GROUNDS: Final[dict[str, Callable[[Canvas], None]]] = {
    "meadow": meadow,
    "beach": beach,
    "city": city,
    "snow": snow,
    "desert": desert,
    "night": night,
    "room": room,
    "water": water,
    "plain": plain,
    "forest": forest,
}
