#!/usr/bin/env python3
"""How many edited copies of a photograph stand behind it, and how many different photographs do.

    python -m benchmarks.copies DATA [--photos N] [--chosen] [--json FILE]

DATA is the material folder of training/README.md. Its held-out photographs are looked at; with `--chosen` the others,
on which the thresholds of vaultd/duplicates/same.py were chosen. Pictures whose hashes say nothing are counted as not
found. What is taken together among different photographs is counted, not judged: the material holds copies too. Pages
and screens of text are drawn, and none of them is a copy. Rows are `name value unit rival ratio`.
"""

from __future__ import annotations

import argparse
import io
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from rows import Row, report
from training.photos import read_held_out, read_index
from vaultd.catalog.looks import Details
from vaultd.domain.looks import CELLS, Looks
from vaultd.duplicates import similar
from vaultd.duplicates.same import LEAST_CONTRAST, MOST_BITS, same
from vaultd.duplicates.stars import led
from vaultd.index.vector import Vectors
from vaultd.models.bundled import open_pack
from vaultd.models.encoder import preprocess
from vaultd.models.engines import open_encoders
from vaultd.worker.looks import look

PAGES = 120
WORDS = ("the", "of", "and", "to", "in", "was", "that", "for", "quarterly", "as", "with", "between", "by", "on", "not")
Edit = Callable[[Image.Image], Image.Image]
Seen = tuple[Looks, float]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--photos", type=int, default=400, help="how many are edited")
    parser.add_argument("--chosen", action="store_true", help="the photographs that thresholds were chosen on")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    away = read_held_out()
    names = sorted(photo.file for photo in read_index(options.data) if (photo.file in away) != options.chosen)
    random.Random(5).shuffle(names)
    pictures = (opened(options.data, name) for name in names)
    rows = [*of_edits(options.data, names[: options.photos]), *of_others(pictures), *of_pages()]
    report([*rows, *of_bursts(options.data, names, options.photos)], options.json)
    return 0


def jpeg(quality: int) -> Edit:
    def edit(picture: Image.Image) -> Image.Image:
        buffer = io.BytesIO()
        picture.save(buffer, "JPEG", quality=quality)
        return Image.open(buffer).convert("RGB")

    return edit


def scaled(factor: float) -> Edit:
    return lambda picture: picture.resize((round(picture.width * factor), round(picture.height * factor)))


def cropped(share: float) -> Edit:
    def edit(picture: Image.Image) -> Image.Image:
        across, down = picture.width * share / 2, picture.height * share / 2
        return picture.crop((round(across), round(down), round(picture.width - across), round(picture.height - down)))

    return edit


