"""Things that live and move."""

from random import Random

from vaultd.demo.palette import Paint
from vaultd.demo.pen import Pen, Point

EYE_WHITE = (250, 250, 246)
PUPIL = (16, 16, 18)
TONGUE = (214, 120, 128)


def _eye(pen: Pen, centre: Point, size: float) -> None:
    pen.oval(centre, size, size * 1.1, EYE_WHITE)
    pen.oval((centre[0] + size * 0.15, centre[1]), size * 0.55, size * 0.65, PUPIL)


def fish(pen: Pen, paint: Paint, rng: Random) -> None:
    """A fish from its side, looking right."""
    height = rng.uniform(0.38, 0.56)
    tail = rng.uniform(0.36, 0.5)
    pen.polygon([(-0.5, 0), (-1.0, -tail), (-0.84, 0), (-1.0, tail)], paint.deep, edged=True)
    pen.blob(
        [(-0.3, -height * 0.6), (-0.05, -height - 0.26), (0.32, -height - 0.12), (0.36, -height * 0.6)],
        paint.deep,
        edged=True,
    )
    pen.blob([(-0.2, height * 0.6), (-0.2, height + 0.2), (0.16, height * 0.7)], paint.deep, edged=True)
    pen.blob(
        [
            (-0.66, 0),
            (-0.25, -height * 0.85),
            (0.3, -height),
            (0.8, -height * 0.5),
            (1.0, 0.03),
            (0.75, height * 0.55),
            (0.3, height),
            (-0.25, height * 0.85),
        ],
        paint.body,
        edged=True,
    )
    pen.blob([(-0.2, height * 0.5), (0.3, height * 0.55), (0.8, height * 0.3), (0.3, height * 0.9)], paint.light)
    if rng.random() < 0.4:
        for x in (-0.2, 0.1):
            pen.line([(x, -height * 0.7), (x + 0.05, 0), (x, height * 0.7)], paint.pale, 0.08)
    else:
        for x, y in ((-0.3, -0.06), (-0.08, -0.16), (-0.08, 0.06), (0.14, -0.06)):
            pen.line([(x, y - 0.08), (x + 0.06, y), (x, y + 0.08)], paint.edge, 0.02)
    pen.blob([(0.22, 0.06), (-0.02, 0.18), (0.04, 0.3), (0.3, 0.16)], paint.deep)
    pen.line([(0.44, -height * 0.6), (0.38, 0), (0.44, height * 0.6)], paint.edge, 0.03)
    _eye(pen, (0.66, -0.1), 0.1)
    pen.line([(0.82, 0.16), (0.95, 0.12)], paint.edge, 0.03)


def bird(pen: Pen, paint: Paint, rng: Random) -> None:
    """A small bird, standing or with its wings spread."""
    if rng.random() < 0.7:
        _bird_standing(pen, paint, rng)
    else:
        _bird_flying(pen, paint, rng)


BEAK = (236, 170, 60)
LEG = (120, 90, 60)


def _bird_standing(pen: Pen, paint: Paint, rng: Random) -> None:
    fat = rng.uniform(0.9, 1.1)
    for x in (-0.08, 0.14):
        pen.line([(x, 0.5), (x + 0.02, 0.98), (x + 0.14, 0.98)], LEG, 0.045)
        pen.line([(x + 0.02, 0.96), (x - 0.08, 0.99)], LEG, 0.04)
    pen.polygon([(-0.4, 0.15), (-1.0, 0.42), (-0.94, 0.58), (-0.3, 0.45)], paint.deep, edged=True)
    pen.polygon([(0.72, -0.52), (1.0, -0.4), (0.72, -0.32)], BEAK)
    pen.blob(
        [
            (-0.5, 0.25),
            (-0.2, -0.05),
            (0.12, -0.3),
            (0.26, -0.68),
            (0.54, -0.78),
            (0.78, -0.55),
            (0.7, -0.25),
            (0.62 * fat, 0.15),
            (0.35, 0.55),
            (-0.1, 0.62),
        ],
        paint.body,
        edged=True,
    )
    pen.blob([(0.62, -0.1), (0.58 * fat, 0.2), (0.3, 0.52), (0.1, 0.5), (0.3, 0.2)], paint.light)
    pen.blob([(0.2, -0.05), (0.15, 0.3), (-0.3, 0.45), (-0.72, 0.48), (-0.3, 0.12)], paint.deep, edged=True)
    _eye(pen, (0.55, -0.48), 0.075)


