"""One order out of two: what is meant, and what is written."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vaultd.index.vector import Ids, Vectors
from vaultd.search.cut import Threshold
from vaultd.search.meaning import Meant

Floats = NDArray[np.float64]
NOTHING: Ids = np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class Found:
    """What one group of words found, in ascending order of image.

    `scores` are in 0..1. `similarities` are NaN and ranks (from 1) are 0 where that side did not find the image.
    """

    images: Ids
    scores: Floats
    similarities: Floats
    semantic_ranks: Ids
    text_ranks: Ids
    threshold: Threshold | None

    def holds(self, images: Ids) -> NDArray[np.bool_]:
        """bool [n]: which of these images were found."""
        return np.isin(images, self.images)

    def scores_of(self, images: Ids) -> Floats:
        """The scores of these images, NaN for those that were not found."""
        return spread(self.images, self.scores, images, np.nan)


def fuse(meant: Meant | None, beliefs: Floats, written: Ids, strengths: Vectors) -> Found:
    """Both sides as one: each is evidence of its own, so a picture scores 1 - (1 - meant) (1 - written).

    `beliefs` are the model's probabilities of what is meant, `strengths` the scores of what is written, both in the
    order of their images, best first. An image that is written about is found whatever it looks like.
    """
    seen = NOTHING if meant is None else meant.images
    images = np.union1d(seen, written)
    by_meaning = spread(*_ascending(seen, beliefs), images, 0.0)
    by_text = spread(*_ascending(written, strengths.astype(np.float64)), images, 0.0)
    cosines = np.empty(0) if meant is None else meant.similarities.astype(np.float64)
    return Found(
        images=images,
        scores=1 - (1 - by_meaning) * (1 - by_text),
        similarities=spread(*_ascending(seen, cosines), images, np.nan),
        semantic_ranks=_ranks(seen, images),
        text_ranks=_ranks(written, images),
        threshold=None if meant is None else meant.threshold,
    )


def spread(images: Ids, values: Floats, over: Ids, missing: float) -> Floats:
    """The values of `images` (ascending) for each of `over`, `missing` for those that have none."""
    found = np.full(len(over), missing)
    if len(images):
        places = np.minimum(np.searchsorted(images, over), len(images) - 1)
        known = images[places] == over
        found[known] = values[places[known]]
    return found


def _ascending(images: Ids, values: Floats) -> tuple[Ids, Floats]:
    order = np.argsort(images)
    return images[order], values[order]


def _ranks(ranked: Ids, images: Ids) -> Ids:
    places = np.arange(1, len(ranked) + 1, dtype=np.float64)
    return spread(*_ascending(ranked, places), images, 0.0).astype(np.int64)
