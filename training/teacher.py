"""The teacher's answers on many crops of every photograph, computed once and kept.

The teacher is an ImageNet classifier. Its answers are targets only: its weights are neither shipped nor started from.
A round holds one random crop of each photograph. Rounds are drawn from their number, so that a crop is known without
being stored, and finished rounds can be trained on while later ones are still being computed.
"""

import multiprocessing
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from training.photos import decode_all, read_held_out, read_index

# Its threads cost more than they bring at these sizes.
cv2.setNumThreads(0)

CLASSES = 1000
SIDE = 224
ROUNDS = 64
# Photographs are shared out to so many processes.
PARTS = 2
LOGITS = "top/SpatialSqueeze"


def boxes(round_number: int, sizes: NDArray[np.int32]) -> NDArray[np.int32]:
    """The crops of a round: int32 [photographs, 4] of left, top, width, height.

    Round 0 takes the whole photograph; the others take 12 to 100 % of its area at an aspect between 3:4 and 4:3.
    """
    heights, widths = sizes[:, 0].astype(np.float64), sizes[:, 1].astype(np.float64)
    if round_number == 0:
        zero = np.zeros(len(sizes))
        return np.stack([zero, zero, widths, heights], axis=1).astype(np.int32)
    random = np.random.default_rng([20261121, round_number])
    area = heights * widths * random.uniform(0.12, 1.0, len(sizes))
    aspect = np.exp(random.uniform(np.log(3 / 4), np.log(4 / 3), len(sizes)))
    width = np.minimum(np.sqrt(area * aspect), widths)
    height = np.minimum(np.sqrt(area / aspect), heights)
    left, top = random.random((2, len(sizes)))
    return np.stack([left * (widths - width), top * (heights - height), width, height], axis=1).astype(np.int32)


def crop(photo: NDArray[np.uint8], box: NDArray[np.int32], side: int) -> NDArray[np.uint8]:
    """One crop, resized to uint8 [side, side, 3]."""
    left, top, width, height = box
    part = photo[top : top + height, left : left + width]
    way = cv2.INTER_AREA if min(width, height) > side else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(part, (side, side), interpolation=way), np.uint8)


class Teacher:
    """The classifier, one crop at a time."""

    def __init__(self, model: Path) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._run = Interpreter(str(model), num_threads=1, experimental_preserve_all_tensors=True)
        self._run.allocate_tensors()
        self._input = self._run.get_input_details()[0]["index"]
        found = [t for t in self._run.get_tensor_details() if LOGITS in t["name"] and t["dtype"] is np.int8]
        self._logits, (self._scale, self._zero) = found[0]["index"], found[0]["quantization"]

    def logits(self, pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
        """float32 [1000] for uint8 [224, 224, 3], in the order of imagenet_classes.csv."""
        self._run.set_tensor(self._input, pixels[None])
        self._run.invoke()
        # The first of 1,001 outputs is the teacher's background class.
        raw = self._run.get_tensor(self._logits)[0, 1:].astype(np.float32)
        return (raw - self._zero) * np.float32(self._scale)


def answers(cache: Path, photographs: int, mode: Literal["r", "r+"] = "r") -> NDArray[np.float16]:
    """The memory-mapped answers, float16 logits [rounds, photographs, 1000]; rows never computed are all zero."""
    path = cache / "teacher.f16"
    shape = (ROUNDS, photographs, CLASSES)
    if not path.exists():
        with path.open("wb") as out:
            out.truncate(int(np.prod(shape)) * 2)
    return np.memmap(path, np.float16, mode, shape=shape)


def finished_rounds(cache: Path) -> int:
    """How many rounds every part has finished."""
    return min(len(list(cache.glob(f"teacher.{part}.*.done"))) for part in range(PARTS))


def compute(data: Path, cache: Path, rounds: int, part: int) -> None:
    """Computes a part's share of every round below `rounds` that is not finished, in order."""
    photos = read_index(data)
    pixels, teacher = decode_all(data, cache, photos), Teacher(data / "teacher.tflite")
    store, held_out = answers(cache, len(photos), "r+"), read_held_out()
    for number in range(rounds):
        mark = cache / f"teacher.{part}.{number:02}.done"
        if mark.exists():
            continue
        where = boxes(number, pixels.sizes)
        # Held-out photographs get the one answer that the comparison with the teacher needs.
        rows = [r for r in range(part, len(photos), PARTS) if number == 0 or photos[r].file not in held_out]
        for row in rows:
            store[number, row] = teacher.logits(crop(pixels[row], where[row], SIDE))
        mark.touch()


def compute_all(data: Path, cache: Path, rounds: int) -> None:
    """Has all parts computed, each in a process of its own; nothing happens where all is finished."""
    if finished_rounds(cache) < rounds:
        read = read_index(data)
        answers(cache, len(read))
        decode_all(data, cache, read)
        with multiprocessing.get_context("spawn").Pool(PARTS) as pool:
            pool.starmap(compute, [(data, cache, rounds, part) for part in range(PARTS)])
