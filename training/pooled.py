"""What the warmed-up tower makes of every crop and drawn picture, computed once, so that its head learns fast.

The head and the text tower need far more samples than the tower can see in the time: from these features they learn at
thousands a second.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray

from training.augment import to_input, vary_light
from training.export import write_onnx
from training.material import Material, Settings
from training.teacher import boxes, crop

Halves = NDArray[np.float16]
CHUNK = 32
# Drawn pictures as they are, and again with exchanged colour channels.
VARIANTS = 2


@dataclass(frozen=True)
class Pooled:
    """Features of F channels, float16."""

    photos: Halves
    """[rounds, photographs, F]; zero for held-out photographs"""
    drawn: Halves
    """[VARIANTS, drawn pictures, F]"""


class Reader:
    """The tower's trunk, from pictures to features: torch on a GPU, else ONNX Runtime, which is twice as fast there."""

    def __init__(self, trunk: Any, side: int, threads: int, folder: Path) -> None:
        self.channels, self.side = trunk.num_features, side
        self._trunk, self._threads, self._folder = trunk.eval(), threads, folder

    @torch.inference_mode()
    def read(self, pixels: NDArray[np.uint8]) -> Halves:
        """[n, F] for uint8 [n, side, side, 3], each in a light of its own."""
        images = vary_light(to_input(torch.from_numpy(pixels))).clamp(-1, 1)
        if torch.cuda.is_available():
            found = self._trunk(images.to("cuda")).cpu().numpy()
        else:
            (found,) = self._session.run(None, {"pixels": images.contiguous().numpy()})
        return np.asarray(found, np.float16)

    @cached_property
    def _session(self) -> onnxruntime.InferenceSession:
        """Opened when the first picture is read: a run that goes on from kept features needs none."""
        path = self._folder / "trunk.onnx"
        write_onnx(self._trunk, torch.zeros(2, 3, self.side, self.side), path, "pixels")
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def pooled(
    trunk: Any, settings: Settings, material: Material, drawn: NDArray[np.uint8], say: Callable[[str], None]
) -> Pooled:
    """Opens the features in the work folder, computing those that are missing."""
    folder = settings.work / "pooled"
    folder.mkdir(exist_ok=True)
    reader = Reader(trunk, settings.side, settings.threads, folder)
    rounds = [_round(reader, folder, number, material, say) for number in range(settings.pooled)]
    variants = [_variant(reader, folder, number, drawn, say) for number in range(VARIANTS)]
    return Pooled(np.stack(rounds), np.stack(variants))


def _round(reader: Reader, folder: Path, number: int, material: Material, say: Callable[[str], None]) -> Halves:
    """The features of one crop of every photograph that may be seen; every other one mirrored."""
    where = boxes(number, material.pixels.sizes)

    def picture(row: int) -> NDArray[np.uint8]:
        found = crop(material.pixels[row], where[row], reader.side)
        return found[:, ::-1] if (row + number) % 2 else found

    say(f"features of round {number}")
    return _kept(reader, folder / f"{number:02}.npy", material.seen, len(material.photos), picture)


def _variant(reader: Reader, folder: Path, number: int, drawn: NDArray[np.uint8], say: Callable[[str], None]) -> Halves:
    """The features of the drawn pictures, each cut a little."""
    random = np.random.default_rng([11, number])
    cuts = random.integers(0, drawn.shape[1] // 10, (len(drawn), 4))

    def picture(row: int) -> NDArray[np.uint8]:
        left, top, right, bottom = cuts[row]
        side = drawn.shape[1]
        found = crop(drawn[row], np.array([left, top, side - left - right, side - top - bottom], np.int32), reader.side)
        if number:
            found = found[:, :, np.random.default_rng([13, row]).permutation(3)]
        return found[:, ::-1] if row % 2 else found

    say(f"features of drawn pictures, {number}")
    return _kept(reader, folder / f"drawn.{number}.npy", list(range(len(drawn))), len(drawn), picture)


def _kept(
    reader: Reader, path: Path, rows: list[int], count: int, picture: Callable[[int], NDArray[np.uint8]]
) -> Halves:
    """The features in that file, computed and written first where there is none."""
    if not path.exists():
        found = np.zeros((count, reader.channels), np.float16)
        for start in range(0, len(rows), CHUNK):
            part = rows[start : start + CHUNK]
            found[part] = reader.read(np.stack([picture(row) for row in part]))
        fresh = path.with_suffix(".new.npy")
        np.save(fresh, found)
        fresh.replace(path)
    return np.asarray(np.load(path), np.float16)
