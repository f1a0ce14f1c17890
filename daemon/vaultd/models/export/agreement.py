"""Whether two forms of a model answer alike."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
TOP = 10


def worst_cosine(one: Vectors, other: Vectors) -> float:
    """The lowest cosine of a row [n, dimension] to its counterpart."""
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float(((one * other).sum(axis=1) / np.maximum(lengths, 1e-12)).min())


def are_distinct(vectors: Vectors) -> bool:
    """Whether no two rows [n, dimension] point in the same direction.

    Otherwise a form that gives every input one answer would agree perfectly.
    """
    unit = vectors.astype(np.float64) / np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = unit @ unit.T
    np.fill_diagonal(cosines, -1)
    return bool(cosines.max() < 1 - 1e-7)


def top_agreement(expected: Vectors, found: Vectors, pictures: Vectors, found_pictures: Vectors) -> float:
    """The share of each query's first ten pictures that are the same, over all queries.

    Queries are `expected` [n, dimension] among `pictures` in one form, `found` among `found_pictures` in the other, and
    the pictures themselves, which are not counted as their own answers.
    """
    texts = _overlaps(expected @ pictures.T, found @ found_pictures.T)
    one, other = pictures @ pictures.T, found_pictures @ found_pictures.T
    np.fill_diagonal(one, -2)
    np.fill_diagonal(other, -2)
    return float(np.concatenate([texts, _overlaps(one, other)]).mean())


def _overlaps(one: Vectors, other: Vectors) -> NDArray[np.float64]:
    """Of each row of similarities: the share of its highest that are also the other's."""
    best = [np.argsort(-scores, axis=1, kind="stable")[:, :TOP] for scores in (one, other)]
    return np.array([len(np.intersect1d(a, b)) / len(a) for a, b in zip(*best, strict=True)])
