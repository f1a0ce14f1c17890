"""One picture: a thing in a colour on a ground, drawn from a seed."""

from dataclasses import dataclass
from random import Random

from PIL import Image, ImageEnhance

from vaultd.demo.grounds import GROUNDS, Canvas
from vaultd.demo.palette import Paint, Rgb, distance, luminance, mix, paint, shade
from vaultd.demo.pen import Pen, Pose, ellipse
from vaultd.demo.things import AFLOAT, THINGS

Box = tuple[int, int, int, int]

SUPERSAMPLING = 2
#: Nearer than this in RGB, thing and ground are pushed apart.
CLEAR_DISTANCE = 95.0
VEIL = 0.62
#: How much of what lies beyond the middle square a thing may use, each way.
OFF_SQUARE = 0.06


@dataclass(frozen=True)
class Scene:
    """What a picture shows. Names are keys of `THINGS`, `COLOURS` and `GROUNDS`."""

    thing: str
    colour: str
    ground: str
    seed: int


@dataclass(frozen=True)
class Rendered:
    """A picture and where the thing is in it: left, top, right, bottom in pixels, right and bottom exclusive."""

    image: Image.Image
    box: Box


@dataclass(frozen=True)
class _Placing:
    pose: Pose
    foot: tuple[float, float]
    half: float


def draw(scene: Scene, size: tuple[int, int]) -> Image.Image:
    """The picture of a scene, RGB, `size` = (width, height) in pixels; the same for the same arguments."""
    return render(scene, size).image


def render(scene: Scene, size: tuple[int, int]) -> Rendered:
    """The picture of a scene, and where its thing is.

    Raises KeyError when the scene names an unknown thing, colour or ground.
    """
    rng = Random(f"{scene.thing} {scene.colour} {scene.ground} {scene.seed}")
    large = (size[0] * SUPERSAMPLING, size[1] * SUPERSAMPLING)
    image = Image.new("RGB", large)
    GROUNDS[scene.ground](Canvas(image, rng))
    colours = paint(shade(scene.colour, rng), rng)
    placing = _place(scene.thing, large, rng)
    image = _set_apart(image, placing, colours.body)
    if scene.thing not in AFLOAT:
        _shadow(image, placing, rng)
    reach = _draw_thing(scene.thing, image, placing, colours, rng)
    return Rendered(_expose(image.reduce(SUPERSAMPLING), rng), _box(reach, size))


def _place(thing: str, size: tuple[int, int], rng: Random) -> _Placing:
    """Where the thing goes: near enough to the middle that a square cut out of the middle shows it."""
    width, height = size
    side = min(size)
    half = side * rng.uniform(0.27, 0.43)
    across = max(0.0, side / 2 - half * 1.1) + (width - side) * OFF_SQUARE
    x = width / 2 + rng.uniform(-1, 1) * across
    lowest = (height + side) / 2 - half * 1.08 + (height - side) * OFF_SQUARE
    if thing in AFLOAT:
        y = rng.uniform(height - lowest, lowest)
        tilt = rng.uniform(-18, 18)
    else:
        y = rng.uniform(max(height - lowest, lowest - side * 0.16), lowest)
        tilt = rng.uniform(-5, 5)
    stretch = rng.uniform(0.9, 1.1) * rng.choice((-1, 1))
    pose = Pose.turned(half, (x, y), tilt, stretch, rng.uniform(-0.06, 0.06))
    return _Placing(pose, (x, y + half), half)


def _set_apart(image: Image.Image, placing: _Placing, body: Rgb) -> Image.Image:
    """The ground, made brighter or darker where it would swallow the thing."""
    x, y = placing.pose.origin
    half = placing.half
    around = (
        max(0.0, x - half),
        max(0.0, y - half),
        min(float(image.width), x + half),
        min(float(image.height), y + half),
    )
    behind = image.resize((1, 1), Image.Resampling.BOX, around, reducing_gap=1.0).getpixel((0, 0))
    assert isinstance(behind, tuple)
    red, green, blue = behind
    if distance((int(red), int(green), int(blue)), body) >= CLEAR_DISTANCE:
        return image
    veil: Rgb = (236, 238, 240) if luminance(body) < 128 else (36, 40, 48)
    return Image.blend(image, Image.new("RGB", image.size, veil), VEIL)


def _shadow(image: Image.Image, placing: _Placing, rng: Random) -> None:
    pen = Pen(image, Pose.turned(placing.half, placing.foot))
    shift = rng.uniform(-0.25, 0.25)
    for spread in (1.0, 0.8):
        pen.polygon(ellipse((shift, 0.0), 0.95 * spread, 0.13 * spread), (10, 10, 16, 50))


def _draw_thing(
    thing: str, image: Image.Image, placing: _Placing, colours: Paint, rng: Random
) -> tuple[float, float, float, float]:
    width = rng.choice((0.0, 0.015, 0.025, 0.04))
    edge = mix(colours.edge, (0, 0, 0), rng.uniform(0, 0.4)) if luminance(colours.body) > 50 else colours.edge
    pen = Pen(image, placing.pose, edge, width)
    THINGS[thing](pen, colours, rng)
    return pen.reach


def _expose(image: Image.Image, rng: Random) -> Image.Image:
    """A camera's small unevenness: exposure and a little grain."""
    image = ImageEnhance.Brightness(image).enhance(rng.uniform(0.92, 1.05))
    cells = 48
    noise = Image.frombytes("L", (cells, cells), rng.randbytes(cells * cells))
    grain = noise.resize(image.size, Image.Resampling.BILINEAR).convert("RGB")
    return Image.blend(image, grain, rng.uniform(0.0, 0.04))


def _box(reach: tuple[float, float, float, float], size: tuple[int, int]) -> Box:
    left, top, right, bottom = (edge / SUPERSAMPLING for edge in reach)
    return (
        max(0, int(left)),
        max(0, int(top)),
        min(size[0], int(right) + 1),
        min(size[1], int(bottom) + 1),
    )
