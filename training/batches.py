"""Batches of pictures and texts, with the truth of every pair.

A batch holds photographs and drawn pictures, and texts of four kinds: names, captions, colours with things, nonsense.
Truth is in 0..1 for each pair (the teacher's probability, a label, a share of pixels) and comes with a weight: how much
is known about that pair.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from training import colours, phrases
from training.concepts import Array, Concepts
from training.drawn import PAIRS, PLACES, scene
from training.drawn_truth import UNKNOWN, DrawnTruth, say_phrase, traits, truth_of_drawn
from training.photos import Photo, Pixels
from training.pooled import Pooled
from training.teacher import answers, boxes, crop, finished_rounds
from training.wordnet import Nouns
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene

# How likely a word is true of what is known by the name above it alone.
PERHAPS = 0.5
RECOLOURED = 0.35
SMALL = 40

Bytes = NDArray[np.uint8]
Rows = NDArray[np.int64]
# Texts, and [B, texts] truth and weight of each pair.
Part = tuple[list[str], Array, Array]


@dataclass(frozen=True)
class Batch:
    """B pictures, the photographs first, and T texts."""

    pictures: Bytes | Array
    """uint8 [B, side, side, 3], or float32 [B, F] where the tower's features of them are known"""
    teacher: Array
    """[photographs, 1000]: the probabilities to learn, corrected by the labels"""
    centred: Array
    """[photographs, 1000]: the teacher's logits less their mean over all photographs"""
    name_classes: Array
    """[T, 1000]: the classes a text's name stands for, each row summing to one; zero where it stands for none"""
    drawn_traits: Rows
    """[drawn pictures, 3]: the numbers of colour, thing and ground"""
    text_traits: Rows
    """[T, 3]: the same of what a text says, -1 where it says nothing of it"""
    texts: list[str]
    truth: Array
    """[B, T] in 0..1"""
    weight: Array
    """[B, T] in 0..1"""


@dataclass(frozen=True)
class Sizes:
    """How many of each a batch holds."""

    photos: int = 72
    drawn: int = 24
    names: int = 112
    captions: int = 12
    colours: int = 48
    nonsense: int = 16
    nouns: int = 20


