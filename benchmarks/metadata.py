#!/usr/bin/env python3
"""What it costs to read what pictures say: each extractor alone, and all of them as a share of a worker's time.

    python -m benchmarks.metadata [--json FILE] [--quick]

A photograph of twelve million pixels with EXIF, IPTC and XMP, and a picture of a generator with its graph, each read as
ingest reads it with the bundled model. The share is of processor time in one worker; the rival of the sum is the
promise that what pictures say, how they were generated, their hashes, colours and quality take 15 % of ingest at most.
Rows are `name value unit rival ratio`.
"""

from __future__ import annotations

import argparse
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
from PIL import Image, ImageFile
from prompts_share import sized

from rows import Row, report
from support.metadata_writers import EXIF, IPTC, XMP, with_segments
from vaultd.domain.details import Details
from vaultd.metadata import dated, said
from vaultd.metadata.precedence import settled
from vaultd.metadata.xmp import parse
from vaultd.models.bundled import open_pack
from vaultd.models.encoder import opaque
from vaultd.places import place
from vaultd.worker import decoding, embedded, exif, generated, iptc, looks
from vaultd.worker.desk import SIDE_WITHOUT_MODEL, Desk
from vaultd.worker.messages import Decode, Embed, Failed, Read, Setup

PROMISED_PERCENT = 15.0
NAME = b"Pictures/2024-05-17 Lisbon/IMG_20240517_101112.jpg"
Work = Callable[[], object]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--quick", action="store_true", help="a fifth of the time, and less exact")
    options = parser.parse_args()
    budget_s = 0.1 if options.quick else 0.5
    with tempfile.TemporaryDirectory() as kept:
        pictures = {"photograph": photograph(), "generated picture": [*sized().values()][-1][0]}
        report(rows({kind: written(Path(kept), kind, data) for kind, data in pictures.items()}, budget_s), options.json)
    return 0


def rows(paths: dict[str, Path], budget_s: float) -> Iterator[Row]:
    yield from extractors(paths["photograph"].read_bytes(), budget_s)
    pack = open_pack()
    desk = Desk(Setup(pack=os.fsencode(pack.folder), max_pixels=10**9, memory_mb=4096, timeout_s=60,
                      thumbnails=b"", niceness=0))  # fmt: skip
    for kind, path in paths.items():
        whole = seconds(lambda path=path: ingested(desk, path), budget_s * 4)  # type: ignore[misc]
        total = 0.0
        for name, took in parts(path, max(2 * max(pack.manifest.image_size), SIDE_WITHOUT_MODEL), budget_s):
            total += took
            yield Row(f"{kind}: {name}", 100 * took / whole, "% of ingest", f"{1000 * whole:.1f} ms a file")
        yield Row(f"{kind}: all", 100 * total / whole, "% of ingest", "15 %", total / whole * 100 / PROMISED_PERCENT)


def extractors(content: bytes, budget_s: float) -> Iterator[Row]:
    """Files a second of each, of a picture that is open."""
    with opened(content) as picture:
        found, records = picture.getexif(), iptc.records(picture)
        details = embedded.read(picture).details
        works: dict[str, Work] = {
            "EXIF": lambda: (exif.details(found), list(exif.words(found)), exif.keywords(found), exif.rating(found)),
            "IPTC": lambda: (iptc.records(picture), iptc.details(records), list(iptc.words(records))),
            "XMP": lambda: said.said(parse(XMP)),
            "date in a name": lambda: dated.told_by(NAME),
            "who is believed": lambda: settled({**details, "name": Details(taken="2024:05:17")}),
            "place": lambda: place(38.7115, -9.13),
        }
        for name, work in works.items():
            yield Row(f"speed, {name}", 1 / seconds(work, budget_s), "files/s")


def parts(path: Path, side: int, budget_s: float) -> Iterator[tuple[str, float]]:
    """Seconds of each part of a worker's reading that is no decoding and no model."""
    with path.open("rb") as file, decoding.identify(file) as picture:
        small = opaque(decoding.load(picture, side))
        yield "embedded metadata", seconds(lambda: embedded.read(picture), budget_s)
        yield "how it was generated", seconds(lambda: generated.packed(generated.generation(file, picture)), budget_s)
        yield "hashes, colours, quality", seconds(lambda: looks.look(small), budget_s)


def photograph() -> bytes:
    """Twelve million pixels, neither flat nor all noise, and what three standards say of it."""
    slope = np.linspace(0, 200, 4000, dtype=np.float32)[None, :, None] + np.zeros((3000, 1, 3), np.float32)
    pixels = slope + np.random.default_rng(4).normal(0, 12, slope.shape).astype(np.float32)
    buffer = io.BytesIO()
    Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=90)
    return with_segments(buffer.getvalue(), exif=EXIF, iptc=IPTC, xmp=XMP)


def opened(content: bytes) -> ImageFile.ImageFile:
    return decoding.identify(io.BytesIO(content))


def written(folder: Path, kind: str, content: bytes) -> Path:
    path = folder / kind.replace(" ", "-")
    path.write_bytes(content)
    return path


def ingested(desk: Desk, path: Path) -> None:
    """As the daemon has one picture read. Raises RuntimeError where that fails."""
    for request in (Read(os.fsencode(path)), Decode(thumbnail=False), Embed()):
        answer = desk.answer(request)
        if isinstance(answer, Failed):
            raise RuntimeError(answer.reason)


def seconds(work: Work, budget_s: float) -> float:
    """Processor time of one go, the best of several rounds."""
    work()
    best, until = float("inf"), time.process_time() + budget_s
    while time.process_time() < until:
        began, goes = time.process_time(), 0
        while time.process_time() - began < budget_s / 5:
            work()
            goes += 1
        best = min(best, (time.process_time() - began) / goes)
    return best


if __name__ == "__main__":
    sys.exit(main())
