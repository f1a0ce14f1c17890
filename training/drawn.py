"""Drawn pictures with known truth: a coloured thing on a ground, from the same hand as the demo library.

The pairs and grounds that judge the model, and its seeds, are never drawn here.
"""

import multiprocessing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vaultd.demo.grounds import GROUNDS
from vaultd.demo.held_out import HELD_OUT_GROUNDS, HELD_OUT_PAIRS, JUDGING_SEEDS
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene, draw
from vaultd.demo.things import THINGS

SIDE = 128
SHAPES = ((171, 128), (128, 171), (192, 128), (128, 128), (150, 128))
PAIRS = [(c, t) for c in COLOURS for t in THINGS if (c, t) not in HELD_OUT_PAIRS]
PLACES = [g for g in GROUNDS if g not in HELD_OUT_GROUNDS]


def scene(number: int) -> Scene:
    """The training scene of that number."""
    random = np.random.default_rng([7, number])
    colour, thing = PAIRS[random.integers(len(PAIRS))]
    assert number not in JUDGING_SEEDS
    return Scene(thing, colour, PLACES[random.integers(len(PLACES))], number)


def _picture(number: int) -> NDArray[np.uint8]:
    """The scene drawn in one of several shapes, then squashed to a square like any picture."""
    return squashed(scene(number), SHAPES[number % len(SHAPES)])


def squashed(what: Scene, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """uint8 [128, 128, 3] of a scene drawn in `shape` (width, height)."""
    return np.asarray(draw(what, shape).resize((SIDE, SIDE)), np.uint8)


def draw_all(cache: Path, count: int) -> NDArray[np.uint8]:
    """Opens the first `count` drawn pictures, uint8 [count, 128, 128, 3], drawing those that are missing."""
    path, size = cache / "drawn.u8", SIDE * SIDE * 3
    have = path.stat().st_size // size if path.exists() else 0
    if have < count:
        with path.open("ab") as out, multiprocessing.get_context("spawn").Pool() as pool:
            out.truncate(have * size)
            for pixels in pool.imap(_picture, range(have, count), chunksize=64):
                out.write(pixels.tobytes())
    return np.fromfile(path, np.uint8, count * size).reshape(count, SIDE, SIDE, 3)