class Sampler:
    """Draws batches. `rows` are the photographs that may be seen."""

    def __init__(
        self,
        photos: list[Photo],
        pixels: Pixels,
        concepts: Concepts,
        cache: Path,
        drawn: Bytes,
        rows: list[int],
        side: int,
        nouns: Nouns | None = None,
        sizes: Sizes | None = None,
        step: int = 0,
        pooled: Pooled | None = None,
    ) -> None:
        self._photos, self._pixels, self._concepts = photos, pixels, concepts
        self._cache, self._boxes = cache, list[NDArray[np.int32]]()
        self._answers: list[NDArray[np.float16]] = []
        self._drawn = drawn
        self._rows = np.array(rows)
        self._said = np.array([r for r in rows if photos[r].captions])
        self._pooled = pooled
        # Where the features are known, pictures are needed for their colours alone.
        self._side, self._step = SMALL if pooled else side, step
        self._nouns = nouns
        self._sizes = sizes or Sizes()
        self._random = np.random.default_rng(step)
        self._truth = DrawnTruth(concepts)
        self._learn_of_new_rounds()
        self.mean_logits = np.mean([a[rows].astype(np.float32).mean(axis=0) for a in self._answers[:4]], axis=0)
        self._everyday = [n for n in concepts.names if 3 < len(n) < 14]

    def share(self, worker: int) -> None:
        """Makes this one of several samplers in processes of their own, each with other batches."""
        self._random = np.random.default_rng([self._step, worker])

    def draw(self) -> Batch:
        """The next batch."""
        self._learn_of_new_rounds()
        rows = self._draw_rows()
        crops = self._larger_crops(rows)
        pixels, logits = self._photographs(rows, crops)
        teacher = self._probabilities(rows, logits)
        numbers = self._random.integers(0, len(self._drawn), self._sizes.drawn)
        recoloured = self._random.random(len(numbers)) < RECOLOURED
        scenes = [_scene(int(n), colour_known=not r) for n, r in zip(numbers, recoloured, strict=True)]
        pictures = self._pictures(pixels, rows, crops, numbers, recoloured)
        shares = colours.shares(pixels)
        named = self._photo_names(rows, teacher)
        names, columns = self._name_texts(rows, named, scenes)
        nouns, above = self._noun_texts(named, scenes)
        phrased, said = self._colour_texts(named, shares, scenes)
        parts = [
            names,
            nouns,
            phrased,
            self._caption_texts(rows, len(scenes)),
            self._nonsense_texts(len(pictures)),
        ]
        texts = [t for part in parts for t in part[0]]
        truth, weight = (np.concatenate([part[i] for part in parts], axis=1) for i in (1, 2))
        classes = self._classes(np.concatenate([columns, above]), len(texts))
        text_traits = np.full((len(texts), 3), -1, np.int64)
        text_traits[len(names[0]) + len(nouns[0]) :][: len(said)] = said
        drawn_traits = np.array([traits(s.colour, s.thing, s.ground) for s in scenes])
        centred = logits - self.mean_logits
        return Batch(pictures, teacher, centred, classes, drawn_traits, text_traits, texts, truth, weight)

    def _classes(self, columns: Rows, texts: int) -> Array:
        """[texts, 1000]: what the first texts, names of these columns, stand for; -1 stands for nothing."""
        classes = np.zeros((texts, len(self.mean_logits)), np.float32)
        under = self._concepts.under[:, columns].T * (columns >= 0)[:, None]
        classes[: len(columns)] = under / np.maximum(under.sum(axis=1, keepdims=True), 1)
        return classes

    def _learn_of_new_rounds(self) -> None:
        """Takes up the rounds that the teacher has finished since."""
        known = len(self._pooled.photos) if self._pooled else finished_rounds(self._cache)
        for number in range(len(self._boxes), known):
            self._boxes.append(boxes(number, self._pixels.sizes))
            self._answers.append(np.array(answers(self._cache, len(self._photos))[number]))

    def _draw_rows(self) -> Rows:
        """Photographs of this batch; those with captions more often, since few have any."""
        captioned = min(self._sizes.captions, len(self._said))
        rest = self._random.choice(self._rows, self._sizes.photos - captioned)
        return np.concatenate([rest, self._random.choice(self._said, captioned)]) if captioned else rest

    def _photographs(self, rows: Rows, numbers: Rows) -> tuple[Bytes, Array]:
        """The crops of these rounds, and the teacher's logits for each."""
        pixels = np.stack(
            [
                crop(self._pixels[r], self._shift(self._boxes[n][r]), self._side)
                for r, n in zip(rows, numbers, strict=True)
            ]
        )
        logits = np.stack([self._answers[n][r] for r, n in zip(rows, numbers, strict=True)]).astype(np.float32)
        return pixels, logits

    def _larger_crops(self, rows: Rows) -> Rows:
        """A round for each photograph: the larger of two random crops, since whole pictures are what is searched."""
        drawn = self._random.integers(0, len(self._boxes), (2, len(rows)))
        areas = np.array([[self._boxes[n][r][2:].prod() for n, r in zip(some, rows, strict=True)] for some in drawn])
        larger: Rows = np.where(areas[0] >= areas[1], drawn[0], drawn[1])
        return larger

    def _probabilities(self, rows: Rows, logits: Array) -> Array:
        """The teacher's probabilities, corrected by the label where it allows some classes alone."""
        exps = np.exp(logits - logits.max(axis=1, keepdims=True))
        said = exps / exps.sum(axis=1, keepdims=True)
        labels = self._concepts.label_of[rows]
        allowed = np.where(labels[:, None] >= 0, self._concepts.label_classes[labels], 0)
        kept = said * allowed + 1e-4 * allowed
        total = kept.sum(axis=1, keepdims=True)
        corrected = 0.25 * said + 0.75 * kept / np.maximum(total, 1e-9)
        return np.where(total > 0, corrected, said).astype(np.float32)

    def _shift(self, box: NDArray[np.int32]) -> NDArray[np.int32]:
        """A part of the teacher's crop, near enough to have its answer and never the same twice."""
        left, top, width, height = box.tolist()
        cut_w, cut_h = (self._random.random(2) * 0.16 * (width, height)).astype(int)
        left += self._random.integers(0, cut_w + 1)
        top += self._random.integers(0, cut_h + 1)
        return np.array([left, top, width - cut_w, height - cut_h], np.int32)

    def _drawn_pixels(self, numbers: Rows, recoloured: NDArray[np.bool_]) -> Bytes:
        """Drawn pictures, each cut a little at random so that things appear at other places and sizes."""
        side, found = self._drawn.shape[1], []
        for number, other in zip(numbers, recoloured, strict=True):
            cut = self._random.integers(0, side // 10, 4)
            box = np.array([cut[0], cut[1], side - cut[0] - cut[2], side - cut[1] - cut[3]], np.int32)
            picture = crop(self._drawn[number], box, self._side)
            found.append(picture[:, :, self._random.permutation(3)] if other else picture)
        return np.stack(found)

    def _pictures(
        self, pixels: Bytes, rows: Rows, crops: Rows, numbers: Rows, recoloured: NDArray[np.bool_]
    ) -> Bytes | Array:
        """The batch's pictures: pixels, or features where they are known."""
        if self._pooled is None:
            return self._flip(np.concatenate([pixels, self._drawn_pixels(numbers, recoloured)]))
        drawn = self._pooled.drawn[recoloured.astype(int), numbers]
        return np.concatenate([self._pooled.photos[crops, rows], drawn]).astype(np.float32)

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

    def _name_texts(self, rows: Rows, named: Array, scenes: list[Scene]) -> tuple[Part, Rows]:
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
        return (texts, np.concatenate([named[:, columns], drawn]), np.concatenate([weight, drawn_weight])), columns

    def _noun_texts(self, named: Array, scenes: list[Scene]) -> tuple[Part, Rows]:
        """Nouns that are no names: perhaps true where the name above them is, else of nothing."""
        if self._nouns is None:
            empty = np.zeros((len(named) + len(scenes), 0), np.float32)
            return ([], empty, empty), np.zeros(0, np.int64)
        chosen = self._nouns.draw(self._random, self._sizes.nouns)
        above = self._nouns.above[chosen]
        drawn, drawn_weight = self._truth.names(scenes, above)
        known = (above >= 0).astype(np.float32)
        truth = np.concatenate([named[:, above], drawn]) * known * PERHAPS
        weight = np.concatenate([np.ones((len(named), len(above)), np.float32), drawn_weight])
        texts = [phrases.say(self._nouns.words[i], self._random) for i in chosen]
        return (texts, truth, np.where(known > 0, weight, self._nouns.evidence[chosen])), above

    def _caption_texts(self, rows: Rows, drawn: int) -> Part:
        """A caption of each captioned photograph of the batch; true of no other picture."""
        own = [place for place, r in enumerate(rows) if self._photos[r].captions][: self._sizes.captions]
        texts = [str(self._random.choice(self._photos[rows[place]].captions)).rstrip(" .") for place in own]
        truth = np.zeros((len(rows) + drawn, len(own)), np.float32)
        for column, place in enumerate(own):
            truth[[p for p, r in enumerate(rows) if r == rows[place]], column] = 1
        return texts, truth, np.ones_like(truth)

    def _colour_texts(self, named: Array, shares: Array, scenes: list[Scene]) -> tuple[Part, Rows]:
        """Colours with and without things: exact for drawn pictures, read from the pixels of photographs."""
        texts, columns, said = [], [], []
        for _ in range(self._sizes.colours):
            text, (colour, thing, place, is_drawn) = say_phrase(scenes, self._random, PAIRS, PLACES)
            photo = self._truth.of_photos(colour, thing, place, is_drawn, named, shares)
            drawn = truth_of_drawn(colour, thing, place, scenes)
            texts.append(text)
            said.append(traits(colour, thing, place))
            columns.append(np.concatenate([photo, drawn], axis=1))
        truth, weight = np.stack(columns, axis=2)
        return (texts, truth, weight), np.array(said)

    def _nonsense_texts(self, pictures: int) -> Part:
        """Texts that match nothing."""
        texts = [phrases.nonsense(self._random, self._everyday) for _ in range(self._sizes.nonsense)]
        truth = np.zeros((pictures, len(texts)), np.float32)
        return texts, truth, np.ones_like(truth)


def _scene(number: int, *, colour_known: bool) -> Scene:
    """The training scene of that number; a third has its colour channels exchanged, and no colour known by name.

    Else the model learns from the pairs that never occur that what is red is no boat.
    """
    found = scene(number)
    return found if colour_known else replace(found, colour=UNKNOWN)


assert set(COLOURS) == set(colours.RANGES)
