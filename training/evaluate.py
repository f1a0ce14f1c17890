"""How good a student is on pictures it has never seen, beside chance."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from training import phrases
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


@dataclass(frozen=True)
class Judged:
    """Held-out pictures: their vectors and what they show."""

    photos: list[Photo]
    rows: list[int]
    photo_vectors: Vectors
    scenes: list[Scene]
    drawn_vectors: Vectors


def judging_scenes(each: int = 3) -> list[Scene]:
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


def top(similarities: Vectors, count: int) -> NDArray[np.int64]:
    """The rows of the highest similarities, best first."""
    return np.argsort(-similarities, kind="stable")[:count]


def class_to_photo(judged: Judged, concepts: Concepts, names: list[str], embed: EmbedTexts) -> dict[str, float]:
    """Recall of a class's one photograph among one photograph of each class, asked by the class's name."""
    first: dict[str, int] = {}
    for place, row in enumerate(judged.rows):
        if concepts.label_of[row] >= 0 and names[row]:
            first.setdefault(names[row], place)
    places = np.array(list(first.values()))
    similarity = embed(list(first)) @ judged.photo_vectors[places].T
    rank = (similarity > np.diag(similarity)[:, None]).sum(axis=1)
    count = len(first)
    return {
        "classes": count,
        "recall@1": float((rank < 1).mean()),
        "recall@10": float((rank < 10).mean()),
        "chance@10": 10 / count,
    }


def noun_truth(judged: Judged, concepts: Concepts, noun: str) -> Truth:
    """[photographs]: whether the label means the noun, directly or through a name above."""
    if noun not in concepts.names:
        return np.zeros(len(judged.rows), bool)
    labels = concepts.label_of[judged.rows]
    return (labels >= 0) & (concepts.label_names[labels, concepts.row(noun)] > 0)


def nouns(judged: Judged, concepts: Concepts, embed: EmbedTexts) -> dict[str, tuple[float, int, float]]:
    """Noun to (precision at min(10, positives), positives, chance), for nouns with at least five positives."""
    found = {}
    for noun, vector in zip(NOUNS, embed(NOUNS), strict=True):
        truth = noun_truth(judged, concepts, noun)
        positives = int(truth.sum())
        if positives >= 5:
            best = top(judged.photo_vectors @ vector, min(10, positives))
            found[noun] = (float(truth[best].mean()), positives, positives / len(truth))
    return found


def captions(judged: Judged, embed: EmbedTexts) -> dict[str, float]:
    """Recall of a caption's photograph among the held-out photographs that have captions."""
    places = [p for p, row in enumerate(judged.rows) if judged.photos[row].captions]
    texts = [(c, i) for i, p in enumerate(places) for c in judged.photos[judged.rows[p]].captions]
    similarity = embed([t for t, _ in texts]) @ judged.photo_vectors[places].T
    own = np.array([i for _, i in texts])
    rank = (similarity > similarity[np.arange(len(own)), own][:, None]).sum(axis=1)
    return {
        "photographs": len(places),
        "recall@1": float((rank < 1).mean()),
        "recall@10": float((rank < 10).mean()),
        "chance@10": 10 / len(places),
    }


def pair_truth(judged: Judged, colour: str, thing: str) -> Truth:
    """[drawn pictures]: whether the picture shows that thing in that colour."""
    return np.array([s.colour == colour and s.thing == thing for s in judged.scenes])


def drawn_pairs(judged: Judged, embed: EmbedTexts) -> dict[str, float]:
    """Precision at the number of positives over "red car"-like queries on drawn pictures, seen and held-out pairs."""
    pairs = [(c, t) for c in COLOURS for t in THINGS]
    similarity = embed([f"{c} {t}" for c, t in pairs]) @ judged.drawn_vectors.T
    scores: dict[bool, list[float]] = {True: [], False: []}
    for (colour, thing), row in zip(pairs, similarity, strict=True):
        truth = pair_truth(judged, colour, thing)
        scores[(colour, thing) in HELD_OUT_PAIRS].append(float(truth[top(row, int(truth.sum()))].mean()))
    return {"seen pairs": float(np.mean(scores[False])), "held-out pairs": float(np.mean(scores[True]))}


def nonsense_texts(count: int = 300) -> list[str]:
    """Texts that match nothing, from a seed that training does not use."""
    random = np.random.default_rng(987_654_321)
    return [phrases.nonsense(random, ["photograph", "mountain", "airplane"]) for _ in range(count)]
