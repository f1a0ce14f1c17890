"""The demo library as a model sees it: its pictures' vectors, their truth, and what a reader would learn of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image, ImageOps, UnidentifiedImageError

from training.evaluate import Vectors
from training.judging import embed
from vaultd.demo import library
from vaultd.demo.labels import Label, read_labels
from vaultd.models.engines import Encoders


@dataclass(frozen=True)
class Seen:
    """One picture: where it lies below the library, what it shows, its vector [dimension], and when it was taken."""

    path: str
    label: Label
    vector: Vectors
    taken: datetime


def seen(encoders: Encoders, count: int = library.DEFAULT_COUNT) -> list[Seen]:
    """Every content of the library that is a picture, once."""
    with TemporaryDirectory(prefix="vvault-demo-") as name:
        written = library.write(Path(name) / "demo", count=count)
        labels = {path: label for path, label in read_labels(written.labels).items() if label.duplicate_of is None}
        pictures = {path: opened for path in labels if (opened := _opened(written.dir / path)) is not None}
        taken = {path: datetime.fromtimestamp((written.dir / path).stat().st_mtime) for path in pictures}
    vectors = embed(pictures.values(), encoders.pack.manifest, encoders.image)
    return [Seen(path, labels[path], vector, taken[path]) for path, vector in zip(pictures, vectors, strict=True)]


def _opened(path: Path) -> Image.Image | None:
    """The picture upright, None of what is none."""
    try:
        with Image.open(path) as image:
            return ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError):
        return None