def _bird_flying(pen: Pen, paint: Paint, rng: Random) -> None:
    lift = rng.uniform(-0.1, 0.15)
    pen.blob(
        [(-0.05, 0.05), (0.1, -0.5), (-0.1, -1.0 + lift), (0.4, -0.75 + lift), (0.38, 0.0)], paint.deep, edged=True
    )
    pen.polygon([(-0.45, 0.05), (-1.0, -0.05), (-0.92, 0.12), (-1.0, 0.28), (-0.4, 0.25)], paint.deep, edged=True)
    pen.polygon([(0.82, -0.12), (1.08, 0.0), (0.82, 0.06)], BEAK)
    pen.blob(
        [
            (-0.6, 0.12),
            (-0.1, -0.1),
            (0.4, -0.14),
            (0.65, -0.28),
            (0.88, -0.12),
            (0.85, 0.08),
            (0.45, 0.3),
            (-0.1, 0.34),
        ],
        paint.body,
        edged=True,
    )
    pen.blob(
        [(-0.2, 0.05), (-0.45, -0.45), (-0.75, -0.85 + lift), (-0.2, -0.75 + lift), (0.2, -0.3), (0.3, 0.1)],
        paint.light,
        edged=True,
    )
    _eye(pen, (0.7, -0.1), 0.06)


def cat(pen: Pen, paint: Paint, rng: Random) -> None:
    """A cat: pointed ears, whiskers, a long curling tail."""
    if rng.random() < 0.6:
        _cat_sitting(pen, paint, rng)
    else:
        _cat_walking(pen, paint, rng)


def _cat_face(pen: Pen, paint: Paint, centre: Point, size: float) -> None:
    x, y = centre
    for side in (-1, 1):
        pen.polygon(
            [
                (x + side * 0.9 * size, y - 0.2 * size),
                (x + side * 0.85 * size, y - 1.45 * size),
                (x + side * 0.15 * size, y - 0.75 * size),
            ],
            paint.body,
            edged=True,
        )
        pen.polygon(
            [
                (x + side * 0.76 * size, y - 0.5 * size),
                (x + side * 0.76 * size, y - 1.15 * size),
                (x + side * 0.38 * size, y - 0.7 * size),
            ],
            paint.deep,
        )
    pen.oval((x, y), size, 0.86 * size, paint.body, edged=True)
    pen.oval((x, y + 0.4 * size), 0.42 * size, 0.3 * size, paint.light)
    for side in (-1, 1):
        pen.oval((x + side * 0.42 * size, y - 0.12 * size), 0.19 * size, 0.22 * size, (196, 208, 150))
        pen.oval((x + side * 0.42 * size, y - 0.12 * size), 0.07 * size, 0.2 * size, PUPIL)
        for slope in (-0.12, 0.08):
            pen.line(
                [(x + side * 0.4 * size, y + 0.38 * size), (x + side * 1.3 * size, y + (0.35 + slope * 1.6) * size)],
                paint.pale if sum(paint.body) < 380 else paint.edge,
                0.016,
            )
    pen.polygon(
        [(x - 0.12 * size, y + 0.18 * size), (x + 0.12 * size, y + 0.18 * size), (x, y + 0.32 * size)], (90, 60, 64)
    )


def _cat_sitting(pen: Pen, paint: Paint, rng: Random) -> None:
    tail = rng.uniform(0.1, 0.35)
    pen.line([(0.3, 0.88), (0.7, 0.9), (0.88, 0.65), (0.8, tail + 0.1), (0.92, tail - 0.1)], paint.edge, 0.17)
    pen.line([(0.3, 0.88), (0.7, 0.9), (0.88, 0.65), (0.8, tail + 0.1), (0.92, tail - 0.1)], paint.body, 0.14)
    pen.blob(
        [(-0.3, -0.25), (0.3, -0.25), (0.5, 0.4), (0.55, 0.9), (0.2, 1.0), (-0.2, 1.0), (-0.55, 0.9), (-0.5, 0.4)],
        paint.body,
        edged=True,
    )
    pen.oval((0, 0.25), 0.2, 0.4, paint.light)
    for side in (-1, 1):
        pen.oval((side * 0.17, 0.94), 0.15, 0.08, paint.light, edged=True)
        pen.line([(side * 0.02, 0.55), (side * 0.02, 0.9)], paint.edge, 0.02)
    _cat_face(pen, paint, (0, -0.4), rng.uniform(0.4, 0.46))


