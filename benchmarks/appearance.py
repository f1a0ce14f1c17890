"""What noting how pictures look costs: for `benchmarks/metadata.py`, which sets it beside the rest of reading one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import process_time

import numpy as np
from PIL import Image

from vaultd.worker import colours
from vaultd.worker.looks import look
from vaultd.worker.quality import judge


def milliseconds(pictures: Sequence[Image.Image], times: int = 5) -> dict[str, float]:
    """Processor time a picture, the least of `times` rounds, of upright RGB pictures as a worker decodes them.

    `looks` is all of it, hashes included; `colours`, `palette` and `quality` are parts of that.
    """
    pixels = [np.asarray(one.resize((colours.SIDE, colours.SIDE), Image.Resampling.BOX)) for one in pictures]
    parts: dict[str, Callable[[int], object]] = {
        "looks": lambda place: look(pictures[place]),
        "colours": lambda place: colours.shares(pixels[place]),
        "palette": lambda place: colours.palette(pixels[place]),
        "quality": lambda place: judge(pictures[place], pixels[place]),
    }
    return {name: min(_round(part, len(pictures)) for _ in range(times)) for name, part in parts.items()}


def _round(part: Callable[[int], object], count: int) -> float:
    began = process_time()
    for place in range(count):
        part(place)
    return 1000 * (process_time() - began) / count
