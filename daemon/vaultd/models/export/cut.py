"""What counts as a match, for a model that was never calibrated on pictures whose truth is known.

A model trained with a softmax has no absolute scale: ViT-B/32 gives a picture and its own caption a cosine near 0.3,
another architecture 0.15, and no probability can be read off. But nonsense must find nothing, and that needs no truth:
the similarity that meaningless words hardly ever reach with any picture of the background is where a match may begin.

The least similarity of the default level is the 97th percentile, over NONSENSE meaningless texts, of the highest
similarity of each to the background; strict asks one standard deviation of those similarities more, loose only what
half of the texts reach. Beside it a picture must come 0.85, 0.7 or 0.5 of the way from the query's mean similarity to
the highest hundredth of the background, shares that were best for the bundled model and know no scale. Pictures as
queries have the defaults of `vaultd.search.cut`, which are such shares alone.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from vaultd.models.manifest import Cut, CutLevel
from vaultd.models.nonsense import NONSENSE, nonsense_texts

__all__ = ["NONSENSE", "levels", "nonsense_texts", "probability"]

_FLOOR = 0.97


def levels(nonsense: NDArray[np.float32], background: NDArray[np.float32], scale: float, bias: float) -> Cut:
    """The cut of a model, by the vectors [n, dimension] of `nonsense_texts` and of the background, of length one."""
    similarities = nonsense @ background.T
    reached = similarities.max(axis=1)
    floor, spread = float(np.quantile(reached, _FLOOR)), float(similarities.std(axis=1).mean())

    def level(reach: float, similarity: float) -> CutLevel:
        return CutLevel(0.0, similarity, probability(similarity, scale, bias), reach)

    loosest = float(np.median(reached))
    return Cut(strict=level(0.85, floor + spread), default=level(0.7, floor), loose=level(0.5, loosest))


def probability(similarity: float, scale: float, bias: float) -> float:
    """What the model gives a pair at this cosine; 0 for a model without a bias, which cannot say."""
    return 1 / (1 + math.exp(min(700.0, -(scale * similarity + bias)))) if bias else 0.0
