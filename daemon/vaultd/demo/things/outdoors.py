"""Things that stand or hang outdoors."""

from math import cos, pi, sin
from random import Random

from vaultd.demo.palette import Paint, mix
from vaultd.demo.pen import Pen, Point

BARK = (104, 78, 56)
STEM = (84, 112, 66)
SEEDS = (92, 70, 48)


def house(pen: Pen, paint: Paint, rng: Random) -> None:
    """A house: coloured walls, a dark roof, windows, a door, a chimney."""
    wide = rng.uniform(0.72, 0.88)
    eaves = rng.uniform(-0.2, 0.0)
    ridge = eaves - rng.uniform(0.55, 0.75)
    roof = mix(paint.dark, (112, 108, 106), rng.uniform(0.2, 0.8))
    pen.block((0.3, ridge + 0.02, 0.5, eaves), (150, 146, 142), edged=True)
    pen.block((-wide, eaves - 0.02, wide, 1.0), paint.body, edged=True)
    pen.polygon([(-wide - 0.14, eaves), (-0.0, ridge), (wide + 0.14, eaves)], roof, edged=True)
    pen.block((-wide, 0.9, wide, 1.0), paint.deep)
    door = rng.uniform(-0.5, 0.3)
    pen.block((door, 0.42, door + 0.3, 1.0), paint.dark)
    pen.oval((door + 0.24, 0.72), 0.025, 0.025, paint.pale)
    for x in (-wide + 0.32, wide - 0.32):
        pen.block((x - 0.19, eaves + 0.1, x + 0.19, eaves + 0.42), paint.pale)
        pen.block((x - 0.15, eaves + 0.14, x + 0.15, eaves + 0.38), paint.glass)
        pen.line([(x, eaves + 0.14), (x, eaves + 0.38)], paint.pale, 0.03)
        pen.line([(x - 0.15, eaves + 0.26), (x + 0.15, eaves + 0.26)], paint.pale, 0.03)
    pen.oval((0, (ridge + eaves) / 2 + 0.08), 0.11, 0.11, paint.glass)


def tree(pen: Pen, paint: Paint, rng: Random) -> None:
    """A tree: brown trunk, the crown in its colour, round or pointed."""
    thick = rng.uniform(0.08, 0.13)
    pen.polygon([(-thick, 1.0), (-thick * 0.7, 0.1), (thick * 0.7, 0.1), (thick, 1.0)], BARK)
    if rng.random() < 0.65:
        _crown(pen, paint, rng)
    else:
        for step in range(3):
            top, half = -1.0 + step * 0.42, 0.38 + step * 0.17
            pen.polygon(
                [(0, top), (half, top + 0.68), (-half, top + 0.68)],
                mix(paint.light, paint.deep, 1 - step / 2),
                edged=True,
            )


def _crown(pen: Pen, paint: Paint, rng: Random) -> None:
    pen.line([(0, 0.3), (-0.3, -0.05)], BARK, 0.08)
    pen.line([(0, 0.25), (0.28, -0.1)], BARK, 0.08)
    puffs = [(-0.45, -0.12), (0.45, -0.12), (0.0, 0.06), (-0.3, -0.5), (0.3, -0.5), (0.0, -0.3)]
    sizes = [rng.uniform(0.34, 0.42) for _ in puffs]
    for (x, y), size in zip(puffs, sizes, strict=True):
        pen.oval((x, y + 0.04), size + 0.02, size, paint.deep, edged=True)
    for (x, y), size in zip(puffs, sizes, strict=True):
        pen.oval((x - 0.02, y - 0.02), size * 0.94, size * 0.92, paint.body)
    for x, y in puffs[3:5]:
        pen.oval((x - 0.06, y - 0.1), 0.16, 0.12, paint.light)


def star(pen: Pen, paint: Paint, rng: Random) -> None:
    """A five-pointed star."""
    inner = rng.uniform(0.4, 0.48)

    def corners(size: float) -> list[Point]:
        reach = [size if turn % 2 == 0 else size * inner for turn in range(10)]
        return [(r * sin(turn * pi / 5), -r * cos(turn * pi / 5)) for turn, r in enumerate(reach)]

    points = corners(1.0)
    pen.polygon(points, paint.body, edged=True)
    if rng.random() < 0.5:
        for turn in range(0, 10, 2):
            pen.polygon([(0, 0), points[turn], points[turn + 1]], paint.deep)
    else:
        pen.polygon(corners(0.6), paint.light)


def flower(pen: Pen, paint: Paint, rng: Random) -> None:
    """A flower: petals in its colour on a stem with leaves; a daisy or a tulip."""
    bend = rng.uniform(-0.1, 0.1)
    pen.line([(0, -0.3), (bend, 0.3), (bend * 0.5, 1.0)], STEM, 0.07)
    for side in (-1, 1):
        low = rng.uniform(0.6, 0.8)
        pen.blob(
            [(bend * 0.6, low + 0.06), (side * 0.25, low - 0.16), (side * 0.52, low - 0.2), (side * 0.3, low + 0.04)],
            STEM,
        )
    if rng.random() < 0.7:
        _daisy(pen, paint, rng)
    else:
        _tulip(pen, paint)


def _daisy(pen: Pen, paint: Paint, rng: Random) -> None:
    petals = rng.choice([5, 6, 8, 10])
    size = {5: 0.27, 6: 0.25, 8: 0.19, 10: 0.16}[petals]
    turn = rng.uniform(0, 360)
    for number in range(petals):
        degrees = turn + number * 360 / petals
        x, y = cos(degrees * pi / 180), sin(degrees * pi / 180)
        tone = paint.body if number % 2 else mix(paint.body, paint.light, 0.5)
        pen.oval((0.36 * x, -0.38 + 0.36 * y), 0.28, size, tone, degrees=degrees, edged=True)
    pen.oval((0, -0.38), 0.18, 0.18, SEEDS)
    pen.oval((-0.02, -0.4), 0.11, 0.11, mix(SEEDS, (255, 240, 200), 0.4))


def _tulip(pen: Pen, paint: Paint) -> None:
    pen.polygon(
        [(-0.42, -0.9), (-0.15, -0.55), (0, -1.0), (0.15, -0.55), (0.42, -0.9), (0.44, -0.3), (-0.44, -0.3)],
        paint.deep,
        edged=True,
    )
    for side in (-1, 1):
        pen.blob(
            [(side * 0.45, -0.92), (side * 0.5, -0.35), (side * 0.22, -0.06), (0, -0.1), (side * 0.02, -0.45)],
            paint.body,
            edged=True,
        )
    pen.blob([(0, -0.86), (0.2, -0.45), (0.1, -0.08), (-0.1, -0.08), (-0.2, -0.45)], paint.light)
