"""Things that carry people."""

from math import cos, pi, sin
from random import Random

from vaultd.demo.palette import Paint, mix
from vaultd.demo.pen import Pen, Point


def car(pen: Pen, paint: Paint, rng: Random) -> None:
    """A car from its side: saloon, hatchback or estate."""
    rear, rear_top, front_top, front = rng.choice(
        [(-0.68, -0.4, 0.2, 0.55), (-0.93, -0.72, 0.18, 0.52), (-0.95, -0.88, 0.22, 0.56)]
    )
    roof = rng.uniform(-0.14, 0.02)
    belt = rng.uniform(0.32, 0.38)
    wheel = rng.uniform(0.19, 0.23)
    pen.polygon(
        [(rear, belt + 0.08), (rear_top, roof), (front_top, roof), (front, belt + 0.08)], paint.body, edged=True
    )
    hull: list[Point] = [
        (-0.97, belt + 0.04),
        (0.5, belt),
        (0.88, belt + 0.1),
        (0.98, belt + 0.2),
        (1.0, 0.76),
        (0.95, 0.82),
        (-0.95, 0.82),
        (-1.0, 0.72),
    ]
    pen.polygon(hull, paint.body, edged=True)
    pen.polygon([(-0.99, 0.68), (1.0, 0.68), (0.95, 0.82), (-0.95, 0.82)], paint.deep)
    pen.line([(-0.94, belt + 0.12), (0.84, belt + 0.16)], paint.light, 0.03)
    _car_windows(pen, paint, (rear, rear_top, front_top, front), roof, belt)
    pen.line([(-0.12, belt + 0.06), (-0.12, 0.7)], paint.edge, 0.015)
    pen.line([(-0.3, belt + 0.13), (-0.2, belt + 0.13)], paint.dark, 0.03)
    pen.oval((0.93, belt + 0.22), 0.05, 0.06, paint.pale)
    pen.block((-1.0, belt + 0.12, -0.95, belt + 0.24), paint.dark)
    for x in (-0.57, 0.57):
        pen.oval((x, 1 - wheel), wheel + 0.05, wheel + 0.05, mix(paint.deep, (0, 0, 0), 0.5))
        _wheel(pen, paint, (x, 1 - wheel), wheel)


def _car_windows(pen: Pen, paint: Paint, cabin: tuple[float, float, float, float], roof: float, belt: float) -> None:
    rear, rear_top, front_top, front = cabin
    top = roof + 0.06
    middle = -0.12
    pen.polygon([(rear + 0.09, belt), (rear_top + 0.05, top), (middle - 0.03, top), (middle - 0.03, belt)], paint.glass)
    pen.polygon(
        [(middle + 0.03, belt), (middle + 0.03, top), (front_top - 0.03, top), (front - 0.09, belt)], paint.glass
    )


def _wheel(pen: Pen, paint: Paint, hub: Point, radius: float) -> None:
    pen.oval(hub, radius, radius, (24, 24, 27))
    pen.oval(hub, radius * 0.58, radius * 0.58, (176, 180, 186))
    pen.oval(hub, radius * 0.2, radius * 0.2, (70, 72, 78))


def boat(pen: Pen, paint: Paint, rng: Random) -> None:
    """A sailing boat, or a motor boat with a cabin."""
    top = rng.uniform(0.42, 0.52)
    if rng.random() < 0.65:
        _sails(pen, paint, rng, top)
    else:
        _cabin(pen, paint, rng, top)
    bow = rng.uniform(0.0, 0.08)
    pen.polygon([(-0.92, top), (1.0, top - bow), (0.66, 1.0), (-0.66, 1.0)], paint.body, edged=True)
    pen.polygon([(-0.92, top), (1.0, top - bow), (0.94, top + 0.1), (-0.88, top + 0.1)], paint.light)
    pen.polygon([(-0.74, 0.86), (0.76, 0.86), (0.66, 1.0), (-0.66, 1.0)], paint.deep)


def _sails(pen: Pen, paint: Paint, rng: Random, deck: float) -> None:
    mast = rng.uniform(-0.1, 0.1)
    foot = deck - 0.12
    sail, jib = (paint.body, paint.light) if rng.random() < 0.6 else (paint.pale, paint.pale)
    pen.polygon([(mast - 0.04, -0.95), (mast - 0.04, foot), (mast - 0.8, foot)], sail, edged=True)
    pen.polygon([(mast + 0.05, -0.8), (mast + 0.05, foot), (mast + 0.7, foot)], jib, edged=True)
    pen.line([(mast, -1.0), (mast, deck)], (92, 74, 58), 0.05)