def lettered(picture: Image.Image) -> Image.Image:
    marked = picture.copy()
    place = (picture.width // 2, picture.height * 17 // 20)
    ImageDraw.Draw(marked).text(place, "(c) Photographer 2024", fill="white", font_size=max(10, picture.height // 12))
    return marked


EDITS: dict[str, Edit] = {
    "half the size": scaled(0.5),
    "half as large again": scaled(1.5),
    "JPEG 95": jpeg(95),
    "JPEG 50": jpeg(50),
    "JPEG 30": jpeg(30),
    "2 % cropped": cropped(0.02),
    "5 % cropped": cropped(0.05),
    "10 % cropped": cropped(0.1),
    "a fifth lighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.2),
    "a fifth darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.8),
    "30 % more contrast": lambda picture: ImageEnhance.Contrast(picture).enhance(1.3),
    "40 % more colour": lambda picture: ImageEnhance.Color(picture).enhance(1.4),
    "in grey": lambda picture: picture.convert("L").convert("RGB"),
    "lettered": lettered,
}


def of_edits(data: Path, names: list[str]) -> Iterator[Row]:
    """The share of the photographs whose edited copy stands behind them."""
    found = dict.fromkeys(EDITS, 0)
    for name in names:
        picture = opened(data, name)
        original = seen(picture)
        for edit, change in EDITS.items():
            found[edit] += len(behind([original, seen(change(picture))]))
    for edit, number in found.items():
        yield Row(f"copies, {edit}", number / len(names), f"of {len(names)} photographs stand behind the original")


def of_others(pictures: Iterator[Image.Image]) -> Iterator[Row]:
    """Different photographs, at most 10,000, and how long it takes to group them."""
    looked = [seen(picture) for picture, _ in zip(pictures, range(10_000), strict=False)]
    began = time.perf_counter()
    number = len(behind(looked))
    yield Row(
        f"grouping {len(looked)} pictures", 1000 * (time.perf_counter() - began), "ms, without reading the catalog"
    )
    yield Row("photographs behind others", number, f"of {len(looked)}, copies included")


def of_bursts(data: Path, names: list[str], count: int) -> Iterator[Row]:
    """How many shots of a burst the bundled model finds alike, and how many photographs are like another one.

    A shot is the photograph as it would be taken a moment later: seen through a frame smaller by 2 to 8 %, turned by up
    to 2 degrees, a little lighter or darker, and less sharp.
    """
    rng, model = random.Random(7), Model()
    photos = [opened(data, name) for name in names[: 5 * count]]
    vectors = np.stack([model.vector(photo) for photo in photos])
    shots = np.stack([model.vector(shot(photo, rng)) for photo in photos[:count]])
    found = ((vectors[:count] * shots).sum(axis=1) >= model.cut).sum()
    yield Row("shots of a burst that are alike", 100 * float(found) / count, f"% of {count}, from {model.cut:.3f} on")
    behind = int((similar.led(vectors, model.cut) != np.arange(len(vectors))).sum())
    yield Row("photographs like another", 10_000 * behind / len(vectors), f"per 10,000, of {len(vectors)}")


class Model:
    """The bundled model's eye."""

    def __init__(self) -> None:
        self._pack = open_pack()
        self._encoder = open_encoders(self._pack, "onnx").image
        self.cut = similar.cut_of(self._pack.background)

    def vector(self, picture: Image.Image) -> Vectors:
        """Its vector [dimension] of a picture."""
        vector: Vectors = self._encoder.embed(preprocess(picture, self._pack.manifest)[None])[0]
        return vector


def shot(picture: Image.Image, rng: random.Random) -> Image.Image:
    wide, high, share = picture.width, picture.height, rng.uniform(0.92, 0.98)
    left, top = rng.uniform(0, 1 - share) * wide, rng.uniform(0, 1 - share) * high
    turned = picture.rotate(rng.uniform(-2, 2), Image.Resampling.BICUBIC)
    seen = turned.crop((round(left), round(top), round(left + share * wide), round(top + share * high)))
    lit = ImageEnhance.Brightness(seen).enhance(rng.uniform(0.92, 1.08))
    return lit.filter(ImageFilter.GaussianBlur(rng.uniform(0, wide / 800)))


def of_pages() -> Iterator[Row]:
    """Pages and screens of text, which have much in common at a distance."""
    rng = random.Random(3)
    for kind, drawn in (("pages", page), ("screens", screen)):
        number = len(behind([seen(drawn(rng)) for _ in range(PAGES)]))
        yield Row(f"{kind} of text behind others", number, f"of {PAGES}, all different")


def page(rng: random.Random) -> Image.Image:
    """A page of words, its paragraphs of different length."""
    paper = Image.new("RGB", (620, 877), "white")
    pen = ImageDraw.Draw(paper)
    for place in range(60, rng.randint(400, 820), 18):
        words = " ".join(rng.choices(WORDS, k=rng.choice((3, 8, 14, 16, 16, 16))))
        pen.text((60, place), words, fill="black", font_size=14)
    return paper


def screen(rng: random.Random) -> Image.Image:
    """A window with a bar, a list at its side and lines of text."""
    window = Image.new("RGB", (800, 500), "white")
    pen = ImageDraw.Draw(window)
    pen.rectangle((0, 0, 800, 40), fill=(60, 60, 70))
    pen.rectangle((0, 40, 160, 500), fill=(240, 240, 240))
    for place in range(60, 460, 20):
        pen.text((190, place), " ".join(rng.choices(WORDS, k=rng.randint(3, 14))), fill="black", font_size=14)
        pen.text((12, place), " ".join(rng.choices(WORDS, k=2)), fill="black", font_size=12)
    return window


def seen(picture: Image.Image) -> Seen:
    """Looks, and width by height."""
    return look(picture), picture.width / picture.height


def behind(pictures: list[Seen]) -> list[int]:
    """The places of those that stand behind an earlier one."""
    telling = [(looks, shape) for looks, shape in pictures if looks.contrast >= LEAST_CONTRAST]
    words = np.array([(looks.phash, looks.dhash) for looks, _ in telling], np.int64).reshape(-1, 2).view(np.uint64)
    tint = np.frombuffer(b"".join(looks.tint for looks, _ in telling), np.int8).reshape(-1, 2 * CELLS * CELLS)
    contrast, shape = np.array([(looks.contrast, shape) for looks, shape in telling]).reshape(-1, 2).T
    details = Details(contrast, np.log(shape), tint, np.zeros(len(tint), np.bool_))
    leaders = led(words, MOST_BITS, lambda first, second, apart: same(details, first, second, apart))
    return np.flatnonzero(leaders != np.arange(len(leaders))).tolist()


def opened(data: Path, name: str) -> Image.Image:
    with Image.open(data / "images" / name) as picture:
        return picture.convert("RGB")


if __name__ == "__main__":
    sys.exit(main())
