"""Libraries that nobody photographed: vectors, words, tags, dates and cameras, the same ones for the same seed.

A library shows *concepts* ("a wet street at night"), some of them often and most of them seldom. What a picture's
vector is made of follows the model pack, whatever its towers hold: the mean and the spread of the pack's own background
pictures, half of the spread in axes that fall off as those of real models do, and a push towards the vector that the
pack's text tower gives to the concept's words, just so far that the pictures of a concept reach what a search for its
words asks for. So searches with any tower, even one of random weights, find about as many pictures as show what is
asked for.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import bulk, models, roots
from vaultd.catalog.bulk import Found
from vaultd.catalog.store import Catalog
from vaultd.domain.content import Content, Keywords, Words
from vaultd.domain.facts import Facts
from vaultd.domain.looks import COLOURS, Looks
from vaultd.models.encoder import TextEncoder
from vaultd.models.pack import Pack
from vaultd.search.cut import Background

Vectors = NDArray[np.float32]

SEED = 4
A_FOLDER = 2000
AT_ONCE = 10_000
OWN = 0.5
"""The share of the spread that is the pack's background's own; the rest is spread as a real model's vectors are."""
BEYOND = 1.0
"""How far beyond the cut the pictures of a concept lie on average, in standard deviations of their similarity."""
LEAST = 1e-2
STEEPNESS = 0.8
"""Zipf's exponent of how often concepts are shown."""
CAPTIONED = 0.3
SHARES = {"rare": 0.001, "seldom": 0.01, "family": 0.1, "kept": 0.5}
"""Keywords, and the share of the pictures that bear them: what the filters of the benchmark ask for."""
TOPICS = [f"topic {number}" for number in range(300)]
CAMERAS = [f"{maker} {model}" for maker in ("Canon", "Nikon", "SONY", "Apple") for model in ("One", "Two", "Three")]
SHAPES = ((4000, 3000), (3000, 4000), (4000, 2250))
LOOKS = ("red", "old", "wet", "bright", "broken", "tiny", "wooden", "golden", "empty", "crowded", "snowy", "dark")
THINGS = (
    "boat", "street", "garden", "dog", "cup", "tower", "bicycle", "bridge", "horse", "kitchen", "beach", "window",
    "train", "forest", "market", "chair", "clock", "river", "mountain", "church",
)  # fmt: skip
PLACES = ("at night", "in the rain", "by the sea", "in the city", "at a wedding", "in winter", "on a table", "at dawn")
CONCEPTS = [f"{look} {thing} {place}" for look, thing, place in itertools.product(LOOKS, THINGS, PLACES)]
START_MS, SPAN_MS = 1_388_534_400_000, 12 * 31_557_600_000
"""Pictures are taken from 2014 on, for twelve years."""


@dataclass(frozen=True)
class Manner:
    """How a pack's vectors are invented. `pushes`, `axes`: float32 [concepts, dimension], [dimension, dimension]."""

    mean: Vectors
    axes: Vectors
    pushes: Vectors
    chances: NDArray[np.float64]

    def invent(self, start: int, count: int) -> tuple[Vectors, NDArray[np.int64]]:
        """Vectors [count, dimension] of length one, and the concept of each; the same ones for the same start."""
        rng = np.random.default_rng((SEED, start))
        shown = rng.choice(len(self.pushes), count, p=self.chances)
        noise = rng.standard_normal((count, len(self.mean)), np.float32)
        vectors = self.mean + noise @ self.axes + self.pushes[shown]
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return vectors.astype(np.float32), shown


def manner_of(pack: Pack, encoder: TextEncoder) -> Manner:
    """How vectors of this pack are invented."""
    background = pack.background.astype(np.float32)
    mean, dimension = background.mean(axis=0), background.shape[1]
    spread = np.cov((background - mean).T)
    variances, directions = np.linalg.eigh(OWN * spread + (1 - OWN) * np.trace(spread) * _falling(dimension))
    axes = (directions * np.sqrt(np.maximum(variances, 0))).T.astype(np.float32)
    asked = np.concatenate([encoder.embed(CONCEPTS[at : at + 16]) for at in range(0, len(CONCEPTS), 16)])
    limits, judge = np.empty(len(asked)), Background(pack, encoder)
    for place, vector in enumerate(asked):
        limits[place] = judge.threshold(vector, "default").cut + BEYOND * float(np.linalg.norm(axes @ vector))
    frequency = np.arange(1, len(asked) + 1) ** -STEEPNESS
    frequency = np.random.default_rng(SEED).permutation(frequency)
    return Manner(mean, axes, _pushes(mean, axes, asked, limits), frequency / frequency.sum())


