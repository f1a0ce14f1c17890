"""Batches of pictures and texts, with the truth of every pair.

A batch holds photographs and drawn pictures, and texts of four kinds: names, captions, colours with things, nonsense.
Truth is in 0..1 for each pair (the teacher's probability, a label, a share of pixels) and comes with a weight: how much
is known about that pair.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from vaultd.demo.palette import COLOURS

from training import colours, phrases
from training.concepts import Array, Concepts
from training.drawn import PAIRS, PLACES, scene
from training.drawn_truth import DrawnTruth
from training.photos import Photo, Pixels
from training.teacher import answers, boxes, crop, finished_rounds

Bytes = NDArray[np.uint8]
Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Batch:
    """B pictures, the photographs first, and T texts."""

    pixels: Bytes
    """uint8 [B, side, side, 3]"""
    teacher: Array
    """[photographs, 1000]: the probabilities to learn, corrected by the labels"""
    texts: list[str]
    truth: Array
    """[B, T] in 0..1"""
    weight: Array
    """[B, T] in 0..1"""


@dataclass(frozen=True)
class Sizes:
    """How many of each a batch holds."""

    photos: int = 96
    drawn: int = 32
    names: int = 128
    captions: int = 12
    colours: int = 56
    nonsense: int = 20


class Sampler:
    """Draws batches. `rows` are the photographs that may be seen."""

    def __init__(
        self, photos: list[Photo], pixels: Pixels, concepts: Concepts, cache: Path, drawn: Bytes, rows: list[int],
        side: int, sizes: Sizes | None = None, seed: int = 0,
    ) -> None:
        self._photos, self._pixels, self._concepts = photos, pixels, concepts
        self._cache, self._boxes = cache, list[NDArray[np.int32]]()
        self._answers: list[NDArray[np.float16]] = []
        self._drawn = drawn
        self._rows = np.array(rows)
        self._said = np.array([r for r in rows if photos[r].captions])
        self._side = side
        self._sizes = sizes or Sizes()
        self._random = np.random.default_rng(seed)
        self._truth = DrawnTruth(concepts)
        self._everyday = [n for n in concepts.names if 3 < len(n) < 14]

    def draw(self) -> Batch:
        """The next batch."""
        self._learn_of_new_rounds()
        rows = self._draw_rows()
        pixels, teacher = self._photographs(rows)
        numbers = self._random.integers(0, len(self._drawn), self._sizes.drawn)
        scenes = [scene(int(n)) for n in numbers]
        pictures = self._flip(np.concatenate([pixels, self._drawn_pixels(numbers)]))
        shares = colours.shares(pixels)
        named = self._photo_names(rows, teacher)
        parts = [
            self._name_texts(rows, named, scenes),
            self._caption_texts(rows, len(scenes)),
            self._colour_texts(named, shares, scenes),
            self._nonsense_texts(len(pictures)),
        ]
        return Batch(
            pictures, teacher, [t for part in parts for t in part[0]],
            np.concatenate([part[1] for part in parts], axis=1), np.concatenate([part[2] for part in parts], axis=1),
        )

    def _learn_of_new_rounds(self) -> None:
        """Takes up the rounds that the teacher has finished since."""
        for number in range(len(self._boxes), finished_rounds(self._cache)):
            self._boxes.append(boxes(number, self._pixels.sizes))
            self._answers.append(np.array(answers(self._cache, len(self._photos))[number]))

    def _draw_rows(self) -> Rows:
        """Photographs of this batch; those with captions more often, since few have any."""
        captioned = min(12, len(self._said))
        rest = self._random.choice(self._rows, self._sizes.photos - captioned)
        return np.concatenate([rest, self._random.choice(self._said, captioned)]) if captioned else rest

    def _photographs(self, rows: Rows) -> tuple[Bytes, Array]:
        """Random crops, and what the teacher said of each, corrected by the label."""
        numbers = self._random.integers(0, len(self._boxes), len(rows))
        pixels = np.stack(
            [
                crop(self._pixels[r], self._shift(self._boxes[n][r]), self._side)
                for r, n in zip(rows, numbers, strict=True)
            ]
        )
        logits = np.stack([self._answers[n][r] for r, n in zip(rows, numbers, strict=True)]).astype(np.float32)
        exps = np.exp(logits - logits.max(axis=1, keepdims=True))
        said = exps / exps.sum(axis=1, keepdims=True)
        labels = self._concepts.label_of[rows]
        allowed = np.where(labels[:, None] >= 0, self._concepts.label_classes[labels], 0)
        kept = said * allowed + 1e-4 * allowed
        total = kept.sum(axis=1, keepdims=True)
        corrected = 0.25 * said + 0.75 * kept / np.maximum(total, 1e-9)
        return pixels, np.where(total > 0, corrected, said).astype(np.float32)

    def _shift(self, box: NDArray[np.int32]) -> NDArray[np.int32]:
        """A part of the teacher's crop, near enough to have its answer and never the same twice."""
        left, top, width, height = box.tolist()
        cut_w, cut_h = (self._random.random(2) * 0.16 * (width, height)).astype(int)
        left += self._random.integers(0, cut_w + 1)
        top += self._random.integers(0, cut_h + 1)
        return np.array([left, top, width - cut_w, height - cut_h], np.int32)

    def _drawn_pixels(self, numbers: Rows) -> Bytes:
        """Drawn pictures, each cut a little at random so that things appear at other places and sizes."""
        side, found = self._drawn.shape[1], []
        for number in numbers:
            cut = self._random.integers(0, side // 10, 4)
            box = np.array([cut[0], cut[1], side - cut[0] - cut[2], side - cut[1] - cut[3]], np.int32)
            found.append(crop(self._drawn[number], box, self._side))
        return np.stack(found)

    def _flip(self, pixels: Bytes) -> Bytes:
        """Half of the pictures mirrored."""
        mirrored = self._random.random(len(pixels)) < 0.5
        pixels[mirrored] = pixels[mirrored][:, :, ::-1]
        return pixels

    def _photo_names(self, rows: Rows, teacher: Array) -> Array:
        """[photographs, N]: the truth of every name."""
        known = self._concepts
        truth = (teacher @ known.under) * known.covered
        labels = known.label_of[rows]
        truth = np.maximum(truth, 0.95 * np.where(labels[:, None] >= 0, known.label_names[labels], 0))
        for place, row in enumerate(rows):
            if int(row) in known.caption_names:
                truth[place] = np.maximum(truth[place], known.caption_names[int(row)])
        return np.minimum(truth, 1).astype(np.float32)

    def _name_texts(self, rows: Rows, named: Array, scenes: list[object]) -> tuple[list[str], Array, Array]:
        """Names true of the batch's pictures, and others by their weight."""
        known, random = self._concepts, self._random
        chosen = set(self._truth.name_rows(scenes, random))
        for truth in named:
            scores = np.maximum(truth - 0.15, 0) * np.sqrt(known.weight)
            if scores.any():
                chosen.add(int(random.choice(len(scores), p=scores / scores.sum())))
        spare = max(0, self._sizes.names - len(chosen))
        chosen |= set(random.choice(len(known.names), spare, p=known.weight / known.weight.sum()).tolist())
        columns = np.array(sorted(chosen))
        weight = np.stack([known.evidence[self._photos[r].source][columns] for r in rows])
        weight = np.maximum(weight, (named[:, columns] > 0.2).astype(np.float32))
        drawn, drawn_weight = self._truth.names(scenes, columns)
        texts = [phrases.say(known.names[c], random) for c in columns]
        return texts, np.concatenate([named[:, columns], drawn]), np.concatenate([weight, drawn_weight])

    def _caption_texts(self, rows: Rows, drawn: int) -> tuple[list[str], Array, Array]:
        """A caption of each captioned photograph of the batch; true of no other picture."""
        own = [place for place, r in enumerate(rows) if self._photos[r].captions][: self._sizes.captions]
        texts = [str(self._random.choice(self._photos[rows[place]].captions)).rstrip(" .") for place in own]
        truth = np.zeros((len(rows) + drawn, len(own)), np.float32)
        for column, place in enumerate(own):
            truth[[p for p, r in enumerate(rows) if r == rows[place]], column] = 1
        return texts, truth, np.ones_like(truth)

    def _colour_texts(self, named: Array, shares: Array, scenes: list[object]) -> tuple[list[str], Array, Array]:
        """Colours with and without things: exact for drawn pictures, read from the pixels of photographs."""
        texts, columns = [], []
        for _ in range(self._sizes.colours):
            text, (colour, thing, place, is_drawn) = self._truth.phrase(scenes, self._random, PAIRS, PLACES)
            photo = self._truth.of_photos(colour, thing, place, is_drawn, named, shares)
            drawn = self._truth.of_drawn(colour, thing, place, scenes)
            texts.append(text)
            columns.append(np.concatenate([photo, drawn], axis=1))
        truth, weight = np.stack(columns, axis=2)
        return texts, truth, weight

    def _nonsense_texts(self, pictures: int) -> tuple[list[str], Array, Array]:
        """Texts that match nothing."""
        texts = [phrases.nonsense(self._random, self._everyday) for _ in range(self._sizes.nonsense)]
        truth = np.zeros((pictures, len(texts)), np.float32)
        return texts, truth, np.ones_like(truth)


assert set(COLOURS) == set(colours.RANGES)
