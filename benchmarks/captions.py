#!/usr/bin/env python3
"""How well and how fast words are found for pictures: text that stands in them, and captions.

    python -m benchmarks.captions [--rounds N] [--captions] [--quick] [--json FILE]
    python -m benchmarks.captions --look [--rounds N]
    python -m benchmarks.captions --photographs FOLDER

Text: pictures with text drawn by tests/support/written (pages, screens, signs near, far and turned, jokes,
receipts), and pictures of the demo library, in which there is none. `passed` is the share of pictures that the look
at a small copy lets through, `read` the share of their words that come out right (whole words, whatever their
case), `invented` the share of pictures without text for which some was stored. Seconds are of processor time, on
one thread; the small look alone is what a picture without text costs, beside decoding.

`--look` looks at the small copies of such pictures only, which is quick enough for many of them.

Photographs (`--photographs`): every JPEG and WebP below a folder is looked at both ways, and what the reader finds
in the whole of it is taken for true. `passed in vain` is the share of those in which it reads nothing that the small
look lets through, `missed` the share of those in which it reads something that the small look keeps back.

Captions (`--captions`, extra `[caption]`): a model with random weights of the size of BLIP base describes pictures
in as many words as a caption may have, the longest that it can take. Its words mean nothing, so only seconds are
told.
Rows are `name value unit rival ratio`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from PIL import Image

from rows import Row, report
from support.captioners import full_blip
from support.written import KINDS, Written
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene, draw
from vaultd.demo.things import THINGS
from vaultd.models.encoder import opaque
from vaultd.worker import decoding
from vaultd.worker.telling.captioning import Captioner
from vaultd.worker.telling.recognising import LEAST, Recogniser, letters, pieces

SIZE = (1024, 768)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=10, help="pictures of each kind; five times as many without text")
    parser.add_argument("--captions", action="store_true")
    parser.add_argument("--look", action="store_true", help="only the look at a small copy")
    parser.add_argument("--photographs", type=Path, help="a folder of them, instead of what is drawn")
    parser.add_argument("--quick", action="store_true", help="two of each kind")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rounds = 2 if options.quick else options.rounds
    if options.photographs:
        rows = _photographs(options.photographs)
    else:
        rows = _looks(rounds) if options.look else _rows(rounds, options.captions)
    report(rows, options.json)
    return 0


def _rows(rounds: int, captions: bool) -> Iterator[Row]:
    reader, random = Recogniser(1), Random(11)
    for kind in KINDS:
        yield from _with_text(reader, [kind(random) for _ in range(rounds)])
    yield from _without(reader, [_scene(random) for _ in range(5 * rounds)])
    if captions:
        yield from _captions([_scene(random) for _ in range(rounds)])


def _looks(rounds: int) -> Iterator[Row]:
    reader, random = Recogniser(1), Random(12)
    for kind in KINDS:
        written = [kind(random) for _ in range(rounds)]
        yield Row(f"{written[0].kind}: passed", _passed(reader, (one.picture for one in written)) / rounds, "share")
    yield Row(
        "without text: passed", _passed(reader, (_scene(random) for _ in range(5 * rounds))) / 5 / rounds, "share"
    )


def _passed(reader: Recogniser, pictures: Iterable[Image.Image]) -> int:
    """How many the small look lets through."""
    arrays = (np.asarray(picture)[:, :, ::-1] for picture in pictures)
    return sum(any(reader.looks_written(piece) for piece in pieces(pixels)) for pixels in arrays)


def _with_text(reader: Recogniser, pictures: list[Written]) -> Iterator[Row]:
    passed = right = words = 0
    began = time.process_time()
    for one in pictures:
        told = reader.find(one.picture)
        passed += told.outcome != "unlike"
        wanted = [word.lower() for line in one.lines for word in line.split()]
        found = told.text.lower().split()
        right, words = right + sum(word in found for word in wanted), words + len(wanted)
    took = time.process_time() - began
    kind = pictures[0].kind
    yield Row(f"{kind}: passed", passed / len(pictures), "share")
    yield Row(f"{kind}: read", right / words, "share")
    yield Row(f"{kind}: seconds", took / len(pictures), "s/picture")


def _without(reader: Recogniser, pictures: list[Image.Image]) -> Iterator[Row]:
    blue_first = [np.asarray(picture)[:, :, ::-1] for picture in pictures]
    began = time.process_time()
    passed = [any(reader.looks_written(piece) for piece in pieces(pixels)) for pixels in blue_first]
    glanced = time.process_time()
    invented = [reader.find(picture).outcome == "told" for picture, yes in zip(pictures, passed, strict=True) if yes]
    yield Row("without text: passed", sum(passed) / len(pictures), "share")
    yield Row("without text: invented", sum(invented) / len(pictures), "share")
    yield Row("without text: seconds of the small look", (glanced - began) / len(pictures), "s/picture")


def _photographs(folder: Path) -> Iterator[Row]:
    reader = Recogniser(1)
    found = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in (".jpg", ".jpeg", ".webp")]
    seen = [_both_ways(reader, path) for path in found]
    empty = [passed for passed, written in seen if not written]
    full = [passed for passed, written in seen if written]
    yield Row("photographs", len(seen), "photographs")
    yield Row("photographs: hold text", len(full), "photographs")
    yield Row("photographs without text: passed in vain", sum(empty) / max(1, len(empty)), "share")
    yield Row("photographs with text: missed", full.count(False) / max(1, len(full)), "share")


def _both_ways(reader: Recogniser, path: Path) -> tuple[bool, bool]:
    """Whether the small look lets a picture through, and whether text is read in the whole of it."""
    with path.open("rb") as file, decoding.identify(file) as picture:
        pixels = np.asarray(opaque(decoding.load(picture, reader.side)))[:, :, ::-1]
    parts = list(pieces(pixels))
    written = letters(line for part in parts for line in reader.lines(part)) >= LEAST
    return any(reader.looks_written(part) for part in parts), written


def _captions(pictures: list[Image.Image]) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        captioner = Captioner(full_blip(Path(folder)), 1)
        began = time.process_time()
        for picture in pictures:
            captioner.find(picture)
    yield Row("a caption by BLIP base: seconds", (time.process_time() - began) / len(pictures), "s/picture")


def _scene(random: Random) -> Image.Image:
    thing, colour = random.choice(list(THINGS)), random.choice(COLOURS)
    return draw(Scene(thing, colour, "meadow", random.randint(0, 9999)), SIZE).convert("RGB")


if __name__ == "__main__":
    sys.exit(main())