def _falling(dimension: int) -> NDArray[np.float64]:
    """A covariance of trace one, [dimension, dimension], in axes of its own, of which the k-th varies by 1/k.

    Of vectors of 256 dimensions, the first ten axes then hold half of the variance and the first 64 three quarters; of
    photographs seen by the bundled model they hold 45 % and 93 %.
    """
    axes, _ = np.linalg.qr(np.random.default_rng(SEED).normal(size=(dimension, dimension)))
    shares = 1 / np.arange(1, dimension + 1)
    found: NDArray[np.float64] = (axes * (shares / shares.sum())) @ axes.T
    return found


def _pushes(mean: Vectors, axes: Vectors, asked: Vectors, limits: NDArray[np.float64]) -> Vectors:
    """What must be added to a vector of the pack so that its cosine to each text reaches a limit, [texts, dimension].

    Towards what sets the text apart from the other texts, by halving. Raises ValueError where no push is enough.
    """
    own = asked - asked.mean(axis=0)
    variances, directions = np.linalg.eigh(own.T @ own / len(own))  # evened out, or texts that share words are one
    own = own @ (directions / (variances + LEAST * variances.max()) ** 0.5) @ directions.T
    own /= np.linalg.norm(own, axis=1, keepdims=True)
    length_2 = float(mean @ mean + (axes**2).sum())
    low, high = np.zeros(len(asked)), np.full(len(asked), 16.0)

    def reached(push: NDArray[np.float64]) -> NDArray[np.float64]:
        similar = asked @ mean + push * (asked * own).sum(axis=1)
        found: NDArray[np.float64] = similar / np.sqrt(length_2 + 2 * push * (own @ mean) + push**2)
        return found

    if (reached(high) < limits).any():
        raise ValueError("no picture of this pack could be found by these words")
    for _ in range(30):
        middle = (low + high) / 2
        enough = reached(middle) >= limits
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    pushes: Vectors = (high[:, None] * own).astype(np.float32)
    return pushes


def fill(catalog: Catalog, folder: Path, manner: Manner, count: int) -> None:
    """Writes `count` pictures into the catalog, whose one root is at `folder`, and an empty file for each."""
    for start in range(0, count, AT_ONCE):
        vectors, shown = manner.invent(start, min(AT_ONCE, count - start))
        with catalog.write() as tx:
            (root,), model = roots.watched(tx.sql), models.active(tx.sql)
            assert model is not None
            found = list(_pictures(folder, len(root.mount_point or b"/"), start, shown))
            bulk.load(tx, root, found, model, vectors)


def _pictures(folder: Path, above: int, start: int, shown: NDArray[np.int64]) -> Iterator[Found]:
    """`above`: the bytes of a path that the volume's mount point takes."""
    rng = np.random.default_rng((SEED, start, 1))
    draws = rng.random((len(shown), 3 + len(SHARES)))
    topics = np.minimum(rng.zipf(1.5, (len(shown), 2)), len(TOPICS)) - 1
    hashes = rng.integers(-(1 << 63), 1 << 63, (len(shown), 2), np.int64)
    for place, concept in enumerate(shown.tolist()):
        number = start + place
        draw = draws[place]
        tags = [TOPICS[topic] for topic in set(topics[place].tolist())]
        tags += [tag for tag, chance in zip(SHARES, draw[3:], strict=True) if chance < SHARES[tag]]
        words = [Words("caption", "xmp", CONCEPTS[concept])] if draw[0] < CAPTIONED else []
        colour = COLOURS[number % len(COLOURS)]
        width, height = SHAPES[number % len(SHAPES)]
        content = Content(
            hash=hashlib.sha256(number.to_bytes(8, "big")).digest(),  # previews are named by how it begins
            size=1_000_000 + number,
            type="image/jpeg" if draw[1] < 0.9 else "image/png",
            width=width,
            height=height,
            taken_at=START_MS + int(SPAN_MS * draw[2]),
            camera=CAMERAS[number % len(CAMERAS)],
            keywords=[Keywords("xmp", tags)],
            texts=words,
            iso=100,
            looks=Looks(
                phash=int(hashes[place, 0]), dhash=int(hashes[place, 1]), contrast=50.0, tint=bytes(32),
                colours={colour: 60, "grey": 20} if colour != "grey" else {colour: 60},
                palette=b"", sharpness=70, brightness=50, colourfulness=60,
            ),
        )  # fmt: skip
        path = folder / f"{2014 + number // A_FOLDER}" / f"IMG_{number:07d}.jpg"
        yield Found(content, os.fsencode(path)[above:].lstrip(b"/"), _touch(path))


def _touch(path: Path) -> Facts:
    """Makes an empty file, as old as its library."""
    path.parent.mkdir(exist_ok=True)
    opened = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o644)
    try:
        os.utime(opened, (1, 1))
        return Facts.of(os.fstat(opened))
    finally:
        os.close(opened)
