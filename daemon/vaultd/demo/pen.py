"""A pen that draws in a thing's own units and remembers where it has been."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, cos, hypot, pi, sin

from PIL import Image, ImageDraw

Point = tuple[float, float]
Fill = tuple[int, int, int] | tuple[int, int, int, int]

SPLINE_STEPS = 6


@dataclass(frozen=True)
class Pose:
    """Where units land in the picture: pixel = origin + matrix * unit; x to the right, y down."""

    matrix: tuple[float, float, float, float]
    origin: Point

    @classmethod
    def turned(cls, scale: float, origin: Point, degrees: float = 0, stretch: float = 1, lean: float = 0) -> "Pose":
        """`scale` pixels per unit, turned; `stretch` widens x (negative mirrors), `lean` shears."""
        c, s = cos(degrees * pi / 180) * scale, sin(degrees * pi / 180) * scale
        return cls((c * stretch, c * lean - s, s * stretch, s * lean + c), origin)

    def apply(self, points: Iterable[Point]) -> list[Point]:
        a, b, c, d = self.matrix
        left, top = self.origin
        return [(left + a * x + b * y, top + c * x + d * y) for x, y in points]

    @property
    def scale(self) -> float:
        """Pixels per unit downwards."""
        return hypot(self.matrix[1], self.matrix[3])


class Pen:
    """Draws filled shapes and lines through a pose; `edge` outlines every shape that asks for it."""

    def __init__(self, image: Image.Image, pose: Pose, edge: Fill | None = None, edge_width: float = 0.0) -> None:
        self._draw = ImageDraw.Draw(image, "RGBA")
        self._pose = pose
        self._edge = edge
        self._edge_pixels = round(edge_width * pose.scale)
        self._reach: list[float] = [float("inf"), float("inf"), float("-inf"), float("-inf")]

    @property
    def reach(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of all that was drawn, in pixels; may lie outside the picture."""
        left, top, right, bottom = self._reach
        return left, top, right, bottom

    def polygon(self, points: Iterable[Point], fill: Fill, *, edged: bool = False) -> None:
        """A filled polygon with straight sides."""
        pixels = self._pose.apply(points)
        self._remember(pixels, 0)
        self._draw.polygon(pixels, fill=fill)
        if edged and self._edge is not None and self._edge_pixels:
            self._draw.line([*pixels, pixels[0]], fill=self._edge, width=self._edge_pixels)

    def blob(self, points: Sequence[Point], fill: Fill, *, edged: bool = False) -> None:
        """A filled closed curve through the points."""
        self.polygon(spline(points), fill, edged=edged)

    def oval(self, centre: Point, rx: float, ry: float, fill: Fill, *, degrees: float = 0, edged: bool = False) -> None:
        """A filled ellipse, turned by `degrees`."""
        self.polygon(ellipse(centre, rx, ry, degrees), fill, edged=edged)

    def block(
        self, box: tuple[float, float, float, float], fill: Fill, *, corner: float = 0, edged: bool = False
    ) -> None:
        """A filled rectangle (left, top, right, bottom) with round corners."""
        self.polygon(rounded(box, corner), fill, edged=edged)

    def line(self, points: Iterable[Point], fill: Fill, width: float) -> None:
        """A line through the points with round ends; `width` in units."""
        pixels = self._pose.apply(points)
        thick = max(1, ceil(width * self._pose.scale - 0.5))
        self._remember(pixels, thick / 2)
        self._draw.line(pixels, fill=fill, width=thick, joint="curve" if thick > 2 else None)
        if thick > 2:
            for x, y in (pixels[0], pixels[-1]):
                r = (thick - 1) / 2
                self._draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)

    def ring(self, centre: Point, radius: float, fill: Fill, width: float) -> None:
        """A circle's line."""
        points = ellipse(centre, radius, radius)
        self.line([*points, points[0]], fill, width)

    def _remember(self, pixels: list[Point], margin: float) -> None:
        reach = self._reach
        xs = [x for x, _ in pixels]
        ys = [y for _, y in pixels]
        reach[0] = min(reach[0], min(xs) - margin)
        reach[1] = min(reach[1], min(ys) - margin)
        reach[2] = max(reach[2], max(xs) + margin)
        reach[3] = max(reach[3], max(ys) + margin)


def ellipse(centre: Point, rx: float, ry: float, degrees: float = 0, start: float = 0, end: float = 360) -> list[Point]:
    """Points of an ellipse (or of its part from `start` to `end` degrees, clockwise from the right)."""
    steps = max(6, round(28 * abs(end - start) / 360))
    whole = abs(end - start) >= 360
    c, s = cos(degrees * pi / 180), sin(degrees * pi / 180)
    points = []
    for step in range(steps if whole else steps + 1):
        angle = (start + (end - start) * step / steps) * pi / 180
        x, y = rx * cos(angle), ry * sin(angle)
        points.append((centre[0] + x * c - y * s, centre[1] + x * s + y * c))
    return points


def rounded(box: tuple[float, float, float, float], corner: float) -> list[Point]:
    """Points of a rectangle with round corners."""
    left, top, right, bottom = box
    if corner <= 0:
        return [(left, top), (right, top), (right, bottom), (left, bottom)]
    r = min(corner, (right - left) / 2, (bottom - top) / 2)
    centres = ((right - r, bottom - r), (left + r, bottom - r), (left + r, top + r), (right - r, top + r))
    return [
        point
        for turn, centre in enumerate(centres)
        for point in ellipse(centre, r, r, start=90 * turn, end=90 * turn + 90)
    ]


def spline(points: Sequence[Point]) -> list[Point]:
    """A closed Catmull-Rom curve (tension one half) through the points."""
    count = len(points)
    curve = []
    for i in range(count):
        before, here, there, after = (points[(i + k) % count] for k in (-1, 0, 1, 2))
        for step in range(SPLINE_STEPS):
            t = step / SPLINE_STEPS
            weights = (
                (-t + 2 * t * t - t**3) / 2,
                (2 - 5 * t * t + 3 * t**3) / 2,
                (t + 4 * t * t - 3 * t**3) / 2,
                (t**3 - t * t) / 2,
            )
            four = (before, here, there, after)
            curve.append(
                (
                    sum(w * p[0] for w, p in zip(weights, four, strict=True)),
                    sum(w * p[1] for w, p in zip(weights, four, strict=True)),
                )
            )
    return curve
