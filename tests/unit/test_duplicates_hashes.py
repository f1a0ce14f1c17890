"""Perceptual hashes are those of ImageHash, for many pictures at once."""

from __future__ import annotations

import imagehash
import numpy as np
import pytest
from PIL import Image

from vaultd.demo.scene import Scene, draw
from vaultd.duplicates.hashes import DHASH_COLUMNS, DHASH_ROWS, PHASH_SIDE, Bits, dhash, phash, words
from vaultd.worker.looks import look

THINGS = ("boat", "car", "house", "tree", "dog")


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    """Drawn scenes, and noise, whose bits are all close calls."""
    drawn = [draw(Scene(thing, "red", "beach", seed), (400, 300)) for seed in range(4) for thing in THINGS]
    rng = np.random.default_rng(4)
    return drawn + [Image.fromarray(rng.integers(0, 256, (50, 80, 3), dtype=np.uint8)) for _ in range(40)]


def levels(pictures: list[Image.Image], size: tuple[int, int]) -> np.ndarray:
    return np.stack([np.asarray(one.convert("L").resize(size, Image.Resampling.LANCZOS)) for one in pictures])


def theirs(hashed: list[imagehash.ImageHash]) -> Bits:
    return np.stack([one.hash.ravel() for one in hashed])


def test_phashes_are_those_of_imagehash(pictures: list[Image.Image]) -> None:
    ours = phash(levels(pictures, (PHASH_SIDE, PHASH_SIDE)))
    assert (ours == theirs([imagehash.phash(one) for one in pictures])).all()


def test_dhashes_are_those_of_imagehash(pictures: list[Image.Image]) -> None:
    ours = dhash(levels(pictures, (DHASH_COLUMNS, DHASH_ROWS)))
    assert (ours == theirs([imagehash.dhash(one) for one in pictures])).all()


def test_words_read_as_imagehash_writes_them(pictures: list[Image.Image]) -> None:
    ours = words(phash(levels(pictures, (PHASH_SIDE, PHASH_SIDE))))
    assert [f"{int(word):016x}" for word in ours] == [str(imagehash.phash(one)) for one in pictures]


def test_what_a_worker_keeps_of_a_small_picture_is_what_imagehash_says(pictures: list[Image.Image]) -> None:
    for picture in (one.resize((200, 150)) for one in pictures):
        seen = look(picture)
        assert f"{seen.phash % (1 << 64):016x}" == str(imagehash.phash(picture))
        assert f"{seen.dhash % (1 << 64):016x}" == str(imagehash.dhash(picture))


def test_what_a_worker_keeps_of_a_large_picture_differs_in_a_bit_or_two_at_most() -> None:
    """It is brought down by whole steps first, which is three times as quick."""
    for seed in range(4):
        picture = draw(Scene("car", "blue", "city", seed), (1600, 1200))
        seen = look(picture)
        for ours, whole in ((seen.phash, imagehash.phash(picture)), (seen.dhash, imagehash.dhash(picture))):
            assert ((ours % (1 << 64)) ^ int(str(whole), 16)).bit_count() <= 2