def _cat_walking(pen: Pen, paint: Paint, rng: Random) -> None:
    step = rng.uniform(0.04, 0.14)
    pen.line([(-0.6, 0.2), (-0.85, -0.1), (-0.9, -0.55), (-0.72, -0.78)], paint.edge, 0.15)
    pen.line([(-0.6, 0.2), (-0.85, -0.1), (-0.9, -0.55), (-0.72, -0.78)], paint.body, 0.12)
    for x, shift, tone in (
        (-0.4, -step, paint.deep),
        (0.3, step, paint.deep),
        (-0.52, step, paint.body),
        (0.2, -step, paint.body),
    ):
        pen.line([(x, 0.4), (x + shift, 0.94)], tone, 0.15)
    pen.blob(
        [(-0.72, 0.25), (-0.5, 0.02), (0.1, 0.05), (0.45, 0.0), (0.5, 0.35), (0.2, 0.55), (-0.5, 0.55)],
        paint.body,
        edged=True,
    )
    for x in (-0.4, -0.2, 0.0):
        pen.line([(x, 0.06), (x + 0.04, 0.25)], paint.deep, 0.06)
    _cat_face(pen, paint, (0.58, -0.1), rng.uniform(0.31, 0.36))


def dog(pen: Pen, paint: Paint, rng: Random) -> None:
    """A dog: hanging ears, a long muzzle, a collar."""
    if rng.random() < 0.6:
        _dog_standing(pen, paint, rng)
    else:
        _dog_face(pen, paint, rng)


def _dog_standing(pen: Pen, paint: Paint, rng: Random) -> None:
    leg = rng.uniform(0.13, 0.18)
    wag = rng.uniform(-0.5, -0.3)
    pen.line([(-0.6, 0.05), (-0.92, wag)], paint.edge, 0.13)
    pen.line([(-0.6, 0.05), (-0.92, wag)], paint.body, 0.1)
    for x, tone in ((-0.38, paint.deep), (0.36, paint.deep), (-0.56, paint.body), (0.18, paint.body)):
        pen.line([(x, 0.3), (x, 0.94)], tone, leg)
        pen.oval((x + 0.05, 0.95), leg * 0.75, 0.055, tone)
    pen.blob(
        [(-0.7, 0.1), (-0.45, -0.1), (0.2, -0.1), (0.5, -0.15), (0.5, 0.3), (0.2, 0.5), (-0.2, 0.42), (-0.6, 0.48)],
        paint.body,
        edged=True,
    )
    pen.polygon([(0.2, 0.1), (0.3, -0.5), (0.65, -0.4), (0.55, 0.2)], paint.body)
    pen.polygon([(0.24, -0.16), (0.63, -0.08), (0.61, 0.02), (0.23, -0.06)], paint.dark)
    pen.blob(
        [
            (0.24, -0.55),
            (0.4, -0.82),
            (0.66, -0.78),
            (0.76, -0.58),
            (1.02, -0.5),
            (1.04, -0.34),
            (0.72, -0.27),
            (0.4, -0.25),
        ],
        paint.body,
        edged=True,
    )
    pen.oval((1.01, -0.48), 0.07, 0.06, PUPIL)
    pen.line([(0.76, -0.36), (0.97, -0.35)], paint.edge, 0.022)
    pen.blob([(0.36, -0.8), (0.48, -0.62), (0.42, -0.24), (0.26, -0.16), (0.18, -0.42)], paint.deep, edged=True)
    _eye(pen, (0.68, -0.6), 0.055)


def _dog_face(pen: Pen, paint: Paint, rng: Random) -> None:
    ear = rng.uniform(0.3, 0.5)
    pen.blob([(-0.35, 0.45), (0.35, 0.45), (0.58, 1.0), (-0.58, 1.0)], paint.body, edged=True)
    pen.block((-0.42, 0.52, 0.42, 0.64), paint.dark, corner=0.05)
    pen.oval((0, -0.1), 0.6, 0.7, paint.body, edged=True)
    for side in (-1, 1):
        pen.blob(
            [
                (side * 0.38, -0.78),
                (side * 0.7, -0.72),
                (side * 0.92, -0.1),
                (side * 0.8, ear),
                (side * 0.58, ear - 0.1),
                (side * 0.52, -0.4),
            ],
            paint.deep,
            edged=True,
        )
        _eye(pen, (side * 0.25, -0.26), 0.1)
    pen.polygon([(0.02, 0.36), (0.2, 0.36), (0.17, 0.6), (0.06, 0.6)], TONGUE)
    pen.oval((0, 0.2), 0.36, 0.28, paint.light)
    pen.oval((0, 0.06), 0.14, 0.1, PUPIL)
    pen.line([(-0.2, 0.32), (0, 0.26), (0.2, 0.32)], paint.edge, 0.03)
    pen.line([(0, 0.14), (0, 0.27)], paint.edge, 0.03)
