"""Things one owns and uses."""

from math import hypot
from random import Random

from vaultd.demo.palette import Paint
from vaultd.demo.pen import Pen, Point, ellipse

WOOD = (122, 92, 62)
STEEL = (158, 162, 168)


def ball(pen: Pen, paint: Paint, rng: Random) -> None:
    """A ball: plain, with a band, or with panels like a beach ball."""
    size = 0.8
    centre = (0.0, 0.2)
    pen.oval(centre, size, size, paint.body, edged=True)
    kind = rng.random()
    if kind < 0.35:
        turn = rng.uniform(0, 60)
        for panel in range(3):
            start = turn + 120 * panel
            pen.polygon([centre, *ellipse(centre, size, size, start=start, end=start + 34)], paint.pale)
        pen.oval(centre, 0.12, 0.12, paint.pale)
    elif kind < 0.65:
        for side, start in ((-1.1, -90), (1.1, 90)):
            seam = ellipse((side, 0.2), 0.72, 0.85, start=start, end=start + 180)
            pen.line([(x, y) for x, y in seam if hypot(x, y - 0.2) < size], paint.pale, 0.05)
    else:
        pen.polygon(_crescent(centre, size), paint.deep)
    pen.oval((-0.28, -0.16), 0.17, 0.12, paint.light, degrees=-40)
    pen.oval((-0.3, -0.19), 0.07, 0.05, (250, 250, 250), degrees=-40)


def _crescent(centre: Point, size: float) -> list[Point]:
    outer = ellipse(centre, size, size, start=-20, end=110)
    inner = ellipse((centre[0] - 0.14, centre[1] - 0.16), size, size, start=104, end=-14)
    return outer + inner


def cup(pen: Pen, paint: Paint, rng: Random) -> None:
    """A cup with a handle, from slightly above."""
    taper = rng.uniform(0.0, 0.2)
    tall = rng.uniform(-0.6, -0.35)
    top, bottom = 0.62, 0.62 - taper
    handle = ellipse((0.6, (tall + 1) / 2 - 0.05), 0.32, 0.36, start=-100, end=100)
    pen.line(handle, paint.edge, 0.17)
    pen.line(handle, paint.body, 0.13)
    side = [(-top, tall), (-bottom, 0.88), *ellipse((0, 0.88), bottom, 0.12, start=180, end=0), (top, tall)]
    pen.polygon(side, paint.body, edged=True)
    pen.polygon([(bottom - 0.2, 0.93), (bottom, 0.88), (top, tall), (top - 0.2, tall)], paint.deep)
    pen.oval((0, tall), top, 0.15, paint.light, edged=True)
    pen.oval((0, tall + 0.02), top - 0.08, 0.11, (66, 48, 38))
    if rng.random() < 0.4:
        pen.polygon(
            [
                (-top + taper * 0.3, 0.1),
                (top - taper * 0.3, 0.1),
                (top - taper * 0.4, 0.24),
                (-top + taper * 0.4, 0.24),
            ],
            paint.pale,
        )
    if rng.random() < 0.5:
        for x in (-0.2, 0.15):
            pen.line(
                [(x, tall - 0.12), (x + 0.07, tall - 0.22), (x, tall - 0.32), (x + 0.07, tall - 0.42)],
                (235, 235, 235, 120),
                0.04,
            )


def chair(pen: Pen, paint: Paint, rng: Random) -> None:
    """A chair, half from its side: seat, back and four legs."""
    high = rng.uniform(-1.0, -0.85)
    leg = rng.uniform(0.08, 0.11)
    for x, y in ((-0.3, 0.82), (0.58, 0.82)):
        pen.line([(x, 0.2), (x, y)], paint.deep, leg)
    for x in (-0.5, 0.42):
        pen.line([(x, 0.25), (x, 0.96)], paint.body, leg)
    if rng.random() < 0.5:
        pen.block((-0.52, high, 0.1, 0.14), paint.body, corner=0.1, edged=True)
        pen.block((-0.4, high + 0.12, -0.02, 0.0), paint.deep, corner=0.06)
    else:
        for x in (-0.47, -0.21, 0.05):
            pen.line([(x, high + 0.05), (x, 0.15)], paint.body, 0.08)
        pen.block((-0.54, high, 0.12, high + 0.2), paint.body, corner=0.06, edged=True)
    pen.polygon([(-0.58, 0.24), (-0.36, 0.06), (0.66, 0.06), (0.5, 0.24)], paint.light, edged=True)
    pen.polygon([(-0.58, 0.24), (0.5, 0.24), (0.5, 0.36), (-0.58, 0.36)], paint.body, edged=True)
    pen.polygon([(0.5, 0.24), (0.66, 0.06), (0.66, 0.17), (0.5, 0.36)], paint.deep)


