"""Other ways to find the nearest vectors, measured on the very vectors that the daemon searches."""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Halves = NDArray[np.float16]
Ids = NDArray[np.int64]

_FAISS: Any = faiss
AT_ONCE = 50_000
RCLIP_DIMENSION = 512
"""It knows no other."""


def timed(ask: Callable[[Vectors], Ids], asked: Vectors) -> tuple[float, list[Ids]]:
    """Milliseconds of a question in the middle, and all answers."""
    ask(asked[0])
    took, answers = [], []
    for vector in asked:
        began = time.perf_counter()
        answers.append(ask(vector))
        took.append(1000 * (time.perf_counter() - began))
    return float(np.median(took)), answers


def numpy_best(halves: Halves, asked: Vectors, count: int) -> list[Ids]:
    """The rows of the `count` vectors nearest to each question, exactly, best first."""
    found = np.concatenate(
        [asked @ halves[at : at + AT_ONCE].astype(np.float32).T for at in range(0, len(halves), AT_ONCE)], axis=1
    )
    return [np.argsort(-row, kind="stable")[:count] for row in found]


def everyone(halves: Halves, asked: Vectors, count: int, rclip: str | None) -> Iterator[tuple[str, float]]:
    """The name of each rival, and its milliseconds for a question. `rclip`: the Python that has it."""
    if rclip is not None and halves.shape[1] == RCLIP_DIMENSION:
        yield "rclip's search", by_rclip(rclip, halves, asked[:20])
    rows = halves.astype(np.float32)

    def by_numpy(vector: Vectors) -> Ids:
        similarities = rows @ vector
        best = np.argpartition(-similarities, count)[:count]
        return best[np.argsort(-similarities[best])]

    yield "numpy, everything", timed(by_numpy, asked[:20])[0]
    flat = _FAISS.IndexFlatIP(rows.shape[1])
    for at in range(0, len(rows), AT_ONCE):
        flat.add(rows[at : at + AT_ONCE])
    yield "FAISS flat", timed(lambda vector: flat.search(vector[None], count)[1][0], asked[:20])[0]


def by_rclip(python: str, halves: Halves, asked: Vectors) -> float:
    """Milliseconds of a question that rclip itself answers, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "vectors.npz"
        np.savez(given, rows=halves, asked=asked)
        command = [python, str(Path(__file__).with_name("rclip_search.py")), str(given)]
        return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
