#!/usr/bin/env python3
"""How well `color:` finds what is of a colour, and what the looks of a picture cost.

    python -m benchmarks.colours DATA [--json FILE]

DATA is the material folder of training/README.md. The photographs of training/photo_colours.csv say which colours a
person would call the thing that they show, not what is around it: a brown dog on a lawn counts against `color:green`,
so precision is a lower bound. The cut and the borders between names were chosen on one half of them; the rows are of
the other half. On drawn pictures, with judging seeds, the colour of the thing is known, and so is not that of its
ground. The rivals are shares of the middle by ranges of hue, saturation and value (training/colours.py, which needs
OpenCV), at the cut that is best for them on the first half.
Rows are `name value unit rival ratio`.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from rows import Row, report
from training import evaluate
from training.halves import judges
from training.photo_colours import read_list
from training.photos import read_index
from vaultd.catalog.looks import SHOWN_PERCENT
from vaultd.demo.scene import draw
from vaultd.domain.looks import COLOURS
from vaultd.worker.looks import look

DRAWN_SIZE = (320, 240)
CUTS = range(3, 60)
Shares = NDArray[np.float64]
Truth = NDArray[np.bool_]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    report([*of_photographs(options.data), *of_drawings(), *speeds(options.data)], options.json)
    return 0


def of_photographs(data: Path) -> Iterator[Row]:
    """Precision and recall of each colour on the half that judges."""
    seen = read_list()
    photos = [photo for photo in read_index(data) if photo.file in seen]
    truth = np.array([[colour in seen[photo.file].colours for colour in COLOURS] for photo in photos])
    mine = np.array([judges(photo) for photo in photos])
    pictures = [opened(data, photo.file) for photo in photos]
    ours, plain = shares(pictures, by_looks), shares(pictures, by_ranges)
    rival = f1(plain[mine] >= best_cut(plain[~mine], truth[~mine]), truth[mine])
    yield from rows("photographs", ours[mine] >= SHOWN_PERCENT, truth[mine], rival)


def of_drawings() -> Iterator[Row]:
    """The same on drawn pictures, where the colour of the thing is known."""
    scenes = evaluate.judging_scenes(1)
    truth = np.array([[scene.colour == colour for colour in COLOURS] for scene in scenes])
    pictures = [draw(scene, DRAWN_SIZE) for scene in scenes]
    ours, plain = shares(pictures, by_looks), shares(pictures, by_ranges)
    half = np.arange(len(scenes)) % 2 == 0
    rival = f1(plain[half] >= best_cut(plain[~half], truth[~half]), truth[half])
    yield from rows("drawn", ours[half] >= SHOWN_PERCENT, truth[half], rival)


def rows(kind: str, found: Truth, truth: Truth, rival: Shares) -> Iterator[Row]:
    """A row of each colour, and means."""
    right, scores = (found & truth).sum(axis=0), f1(found, truth)
    precision, recall = right / np.maximum(found.sum(axis=0), 1), right / np.maximum(truth.sum(axis=0), 1)
    for at, colour in enumerate(COLOURS):
        of = (
            f"F1, precision {precision[at]:.2f}, recall {recall[at]:.2f}, {truth[:, at].sum()} of {len(truth)} pictures"
        )
        yield Row(f"color:{colour}, {kind}", scores[at], of, f"HSV ranges {rival[at]:.2f}", scores[at] / rival[at])
    of = f"F1, precision {precision.mean():.2f}, recall {recall.mean():.2f}, mean of the colours"
    yield Row(f"color:, {kind}", scores.mean(), of, f"HSV ranges {rival.mean():.2f}", scores.mean() / rival.mean())


def f1(found: Truth, truth: Truth) -> Shares:
    """Of each colour."""
    both: Shares = found.sum(axis=0) + truth.sum(axis=0)
    shared: Shares = 2 * (found & truth).sum(axis=0) / np.maximum(both, 1)
    return shared


def best_cut(percent: Shares, truth: Truth) -> int:
    """The share from which on a picture is of a colour, such that the mean F1 is best."""
    return max(CUTS, key=lambda cut: float(f1(percent >= cut, truth).mean()))


def shares(pictures: list[Image.Image], by: Callable[[Image.Image], list[float]]) -> Shares:
    """Percent [pictures, colours]."""
    return np.array([by(picture) for picture in pictures], np.float64)


def by_looks(picture: Image.Image) -> list[float]:
    found = look(picture).colours
    return [found.get(colour, 0) for colour in COLOURS]


def by_ranges(picture: Image.Image) -> list[float]:
    from training import colours  # OpenCV is no dependency of the rest
    from vaultd.demo import palette

    pixels = np.asarray(picture.resize((128, 128), Image.Resampling.BOX))[None]
    names = list(palette.COLOURS)
    found = 100 * colours.shares(pixels)[0]
    return [float(found[names.index(colour)]) for colour in COLOURS]


def speeds(data: Path) -> Iterator[Row]:
    """Processor time of the looks of a picture as large as the workers decode it for the bundled model."""
    picture = opened(data, next(iter(read_list()))).resize((644, 483))
    yield Row("looks", spent_ms(lambda: look(picture)), "ms a picture, processor time")


def spent_ms(work: Callable[[], object], times: int = 200) -> float:
    """The median of so many times, after one that fills the tables."""
    work()
    found = []
    for _ in range(times):
        began = time.thread_time()
        work()
        found.append(time.thread_time() - began)
    return 1000 * float(np.median(found))


def opened(data: Path, name: str) -> Image.Image:
    with Image.open(data / "images" / name) as picture:
        return picture.convert("RGB")


if __name__ == "__main__":
    sys.exit(main())
