"""How good a model is on pictures it has never seen: the rows that the training prints and `benchmarks/quality.py` too.

Every row asks a `Score`, so that towers, the teacher with word matching, and anything else are judged by the same code.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from training.concepts import NOUNS, Concepts
from training.drawn import squashed
from training.photos import Photo
from vaultd.demo.grounds import GROUNDS
from vaultd.demo.held_out import HELD_OUT_PAIRS, JUDGING_SEEDS
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene
from vaultd.demo.things import THINGS

Vectors = NDArray[np.float32]
Truth = NDArray[np.bool_]
EmbedTexts = Callable[[Sequence[str]], Vectors]
Score = Callable[[Sequence[str]], Vectors]
"""Texts to how well each fits each picture, float32 [texts, pictures]."""

FIRST = 10
"""Precision is that of so many first answers, or of fewer where fewer pictures are right."""
AT_LEAST = 5
"""A question is asked where so many pictures are right."""


@dataclass(frozen=True)
class HeldOut:
    """The photographs that judge, and what their labels mean."""

    photos: list[Photo]
    """All photographs of the data folder."""
    rows: list[int]
    """Those that judge."""
    concepts: Concepts
    names: list[str]
    """Of all photographs: the name that its label means first, "" for none."""

    def part(self, wanted: Truth) -> "HeldOut":
        """Those of the judging photographs that `wanted` marks."""
        return HeldOut(self.photos, [r for r, w in zip(self.rows, wanted, strict=True) if w], self.concepts, self.names)

    def truth(self, noun: str) -> Truth:
        """[photographs]: whether the label means the noun, directly or through a name above."""
        if noun not in self.concepts.names_set:
            return np.zeros(len(self.rows), bool)
        labels = self.concepts.label_of[self.rows]
        return (labels >= 0) & (self.concepts.label_names[labels, self.concepts.row(noun)] > 0)


@dataclass(frozen=True)
class Found:
    """Precision over questions: the mean, that of chance, and each question's (precision, positives, chance)."""

    mean: float
    chance: float
    each: dict[str, tuple[float, int, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recall:
    """How often the one right picture among `pictures` is the first, or among the first ten, over `asked` questions."""

    first: float
    ten: float
    asked: int
    pictures: int


def score_by(pictures: Vectors, embed: EmbedTexts) -> Score:
    """The cosines of texts to these pictures, float32 [pictures, dimension] of length one."""
    return lambda texts: embed(texts) @ pictures.T


def judging_scenes(each: int = FIRST) -> list[Scene]:
    """Scenes on judging seeds: every pair so many times, on every ground in turn."""
    pairs = [(c, t) for c in COLOURS for t in THINGS]
    grounds = list(GROUNDS)
    return [
        Scene(thing, colour, grounds[(number * each + copy) % len(grounds)], JUDGING_SEEDS[number * each + copy])
        for number, (colour, thing) in enumerate(pairs)
        for copy in range(each)
    ]


def draw_scenes(scenes: Sequence[Scene]) -> NDArray[np.uint8]:
    """uint8 [n, 128, 128, 3]."""
    return np.stack([squashed(scene, (320, 240)) for scene in scenes])


def precision_at(scores: Vectors, truth: Truth, count: int) -> float:
    """The share of right pictures among the `count` best; pictures of equal score share their places."""
    count = min(count, len(scores))
    last = np.partition(scores, -count)[-count]
    above, level = scores > last, scores == last
    right = truth[above].sum() + (count - above.sum()) * truth[level].mean()
    return float(right / count)


def ranks(scores: Vectors, own: NDArray[np.int64]) -> NDArray[np.float64]:
    """[questions]: how many pictures come before the question's own; of those at equal score, half."""
    theirs = scores[np.arange(len(own)), own][:, None]
    before: NDArray[np.float64] = (scores > theirs).sum(axis=1) + ((scores == theirs).sum(axis=1) - 1) / 2
    return before


def precision(asked: dict[str, Truth], scores: Vectors, known: dict[str, Truth] | None = None) -> Found:
    """Precision at min(FIRST, positives) of each question; with `known`, among the pictures whose truth is known."""
    each = {}
    for (text, truth), row in zip(asked.items(), scores, strict=True):
        among = np.ones(len(truth), bool) if known is None else known[text]
        right, positives = truth[among], int(truth[among].sum())
        if positives:
            found = precision_at(row[among], right, min(FIRST, positives))
            each[text] = (found, positives, positives / len(right))
    values = np.array(list(each.values()) or [(0.0, 0, 0.0)])
    return Found(float(values[:, 0].mean()), float(values[:, 2].mean()), each)


def recall(scores: Vectors, own: NDArray[np.int64]) -> Recall:
    """Recall of the first and of the first ten, for questions that have one right picture each."""
    before = ranks(scores, own)
    return Recall(float((before < 1).mean()), float((before < 10).mean()), len(own), scores.shape[1])


def class_to_photo(held: HeldOut, score: Score) -> Recall:
    """A class's one photograph among one photograph of each class, asked for by the class's name."""
    first: dict[str, int] = {}
    for place, row in enumerate(held.rows):
        if held.concepts.label_of[row] >= 0 and held.names[row]:
            first.setdefault(held.names[row], place)
    places = np.array(list(first.values()))
    return recall(score(list(first))[:, places], np.arange(len(places)))


def nouns(held: HeldOut, score: Score) -> Found:
    """Everyday nouns with at least AT_LEAST positives, among all held-out photographs."""
    asked = {noun: held.truth(noun) for noun in NOUNS}
    asked = {noun: truth for noun, truth in asked.items() if truth.sum() >= AT_LEAST}
    return precision(asked, score(list(asked)))


def captions(held: HeldOut, score: Score) -> Recall:
    """A caption's photograph among the held-out photographs that have captions."""
    places = [p for p, row in enumerate(held.rows) if held.photos[row].captions]
    texts = [(c, i) for i, p in enumerate(places) for c in held.photos[held.rows[p]].captions]
    return recall(score([t for t, _ in texts])[:, places], np.array([i for _, i in texts]))


def pair_truth(scenes: Sequence[Scene], colour: str, thing: str) -> Truth:
    """[drawn pictures]: whether the picture shows that thing in that colour."""
    return np.array([s.colour == colour and s.thing == thing for s in scenes])


def drawn_pairs(scenes: Sequence[Scene], score: Score) -> dict[str, Found]:
    """Queries like "red car" on drawn pictures: pairs that occur in training, and pairs that never do."""
    pairs = [(c, t) for c in COLOURS for t in THINGS]
    kinds = {
        "seen pairs": [p for p in pairs if p not in HELD_OUT_PAIRS],
        "held-out pairs": [p for p in pairs if p in HELD_OUT_PAIRS],
    }
    asked = {kind: {f"{c} {t}": pair_truth(scenes, c, t) for c, t in chosen} for kind, chosen in kinds.items()}
    return {kind: precision(texts, score(list(texts))) for kind, texts in asked.items()}