def _cabin(pen: Pen, paint: Paint, rng: Random, deck: float) -> None:
    left, right = -0.55, rng.uniform(0.15, 0.35)
    roof = rng.uniform(-0.1, 0.02)
    pen.block((left, roof, right, deck + 0.05), paint.pale, corner=0.06, edged=True)
    for number in range(3):
        x = left + (right - left) * (number + 0.5) / 3
        pen.oval((x, (roof + deck) / 2), 0.08, 0.08, paint.dark)
    pen.block((left - 0.06, roof - 0.09, right + 0.06, roof), paint.body, corner=0.04)
    pen.block((-0.4, roof - 0.5, -0.16, roof - 0.09), paint.body, edged=True)
    pen.block((-0.4, roof - 0.42, -0.16, roof - 0.32), paint.dark)


def bicycle(pen: Pen, paint: Paint, rng: Random) -> None:
    """A bicycle from its side: the frame carries the colour."""
    radius = rng.uniform(0.4, 0.45)
    rear, front = (-0.56, 1 - radius), (0.56, 1 - radius)
    thick = rng.uniform(0.08, 0.11)
    crank, seat, head = (-0.1, 1 - radius + 0.04), (-0.26, 0.02), (0.36, -0.02)
    for hub in (rear, front):
        pen.ring(hub, radius - 0.04, (150, 152, 158), 0.03)
        pen.ring(hub, radius, paint.dark, 0.065)
        for spoke in range(8):
            angle = spoke * pi / 4
            rim = (hub[0] + radius * cos(angle), hub[1] + radius * sin(angle))
            pen.line([hub, rim], (150, 152, 158), 0.012)
    for tube in ([rear, crank, head, seat, rear], [crank, seat], [head, front]):
        pen.line(tube, paint.body, thick)
    pen.line([(0.36, -0.02), (0.31, -0.2)], paint.body, thick)
    pen.line([(0.12, -0.26), (0.31, -0.2), (0.44, -0.26), (0.42, -0.13)], paint.dark, 0.05)
    pen.line([seat, (-0.31, -0.14)], (150, 152, 158), 0.05)
    pen.blob([(-0.5, -0.16), (-0.3, -0.21), (-0.1, -0.17), (-0.28, -0.11)], paint.dark)
    pen.oval(crank, 0.1, 0.1, paint.dark)
    pen.line([(-0.2, 0.84), crank, (0.0, 0.44)], (110, 112, 118), 0.035)


def airplane(pen: Pen, paint: Paint, rng: Random) -> None:
    """A passenger aeroplane from its side, or from above."""
    if rng.random() < 0.6:
        _airplane_side(pen, paint, rng)
    else:
        _airplane_above(pen, paint, rng)


def _airplane_side(pen: Pen, paint: Paint, rng: Random) -> None:
    pen.polygon([(-0.1, -0.05), (-0.35, -0.42), (-0.2, -0.42), (0.22, -0.05)], paint.deep, edged=True)
    pen.polygon([(-0.92, -0.02), (-1.0, -0.6), (-0.8, -0.6), (-0.5, -0.04)], paint.body, edged=True)
    body = [
        (-0.98, -0.08),
        (-0.5, -0.17),
        (0.55, -0.17),
        (0.86, -0.1),
        (1.0, 0.06),
        (0.8, 0.17),
        (0.2, 0.2),
        (-0.5, 0.14),
    ]
    pen.blob(body, paint.body, edged=True)
    pen.polygon([(-0.95, 0.03), (-0.72, 0.03), (-0.95, 0.14), (-1.06, 0.14)], paint.deep)
    for number in range(rng.randint(6, 9)):
        pen.oval((-0.5 + 0.14 * number, -0.03), 0.035, 0.045, paint.pale if sum(paint.body) < 640 else paint.dark)
    pen.polygon([(0.7, -0.1), (0.83, -0.08), (0.9, 0.0), (0.72, 0.0)], paint.glass)
    pen.polygon([(0.22, 0.08), (-0.12, 0.1), (-0.55, 0.62), (-0.35, 0.62)], paint.light, edged=True)
    pen.block((-0.2, 0.3, 0.08, 0.42), paint.pale, corner=0.06)


def _airplane_above(pen: Pen, paint: Paint, rng: Random) -> None:
    span = rng.uniform(0.85, 1.0)
    for side in (-1.0, 1.0):
        pen.polygon(
            [(0.06 * side, -0.25), (span * side, 0.3), (span * side, 0.44), (0.06 * side, 0.2)], paint.body, edged=True
        )
        pen.polygon(
            [(0.04 * side, 0.62), (0.4 * side, 0.86), (0.4 * side, 0.95), (0.04 * side, 0.86)], paint.deep, edged=True
        )
        pen.block((0.45 * side - 0.06, -0.06, 0.45 * side + 0.06, 0.2), paint.pale, corner=0.05)
    pen.blob(
        [(0, -1.0), (0.13, -0.7), (0.13, 0.3), (0.05, 0.95), (-0.05, 0.95), (-0.13, 0.3), (-0.13, -0.7)],
        paint.light,
        edged=True,
    )
    pen.polygon([(-0.08, -0.78), (0.08, -0.78), (0.1, -0.68), (-0.1, -0.68)], paint.dark)
