"""The pictures and texts that a model is tried with."""

from __future__ import annotations

import os
import random
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from vaultd.demo.grounds import GROUNDS
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene, draw
from vaultd.demo.things import THINGS
from vaultd.models.encoder import preprocess
from vaultd.models.manifest import Manifest

PARITY = 32
"""Pictures, and texts, on which each tower must answer as in torch."""
RANKED = 128
"""Pictures that are ranked to find out whether int8 agrees."""
BACKGROUND = 512
"""Pictures of the background sample."""
_SUFFIXES = frozenset((".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".bmp", ".gif", ".avif"))
_LOOKED_AT = 200_000
_SIDE = 512


@dataclass(frozen=True)
class Sample:
    """Pictures by their files, or drawn ones where there are no files. Each is decoded when it is asked for."""

    files: tuple[Path, ...]

    @property
    def photographs(self) -> bool:
        """Whether they are somebody's pictures and not drawn ones."""
        return bool(self.files)

    def pictures(self) -> Iterator[Image.Image]:
        """The pictures in RGB, upright and small; a file that cannot be read is passed over."""
        if not self.files:
            yield from (_drawn(number) for number in range(BACKGROUND))
            return
        for path in self.files:
            picture = _read(path)
            if picture is not None:
                yield picture

    def batches(self, manifest: Manifest, size: int = 8) -> Iterator[NDArray[np.float32]]:
        """At most BACKGROUND pictures as the model reads them, float32 [at most size, 3, height, width]."""
        batch: list[NDArray[np.float32]] = []
        for picture, _ in zip(self.pictures(), range(BACKGROUND), strict=False):
            batch.append(preprocess(picture, manifest))
            if len(batch) == size:
                yield np.stack(batch)
                batch = []
        if batch:
            yield np.stack(batch)


def sample_of(folders: Sequence[Path]) -> Sample:
    """A sample of the pictures below these folders, the same each time; of drawn pictures where there are too few."""
    found: list[Path] = []
    for folder in folders:
        for place, below, names in os.walk(folder):
            below[:] = sorted(name for name in below if not name.startswith("."))
            found += [Path(place, name) for name in sorted(names) if Path(name).suffix.lower() in _SUFFIXES]
            if len(found) >= _LOOKED_AT:
                break
    random.Random(0).shuffle(found)
    # Some of them may not be readable.
    return Sample(tuple(found[: 2 * BACKGROUND])) if len(found) >= 2 * PARITY else Sample(())


def _read(path: Path) -> Image.Image | None:
    """A picture in RGB, upright, its sides at most 2 * _SIDE; None where it cannot be read, or can be seen through."""
    try:
        with warnings.catch_warnings(), Image.open(path) as opened:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            opened.draft("RGB", (2 * _SIDE, 2 * _SIDE))
            upright = ImageOps.exif_transpose(opened)
            upright.thumbnail((2 * _SIDE, 2 * _SIDE))
            return None if upright.has_transparency_data else upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        # Nobody waits for this one: others stand in for it.
        return None


def _drawn(number: int) -> Image.Image:
    """One of many drawn pictures, no two of which show the same."""
    things, colours, grounds = list(THINGS), list(COLOURS), list(GROUNDS)
    scene = Scene(
        things[number % len(things)],
        colours[number // 2 % len(colours)],
        grounds[number // 3 % len(grounds)],
        number,
    )
    return draw(scene, (320, 240))


TEXTS = (
    "a dog", "a cat sleeping on a sofa", "red car", "blue car", "sunset over the sea", "snow on a mountain",
    "a child with a balloon", "people around a table", "a birthday cake with candles", "an old church",
    "a street at night in the rain", "a bowl of fruit", "a bicycle leaning on a wall", "an airplane in the sky",
    "a handwritten note", "a screenshot of a phone", "a black and white portrait", "a white bird on a lake",
    "a green field with cows", "a wedding", "a football match", "a guitar on a stage", "a map of a city",
    "a cup of coffee", "books on a shelf", "a horse running", "a bridge over a river", "a train in a station",
    "flowers in a vase", "a boat in a harbour", "a drawing of a house", "a man in a yellow jacket",
)  # fmt: skip
"""Everyday queries, PARITY of them."""
