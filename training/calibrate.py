"""The cut's levels, chosen on held-out training photographs and on drawn pictures with judging seeds.

A picture matches a query when its similarity is at least mean + z * standard deviation of the query's similarities to
the background sample, and at least the similarity at which the model's own probability is p. Both numbers of a level
are chosen together, on a grid.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training.concepts import NOUNS, Concepts
from training.evaluate import EmbedTexts, Judged, Truth, Vectors, nonsense_texts, noun_truth, pair_truth
from training.export import Level
from vaultd.demo.palette import COLOURS
from vaultd.demo.things import THINGS

Z_GRID = np.arange(0, 8.1, 0.5)
P_GRID = np.array([0.02, 0.05, 0.08, 0.12, 0.16, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9])
EMPTY_NONSENSE = 0.97
# How much recall weighs against precision (van Rijsbergen's F); strict levels care for precision.
BETAS = {"strict": 0.4, "default": 1.0, "loose": 2.0}


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


def questions(judged: Judged, concepts: Concepts, background: Vectors, embed: EmbedTexts) -> tuple[Asked, Asked, Asked]:
    """Nouns and label names on photographs, "red car" and "car" on drawn pictures, and nonsense on all."""
    texts = [n for n in NOUNS if noun_truth(judged, concepts, n).sum() >= 5]
    texts += [n for n in _label_names(judged, concepts) if n not in texts]
    photo_truth = np.stack([noun_truth(judged, concepts, t) for t in texts])
    pairs = [(c, t) for c in COLOURS for t in THINGS]
    drawn = [f"{c} {t}" for c, t in pairs] + list(THINGS)
    drawn_truth = [pair_truth(judged, c, t) for c, t in pairs]
    drawn_truth += [np.array([s.thing == t for s in judged.scenes]) for t in THINGS]
    everything = np.concatenate([judged.photo_vectors, judged.drawn_vectors])
    noise = nonsense_texts()
    nothing = np.zeros((len(noise), len(everything)), bool)
    return (
        ask(texts, judged.photo_vectors, photo_truth, background, embed),
        ask(drawn, judged.drawn_vectors, np.stack(drawn_truth), background, embed),
        ask(noise, everything, nothing, background, embed),
    )


def _label_names(judged: Judged, concepts: Concepts, at_least: int = 5) -> list[str]:
    """Names that hold, by label, of a few held-out photographs but not of a large part of them."""
    labels = concepts.label_of[judged.rows]
    counts = concepts.label_names[labels[labels >= 0]].sum(axis=0)
    chosen = (counts >= at_least) & (counts <= len(labels) / 8) & (concepts.weight > np.median(concepts.weight))
    return [concepts.names[i] for i in np.flatnonzero(chosen)]


def similarity_at(probability: float, scale: float, bias: float) -> float:
    """The cosine at which the model's own probability is this."""
    return float((np.log(probability / (1 - probability)) - bias) / scale)


def choose_levels(asked: tuple[Asked, Asked, Asked], scale: float, bias: float) -> dict[str, Level]:
    """The levels with the best F score among those that leave nonsense empty."""
    photo, drawn, _ = asked
    best: dict[str, tuple[float, Level]] = {}
    for p in P_GRID:
        cosine = similarity_at(p, scale, bias)
        for z in Z_GRID:
            kept = [(a.similarity >= cosine) & (a.z >= z) for a in asked]
            if (~kept[2].any(axis=1)).mean() < EMPTY_NONSENSE:
                continue
            for level, beta in BETAS.items():
                # The geometric mean: photographs are harder than drawings, and must not be given up for them.
                score = (f_score(kept[0], photo.truth, beta) * f_score(kept[1], drawn.truth, beta)) ** 0.5
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
