"""One order out of two: what is meant, and what is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vaultd.index.vector import Ids, Vectors
from vaultd.search.cut import Threshold
from vaultd.search.meaning import Meant
from vaultd.search.writing import Written

Floats = NDArray[np.float64]
STEEPNESS = 3.0
"""Twice as far from chance as the threshold is is believed by 0.95."""
NOTHING: Ids = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Scored:
    """Images in ascending order, and a number of each [n]."""

    images: Ids
    values: Floats

    @classmethod
    def of(cls, images: Ids, values: Floats | Vectors) -> Scored:
        """Images in any order, each once."""
        order = np.argsort(images)
        return cls(images[order], values[order].astype(np.float64))

    def over(self, images: Ids, missing: float) -> Floats:
        """The numbers of these images, `missing` for those that have none."""
        return spread(self.images, self.values, images, missing)


NONE = Scored(NOTHING, np.empty(0))
NO_BELIEFS: Floats = np.empty(0)


@dataclass(frozen=True, slots=True)
class Rest:
    """Pictures of which some words are written, while the others are seen: `text` says which these are."""

    text: str
    threshold: Threshold
    similarities: Scored


@dataclass(frozen=True, slots=True)
class Mixture:
    """What each side understands of several words. It is explained in `vaultd.search.mixed`.

    `partly`: how well some of the words are written; that finds nothing, and lifts what is found. `demanded`: words
    that must be written. `rests` and `joint`: what is found by some words written and the others seen, and its scores.
    """

    partly: Scored
    demanded: tuple[str, ...]
    rests: tuple[Rest, ...]
    joint: Scored


UNMIXED = Mixture(NONE, (), (), NONE)


@dataclass(frozen=True, slots=True)
class Found:
    """What one part of a query found, in ascending order of image.

    `scores` are in 0..1. `similarities` are NaN and ranks (from 1) are 0 where that side did not find the image.
    """

    images: Ids
    scores: Floats
    similarities: Floats
    semantic_ranks: Ids
    text_ranks: Ids
    threshold: Threshold | None
    mixed: Mixture

    def holds(self, images: Ids) -> NDArray[np.bool_]:
        """bool [n]: which of these images were found."""
        return np.isin(images, self.images)

    def scores_of(self, images: Ids) -> Floats:
        """The scores of these images, NaN for those that were not found."""
        return spread(self.images, self.scores, images, np.nan)


def fuse(meant: Meant | None, beliefs: Floats, text: Written, mixed: Mixture = UNMIXED) -> Found:
    """Both sides as one: each is evidence of its own, so a picture scores 1 - (1 - meant) (1 - written).

    `beliefs`: how sure the model is of what is `meant`, in its order. `text`: where all that was asked is written; such
    an image is found whatever it looks like.
    """
    seen = NONE if meant is None else Scored.of(meant.images, beliefs)
    cosines = NONE if meant is None else Scored.of(meant.images, meant.similarities)
    full = Scored.of(text.images, text.strengths)
    images = np.unique(np.concatenate([seen.images, full.images, mixed.joint.images]))
    strengths = np.maximum(full.over(images, 0.0), mixed.partly.over(images, 0.0))
    both = 1 - (1 - seen.over(images, 0.0)) * (1 - strengths)
    return Found(
        images=images,
        scores=np.maximum(both, mixed.joint.over(images, 0.0)),
        similarities=cosines.over(images, np.nan),
        semantic_ranks=_ranks(NOTHING if meant is None else meant.images, images),
        text_ranks=_ranks(text.images, images),
        threshold=None if meant is None else meant.threshold,
        mixed=mixed,
    )


def beliefs(similarities: Vectors | Floats, limit: Threshold) -> Floats:
    """How sure a model is, in 0..1, that pictures with these cosines are meant: 0.5 at the threshold.

    It is told by how much of the way from chance to there they come. That holds for words, pictures and sums, and for
    models that give no probabilities. `limit` is that of the default level, whatever level is asked for.
    """
    way = (similarities.astype(np.float64) - limit.mean) / max(1e-6, limit.cut - limit.mean)
    sure: Floats = 1 / (1 + np.exp(-np.clip(STEEPNESS * (way - 1), -60, 60)))
    return sure


def spread(images: Ids, values: Floats, over: Ids, missing: float) -> Floats:
    """The values of `images` (ascending) for each of `over`, `missing` for those that have none."""
    found = np.full(len(over), missing)
    if len(images):
        places = np.minimum(np.searchsorted(images, over), len(images) - 1)
        known = images[places] == over
        found[known] = values[places[known]]
    return found


def _ranks(ranked: Ids, images: Ids) -> Ids:
    places = np.arange(1, len(ranked) + 1, dtype=np.float64)
    return Scored.of(ranked, places).over(images, 0.0).astype(np.int64)
