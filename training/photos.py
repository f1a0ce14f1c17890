"""The photographs: decoded once into one flat file of bytes, and split once by photograph."""

import csv
import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

HELD_OUT = Path(__file__).with_name("held_out.txt")
# The share of each source that is held out. Few photographs a class need a larger share to be measurable at all.
SHARES = {"imagenet-sample": 0.4, "flickr8k": 0.25}
SHARE = 0.15


@dataclass(frozen=True, slots=True)
class Photo:
    """One row of the data folder's index.csv."""

    file: str
    source: str
    label: str
    captions: tuple[str, ...]


def read_index(data: Path) -> list[Photo]:
    """Reads DATA/index.csv in its own order, which is the order of every array made from it."""
    with (data / "index.csv").open(newline="", encoding="utf-8") as file:
        return [
            Photo(row["file"], row["source"], row["label"], tuple(c for c in row["captions"].split("|") if c))
            for row in csv.DictReader(file)
        ]


def subject(photo: Photo) -> str:
    """What must not be on both sides: Caltech cut some categories out of another's photographs, under one number."""
    number = Path(photo.file).stem.rsplit("_", 1)[-1]
    family = photo.label.removesuffix("_easy").removesuffix("_face").removesuffix("_body").removesuffix("_head")
    return f"{photo.source}/{family}/{number}" if photo.source == "caltech-101" else photo.file


def choose_held_out(photos: list[Photo]) -> list[str]:
    """The split, from a hash of each photograph's name: it does not move when photographs are added."""

    def position(photo: Photo) -> float:
        return int.from_bytes(hashlib.blake2b(subject(photo).encode(), digest_size=6).digest()) / 2**48

    return [photo.file for photo in photos if position(photo) < SHARES.get(photo.source, SHARE)]


def read_held_out() -> set[str]:
    """The committed split: the names of the photographs that no training run may see."""
    return set(HELD_OUT.read_text(encoding="utf-8").split())


@dataclass(frozen=True, slots=True)
class Pixels:
    """Every photograph's RGB bytes in one array."""

    flat: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    sizes: NDArray[np.int32]

    def __getitem__(self, row: int) -> NDArray[np.uint8]:
        """The photograph of that row of the index, uint8 [height, width, 3]."""
        height, width = self.sizes[row]
        start = self.offsets[row]
        return self.flat[start : start + height * width * 3].reshape(height, width, 3)


def decode_all(data: Path, cache: Path, photos: list[Photo]) -> Pixels:
    """Opens the cache of decoded photographs, filling it first where it is missing (about a minute, 900 MB)."""
    flat, sizes = cache / "pixels.u8", cache / "sizes.npy"
    if not sizes.exists():
        shapes = np.zeros((len(photos), 2), np.int32)
        with flat.open("wb") as out:
            for row, photo in enumerate(photos):
                with Image.open(data / "images" / photo.file) as image:
                    pixels = np.asarray(image.convert("RGB"))
                shapes[row] = pixels.shape[:2]
                out.write(pixels.tobytes())
        np.save(sizes, shapes)
    shapes = np.load(sizes)
    lengths = shapes.astype(np.int64).prod(axis=1) * 3
    return Pixels(np.fromfile(flat, np.uint8), np.concatenate([[0], lengths.cumsum()[:-1]]), shapes)
