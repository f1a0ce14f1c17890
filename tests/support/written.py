"""Pictures with text in them, drawn: pages, screens, signs in scenes; in the fonts that the machine has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random

from PIL import Image, ImageDraw, ImageFont

from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene
from vaultd.demo.scene import draw as draw_scene
from vaultd.demo.things import THINGS

FONTS = {
    "serif": "/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf",
    "bold": "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf",
    "mono": "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
    "narrow": "/usr/share/fonts/truetype/liberation/LiberationSansNarrow-Regular.ttf",
    "italic": "/usr/share/fonts/truetype/liberation/LiberationSerif-Italic.ttf",
    "chinese": "/usr/share/ghostscript/10.00.0/Resource/CIDFSubst/DroidSansFallback.ttf",
}
"""Besides Pillow's own, which is always there."""
WORDS = (
    "invoice", "total", "street", "harbour", "winter", "garden", "morning", "letter", "number", "window", "silver",
    "market", "station", "bridge", "coffee", "library", "summer", "museum", "platform", "ticket", "closed", "opening",
    "evening", "welcome", "exit", "danger", "private", "parking", "river",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A picture and the lines that stand in it."""

    kind: str
    picture: Image.Image
    lines: tuple[str, ...]


def font(size: int, name: str = "") -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """The font of a name, or Pillow's own where that is not on this machine."""
    path = FONTS.get(name, "")
    return ImageFont.truetype(path, size) if path and Path(path).is_file() else ImageFont.load_default(size)


def line(random: Random, words: int) -> str:
    return " ".join(random.choice(WORDS) for _ in range(words)).capitalize()


def page(random: Random) -> Written:
    """A page of a document, as a scanner sees it."""
    lines = tuple(line(random, 6) for _ in range(18))
    return Written("page", _lines((1240, 1754), lines, random.choice((24, 28, 34)), "white", "black", random), lines)


def screen(random: Random) -> Written:
    """A screen with small text, light on dark or dark on light."""
    lines = tuple(line(random, 7) for _ in range(24))
    paper, ink = random.choice((("#1e1e2e", "#d8dee9"), ("#f5f5f5", "#222222")))
    return Written("screen", _lines((1920, 1080), lines, random.choice((15, 17, 20)), paper, ink, random), lines)


def sign(random: Random) -> Written:
    """A board with two words in a scene."""
    return _board("sign", random, 54, turned=0)


def small_sign(random: Random) -> Written:
    """The same, far away: its letters are a fiftieth of the picture's height."""
    return _board("small sign", random, 22, turned=0)


def slanted(random: Random) -> Written:
    """The same, slightly turned."""
    return _board("slanted sign", random, 54, turned=random.choice((-9, 8)))


def shouted(random: Random) -> Written:
    """White letters with a black border across a scene, as jokes are passed on."""
    scene, lines = _scene(random, (1024, 768)), (line(random, 3).upper(), line(random, 3).upper())
    pen, letters = ImageDraw.Draw(scene), font(64, "bold")
    for text, y in zip(lines, (30, 660), strict=True):
        pen.text((512, y), text, "white", letters, anchor="ma", stroke_width=4, stroke_fill="black")
    return Written("shouted", scene, lines)


def receipt(random: Random) -> Written:
    """Long and narrow."""
    lines = tuple(f"{line(random, 2)} {random.randint(1, 99)}.{random.randint(10, 99)}" for _ in range(40))
    return Written("receipt", _lines((560, 2400), lines, 26, "#fdfdf8", "#333333", random, "mono"), lines)


KINDS: tuple[Callable[[Random], Written], ...] = (page, screen, sign, small_sign, slanted, shouted, receipt)


def _lines(
    size: tuple[int, int], lines: tuple[str, ...], height: int, paper: str, ink: str, random: Random, name: str = ""
) -> Image.Image:
    picture = Image.new("RGB", size, paper)
    pen, letters = ImageDraw.Draw(picture), font(height, name or random.choice(("", "serif", "mono", "italic")))
    step = min(2 * height, (size[1] - 80) // len(lines))
    for number, text in enumerate(lines):
        pen.text((40, 40 + number * step), text, ink, letters)
    return picture


def _board(kind: str, random: Random, height: int, turned: int) -> Written:
    scene, text = _scene(random, (1440, 1080)), line(random, 2)
    letters = font(height, random.choice(("", "bold", "narrow")))
    left, top, right, bottom = (int(edge) for edge in letters.getbbox(text))
    board = Image.new("RGBA", (right - left + height, bottom - top + height), "#f0ead6")
    ImageDraw.Draw(board).text((height // 2 - left, height // 2 - top), text, "#202030", letters)
    board = board.rotate(turned, Image.Resampling.BICUBIC, expand=True)
    place = (random.randint(20, 1420 - board.width), random.randint(20, 1060 - board.height))
    scene.paste(board, place, board)
    return Written(kind, scene, (text,))


def _scene(random: Random, size: tuple[int, int]) -> Image.Image:
    thing, colour = random.choice(list(THINGS)), random.choice(COLOURS)
    return draw_scene(Scene(thing, colour, "meadow", random.randint(0, 9999)), size).convert("RGB")
