"""The judging pictures as a user's programs see them: read from files, prepared as a pack says, through its towers."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from training.concepts import build_concepts, names_of, read_classes, read_labels
from training.evaluate import HeldOut, Vectors
from training.halves import Pictures
from training.photos import read_held_out, read_index
from vaultd.demo.scene import Scene, draw
from vaultd.models.encoder import ImageEncoder, preprocess
from vaultd.models.engines import Encoders
from vaultd.models.manifest import Manifest

BATCH = 16
DRAWN = (320, 240)


def read_held(data: Path, every: int = 1) -> HeldOut:
    """The held-out photographs of a data folder; with `every`, only each so many of them."""
    photos, away = read_index(data), read_held_out()
    rows = [row for row, photo in enumerate(photos) if photo.file in away]
    concepts = build_concepts(data, photos, [row for row, photo in enumerate(photos) if photo.file not in away])
    wnids, classes = read_classes(data)
    labels = read_labels()
    names = [next(iter(names_of(photo, wnids, classes, labels)), "") for photo in photos]
    return HeldOut(photos, rows[::every], concepts, names)


@dataclass(frozen=True)
class Judging:
    """The judging pictures themselves: photographs and drawings."""

    data: Path
    held: HeldOut
    scenes: list[Scene]

    def photographs(self) -> Iterator[Image.Image]:
        """The held-out photographs, opened one after the other."""
        for row in self.held.rows:
            with Image.open(self.data / "images" / self.held.photos[row].file) as image:
                yield image.convert("RGB")

    def drawings(self) -> Iterator[Image.Image]:
        """The scenes, drawn one after the other."""
        return (draw(scene, DRAWN) for scene in self.scenes)

    def embed(self, manifest: Manifest, encoder: ImageEncoder) -> Pictures:
        """All of them through an image tower."""
        photos, drawn = (embed(some, manifest, encoder) for some in (self.photographs(), self.drawings()))
        return Pictures(self.held, photos, self.scenes, drawn)


def embedded(judging: Judging, encoders: Encoders, work: Path | None) -> Pictures:
    """All of them through a pack's image tower; with a folder `work`, kept there for the next run of the same pack."""
    manifest = encoders.pack.manifest
    if work is None:
        return judging.embed(manifest, encoders.image)
    photographs, drawings = len(judging.held.rows), len(judging.scenes)
    kept = work / f"held-{manifest.name}-{manifest.revision}-{photographs}-{drawings}.npz"
    if not kept.exists():
        found = judging.embed(manifest, encoders.image)
        work.mkdir(parents=True, exist_ok=True)
        np.savez(kept, photos=found.photos, drawn=found.drawn)
    with np.load(kept) as rows:
        return Pictures(judging.held, rows["photos"], judging.scenes, rows["drawn"])


def embed(pictures: Iterable[Image.Image], manifest: Manifest, encoder: ImageEncoder) -> Vectors:
    """float32 [pictures, dimension] of length one."""
    rest = iter(pictures)
    batches: Callable[[], list[Image.Image]] = lambda: list(islice(rest, BATCH))  # noqa: E731
    found = [encoder.embed(np.stack([preprocess(one, manifest) for one in some])) for some in iter(batches, [])]
    return np.concatenate(found)
