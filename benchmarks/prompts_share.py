"""What the extractor of prompts takes of ingest: also asked by `benchmarks/metadata.py`.

Of pictures of 832 x 1216 pixels, photographs without a prompt and generated ones with their graphs: the processor time
of one worker on each, with the bundled model, and what of it is the extractor's.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from PIL import Image

from rows import Row
from support.prompt_writers import a1111, comfyui
from support.prompt_writers.files import png, saved
from vaultd.models.bundled import open_pack
from vaultd.worker import generated
from vaultd.worker.desk import Desk
from vaultd.worker.messages import Decode, Embed, Failed, Read, Setup

ROUNDS = 3


def shares(folder: Path, pictures: Mapping[str, list[bytes]] | None = None) -> Iterator[Row]:
    """For each kind of pictures, files a second of the extractor, and its share of a worker's time on them.

    Files of other kinds may be given; they are written to `folder`.
    """
    desk = Desk(Setup(pack=os.fsencode(open_pack().folder), max_pixels=10**9, memory_mb=4096, timeout_s=60,
                      thumbnails=b"", niceness=0))  # fmt: skip
    for kind, contents in (pictures or sized()).items():
        paths = [folder / f"{kind.replace(' ', '-')}-{number}" for number in range(len(contents))]
        for path, content in zip(paths, contents, strict=True):
            path.write_bytes(content)
        ours = min(timed(paths, extracted) for _ in range(ROUNDS))
        whole = min(timed(paths, lambda path: ingested(desk, path)) for _ in range(ROUNDS))
        yield Row(f"speed, {kind}", len(paths) / ours, "files/s")
        yield Row(f"share of ingest, {kind}", 100 * ours / whole, "%", f"{1000 * whole / len(paths):.1f} ms a file")


def sized() -> dict[str, list[bytes]]:
    """Pictures as large as generators make them, of noise on a slope: neither flat nor all noise."""
    slope = np.linspace(0, 200, 832, dtype=np.float32)[None, :, None] + np.zeros((1216, 1, 3), np.float32)
    noise = np.random.default_rng(4).normal(0, 12, (8, *slope.shape))
    drawn = [Image.fromarray(np.clip(slope + each, 0, 255).astype(np.uint8)) for each in noise]
    more = {str(1000 + number): comfyui.node("Anyone", text="a sentence", chosen=number) for number in range(250)}
    opened = {**comfyui.WORKFLOW, "nodes": comfyui.WORKFLOW["nodes"] * 50}
    graph = {"prompt": json.dumps(comfyui.basic() | more), "workflow": json.dumps(opened)}
    size = sum(map(len, graph.values())) // 1000
    return {
        "photographs": [saved("JPEG", each, quality=90) for each in drawn],
        "PNG without a prompt": [saved("PNG", each, compress_level=4) for each in drawn],
        "A1111 PNG": [png({"parameters": a1111.infotext()}, each, compress_level=4) for each in drawn],
        f"ComfyUI PNG with {size} kB of graphs": [png(graph, each, compress_level=4) for each in drawn],
    }


def timed(paths: Iterable[Path], read: Callable[[Path], object]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    for path in paths:
        read(path)
    return time.process_time() - began


def ingested(desk: Desk, path: Path) -> None:
    """All that a worker does with a picture."""
    for asked in (Read(os.fsencode(path)), Decode(thumbnail=False), Embed()):
        answer = desk.answer(asked)
        if isinstance(answer, Failed):
            raise RuntimeError(f"{path}: {answer.reason}")


def extracted(path: Path) -> object:
    """The extractor's part of that, decoding left out: the pixels lie there already."""
    with path.open("rb") as file:
        return generated.packed(generated.generation(file, loaded(path)))


@cache
def loaded(path: Path) -> Image.Image:
    """The picture in its own size."""
    image = Image.open(path)
    image.load()
    return image
