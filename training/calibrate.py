"""The cut's levels: chosen on one half of the held-out photographs and judged on the other.

A picture matches a query when its similarity is at least mean + z * standard deviation of the query's similarities to
the background sample, and at least the similarity at which the model's own probability is p. Both numbers of a level
are chosen together, on a grid. Drawn pictures with judging seeds and nonsense are halved too.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.concepts import NOUNS
from training.evaluate import EmbedTexts, HeldOut, Truth, Vectors, nonsense_texts, pair_truth
from training.photos import Photo, subject
from vaultd.demo.palette import COLOURS
from vaultd.demo.scene import Scene
from vaultd.demo.things import THINGS

Z_GRID = np.arange(0, 8.1, 0.5)
P_GRID = np.array([0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9])
EMPTY_NONSENSE = 0.97
# How much recall weighs against precision (van Rijsbergen's F); strict levels care for precision.
BETAS = {"strict": 0.4, "default": 1.0, "loose": 2.0}
# A question is asked of a half where so many of its photographs are right.
POSITIVES = 3
SEEDS = {False: 987_654_321, True: 123_456_789}


@dataclass(frozen=True)
class Level:
    """One level of the cut, as in the pack's manifest."""

    z: float
    similarity: float
    probability: float


def judges(photo: Photo) -> bool:
    """Whether a held-out photograph judges the cut; the others choose it. By a hash, a subject's pictures alike."""
    return hashlib.blake2b(subject(photo).encode(), digest_size=2, person=b"judging").digest()[0] < 128


@dataclass(frozen=True)
class Pictures:
    """Held-out photographs and drawn pictures, with their vectors."""

    held: HeldOut
    photos: Vectors
    scenes: list[Scene]
    drawn: Vectors

    def half(self, judging: bool) -> "Pictures":
        """The half that judges, or the one that the cut is chosen on."""
        mine = np.array([judges(self.held.photos[row]) == judging for row in self.held.rows])
        scenes = np.array([seed % 2 == judging for seed in (scene.seed for scene in self.scenes)])
        chosen = [scene for scene, wanted in zip(self.scenes, scenes, strict=True) if wanted]
        return Pictures(self.held.part(mine), self.photos[mine], chosen, self.drawn[scenes])


@dataclass(frozen=True)
class Asked:
    """Queries over one set of pictures: similarities, z scores and truth, all [queries, pictures]."""

    similarity: Vectors
    z: Vectors
    truth: Truth


def ask(texts: Sequence[str], pictures: Vectors, truth: Truth, background: Vectors, embed: EmbedTexts) -> Asked:
    """Similarities and z scores of every text to every picture."""
    vectors = embed(texts)
    noise = vectors @ background.T
    similarity = vectors @ pictures.T
    mean, spread = noise.mean(axis=1, keepdims=True), noise.std(axis=1, keepdims=True)
    return Asked(similarity, (similarity - mean) / np.maximum(spread, 1e-6), truth)


def f_score(kept: Truth, truth: Truth, beta: float) -> float:
    """The mean over queries of the F score; a query that keeps nothing scores 0."""
    hits = (kept & truth).sum(axis=1)
    scores = (1 + beta**2) * hits / np.maximum(kept.sum(axis=1) + beta**2 * truth.sum(axis=1), 1)
    return float(scores.mean())


def questions(all_pictures: Pictures, judging: bool, background: Vectors, embed: EmbedTexts) -> dict[str, Asked]:
    """On one half: nouns and label names on photographs, "red car" and "car" on drawn pictures, nonsense on both."""
    pictures = all_pictures.half(judging)
    texts = asked_names(pictures.held)
    photo_truth = np.stack([pictures.held.truth(t) for t in texts])
    pairs = [(c, t) for c in COLOURS for t in THINGS]
    drawn = [f"{c} {t}" for c, t in pairs] + list(THINGS)
    drawn_truth = [pair_truth(pictures.scenes, c, t) for c, t in pairs]
    drawn_truth += [np.array([s.thing == t for s in pictures.scenes]) for t in THINGS]
    everything = np.concatenate([pictures.photos, pictures.drawn])
    noise = nonsense_texts(seed=SEEDS[judging])
    nothing = np.zeros((len(noise), len(everything)), bool)
    return {
        "photos": ask(texts, pictures.photos, photo_truth, background, embed),
        "drawn": ask(drawn, pictures.drawn, np.stack(drawn_truth), background, embed),
        "nonsense": ask(noise, everything, nothing, background, embed),
    }


def asked_names(held: HeldOut) -> list[str]:
    """Everyday nouns, then label names, that are true of enough of these photographs."""
    nouns = [n for n in NOUNS if held.truth(n).sum() >= POSITIVES]
    return nouns + [n for n in _label_names(held) if n not in nouns]


def _label_names(held: HeldOut) -> list[str]:
    """Names that hold, by label, of a few held-out photographs but not of a large part of them."""
    concepts = held.concepts
    labels = concepts.label_of[held.rows]
    counts = concepts.label_names[labels[labels >= 0]].sum(axis=0)
    chosen = (counts >= POSITIVES) & (counts <= len(labels) / 8) & (concepts.weight > np.median(concepts.weight))
    return [concepts.names[i] for i in np.flatnonzero(chosen)]


def similarity_at(probability: float, scale: float, bias: float) -> float:
    """The cosine at which the model's own probability is this."""
    return float((np.log(probability / (1 - probability)) - bias) / scale)


def choose_levels(asked: dict[str, Asked], scale: float, bias: float) -> dict[str, Level]:
    """The levels with the best F score among those that leave nonsense empty."""
    best: dict[str, tuple[float, Level]] = {}
    for p in P_GRID:
        cosine = similarity_at(p, scale, bias)
        for z in Z_GRID:
            kept = {kind: (a.similarity >= cosine) & (a.z >= z) for kind, a in asked.items()}
            if (~kept["nonsense"].any(axis=1)).mean() < EMPTY_NONSENSE:
                continue
            for level, beta in BETAS.items():
                # The geometric mean: photographs are harder than drawings, and must not be given up for them.
                scores = [f_score(kept[kind], asked[kind].truth, beta) for kind in ("photos", "drawn")]
                score = (scores[0] * scores[1]) ** 0.5
                if level not in best or score > best[level][0]:
                    best[level] = (score, Level(float(z), cosine, float(p)))
    if not best:
        # A model that is not trained yet: nothing is a match.
        return {level: Level(float(Z_GRID[-1]), similarity_at(0.99, scale, bias), 0.99) for level in BETAS}
    return {level: best[level][1] for level in BETAS}


def at_the_cut(asked: Asked, level: Level) -> dict[str, float]:
    """Mean precision and recall over queries at a level, and the share of queries that keep nothing."""
    kept = (asked.similarity >= level.similarity) & (asked.z >= level.z)
    found, hits = kept.sum(axis=1), (kept & asked.truth).sum(axis=1)
    answered: NDArray[np.bool_] = found > 0
    return {
        "precision": float((hits[answered] / found[answered]).mean()) if answered.any() else 0.0,
        "recall": float((hits / np.maximum(asked.truth.sum(axis=1), 1)).mean()),
        "empty": float((~answered).mean()),
    }
