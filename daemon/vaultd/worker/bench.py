"""`python -m vaultd.worker.bench PACK ENGINE THREADS BATCH`: how fast a pack is here, as one JSON object on stdout.

It has a process of its own, so that nothing that answers questions ever computes, and so that its memory is the pack's.
"""

from __future__ import annotations

import itertools
import resource
import statistics
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import TypeVar, cast

import msgspec
import numpy as np
from numpy.typing import NDArray

from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene, draw
from vaultd.demo.things import THINGS
from vaultd.models.encoder import preprocess
from vaultd.models.engines import Encoders, Wanted, open_encoders
from vaultd.models.pack import Manifest, PackError, load_pack
from vaultipc.messages import ModelBench

Given = TypeVar("Given")

SIZE = (320, 240)
LEAST, ENOUGH_S = 5, 2.0
"""How often something is measured: so often at least, and then until so many seconds have passed."""


def measure(encoders: Encoders, batch: int) -> ModelBench:
    """Medians on drawn pictures and on queries of two words, each asked once. Raises PackError."""
    manifest = encoders.pack.manifest
    image_s, pictures_s = _timed(encoders.image.embed, itertools.repeat(pictures(manifest, batch)).__next__)
    words = (f"{colour} {thing}" for colour in itertools.cycle(COLOURS) for thing in THINGS)
    text_s, words_s = _timed(encoders.text.embed, lambda: [next(words)])
    return ModelBench(
        model=f"{manifest.name} {manifest.revision}",
        images_per_s=round(batch / pictures_s, 2),
        text_ms=round(words_s * 1000, 3),
        device=encoders.device,
        engine=encoders.name,
        batch=batch,
        threads=encoders.threads,
        first_image_ms=round(image_s * 1000, 1),
        first_text_ms=round(text_s * 1000, 1),
        peak_bytes=peak_bytes(),
        note=encoders.note,
    )


def pictures(manifest: Manifest, count: int) -> NDArray[np.float32]:
    """float32 [count, 3, height, width]: different pictures of the demo generator, prepared for the model."""
    scenes = itertools.cycle(itertools.product(THINGS, COLOURS))
    drawn = (draw(Scene(thing, colour, "meadow", seed), SIZE) for seed, (thing, colour) in enumerate(scenes))
    return np.stack([preprocess(next(drawn), manifest) for _ in range(count)])


def peak_bytes() -> int:
    """The most resident memory that this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _timed(work: Callable[[Given], object], material: Callable[[], Given]) -> tuple[float, float]:
    """Seconds of the first time, which opens the tower, and the median of those that follow."""
    first = _seconds(work, material())
    began, found = perf_counter(), list[float]()
    while len(found) < LEAST or perf_counter() - began < ENOUGH_S:
        found.append(_seconds(work, material()))
    return first, statistics.median(found)


def _seconds(work: Callable[[Given], object], material: Given) -> float:
    began = perf_counter()
    work(material)
    return perf_counter() - began


def main(folder: str, engine: str, threads: str, batch: str) -> int:
    """Prints the figures; the exit status is 1 if the pack cannot be used, with the reason on stderr."""
    try:
        encoders = open_encoders(load_pack(Path(folder)), cast("Wanted", engine), int(threads))
        found = measure(encoders, int(batch))
    except PackError as error:
        sys.stderr.write(error.message)
        return 1
    sys.stdout.write(msgspec.json.encode(found).decode())
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