def hat(pen: Pen, paint: Paint, rng: Random) -> None:
    """A hat: with a wide brim, or a tall top hat."""
    tall = rng.random() < 0.4
    brim = 0.82 if tall else 1.0
    pen.oval((0, 0.72), brim, 0.2, paint.deep, edged=True)
    pen.oval((0, 0.68), brim, 0.18, paint.body)
    if tall:
        pen.polygon(_tube(0.56, -0.75, 0.5, 0.66), paint.body, edged=True)
        pen.oval((0, -0.75), 0.56, 0.1, paint.light, edged=True)
    else:
        _soft_crown(pen, paint, rng.uniform(-0.25, -0.05))
    band = paint.dark if sum(paint.body) > 330 else paint.pale
    pen.polygon([*_tube(0.5, 0.42, 0.5, 0.62), *ellipse((0, 0.42), 0.5, 0.1, start=0, end=180)], band)


def _tube(half_top: float, top: float, half_bottom: float, bottom: float) -> list[Point]:
    """A round wall seen from slightly above: straight sides, a curved lower edge."""
    curve = ellipse((0, bottom), half_bottom, 0.1, start=180, end=0)
    return [(-half_top, top), *curve, (half_top, top)]


def _soft_crown(pen: Pen, paint: Paint, top: float) -> None:
    right: list[Point] = [(0.25, top), (0.48, 0.15), (0.52, 0.64)]
    left = [(-x, y) for x, y in reversed(right)]
    pen.blob([*left, (0, top + 0.1), *right, (0, 0.78)], paint.body, edged=True)
    pen.line([(0, top + 0.12), (0.02, top + 0.3)], paint.deep, 0.06)


def umbrella(pen: Pen, paint: Paint, rng: Random) -> None:
    """An open umbrella with a crook handle."""
    rim, top = rng.uniform(0.0, 0.1), -0.92
    hook = [(0, -0.9), (0, 0.82), *ellipse((0.14, 0.82), 0.14, 0.16, start=180, end=20)]
    pen.line(hook, WOOD, 0.06)
    dome = ellipse((0, rim), 1.0, rim - top, start=180, end=360)
    pen.polygon([*dome, *_scallops(rim)], paint.body, edged=True)
    tones = (paint.deep, paint.light) if rng.random() < 0.6 else (paint.pale, paint.pale)
    for left, right, tone in ((-0.6, -0.2, tones[0]), (0.2, 0.6, tones[1])):
        ribs: list[Point] = [
            (0, top),
            (left * 0.75, top * 0.5 + rim * 0.5),
            (left, rim),
            ((left + right) / 2, rim - 0.09),
            (right, rim),
            (right * 0.75, top * 0.5 + rim * 0.5),
        ]
        pen.polygon(ribs, tone)
    pen.line([(0, top), (0, top - 0.08)], WOOD, 0.05)


def _scallops(rim: float) -> list[Point]:
    points: list[Point] = []
    for number in range(5):
        points += ellipse((0.8 - 0.4 * number, rim), 0.2, 0.1, start=0, end=-180)
    return points


def guitar(pen: Pen, paint: Paint, rng: Random) -> None:
    """A guitar, upright: the waisted body in its colour, a dark neck."""
    waist = rng.uniform(0.26, 0.34)
    pen.block((-0.07, -0.82, 0.07, 0.2), (74, 54, 42))
    for fret in range(6):
        pen.line([(-0.07, -0.7 + fret * 0.12), (0.07, -0.7 + fret * 0.12)], STEEL, 0.012)
    pen.polygon([(-0.1, -1.0), (0.1, -1.0), (0.08, -0.78), (-0.08, -0.78)], (52, 40, 34))
    for y in (-0.96, -0.9, -0.84):
        for side in (-1, 1):
            pen.oval((side * 0.13, y), 0.03, 0.022, STEEL)
    body = [(0, -0.12), (0.3, -0.1), (0.4, 0.1), (waist, 0.32), (0.5, 0.6), (0.42, 0.92), (0, 1.0)]
    pen.blob([*body, *((-x, y) for x, y in body[-2:0:-1])], paint.body, edged=True)
    pen.blob([(0.42, 0.55), (0.4, 0.86), (0.05, 0.96), (0.3, 0.75)], paint.deep)
    pen.oval((-0.2, 0.06), 0.1, 0.06, paint.light, degrees=-40)
    pen.block((-0.07, -0.12, 0.07, 0.16), (74, 54, 42))
    pen.oval((0, 0.28), 0.15, 0.15, (30, 26, 24))
    pen.block((-0.2, 0.66, 0.2, 0.73), (52, 40, 34), corner=0.02)
    for x in (-0.04, 0.0, 0.04):
        pen.line([(x, -0.9), (x, 0.68)], (210, 210, 206), 0.012)
