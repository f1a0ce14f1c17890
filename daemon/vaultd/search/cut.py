"""From which similarity on a picture counts as meant.

The threshold of a query is computed from the query and a fixed background alone, before and without any filter, so that
it cannot depend on what is searched: `floor` is what the query's similarities to unrelated pictures reach by chance
(their mean plus z standard deviations), and below an absolute similarity the model itself does not believe in a match.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vaultd.index.vector import VectorIndex
from vaultd.models.pack import Cut, CutLevel, Pack
from vaultipc.messages import Level

SAMPLE = 2048
ENOUGH = 4 * SAMPLE
"""Pictures from which on a sample of the library joins the pack's own: a small one may be full of what is asked for."""

Kind = Literal["text", "image", "mixed"]
"""What a query's vector was made of: of words alone, of pictures alone, or of both. Each is calibrated by itself."""

SIMILAR = Cut(
    strict=CutLevel(z=5.0, similarity=-1.0, probability=0.0),
    default=CutLevel(z=3.5, similarity=-1.0, probability=0.0),
    loose=CutLevel(z=2.5, similarity=-1.0, probability=0.0),
)
"""For pictures in the query, whose similarities no text calibration knows: only what is beyond chance counts."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A picture is meant if its similarity is at least `cut`. `mean` and `floor` say what chance reaches."""

    mean: float
    floor: float
    cut: float


def threshold(similarities: NDArray[np.float32], cuts: Cut, level: Level, kind: Kind = "text") -> Threshold:
    """The threshold of a query with these similarities to the background [n]. At level `all` everything passes."""
    mean, deviation = float(similarities.mean()), float(similarities.std())
    cut = cuts if kind == "text" else SIMILAR
    rule: CutLevel = cut.default if level == "all" else getattr(cut, level)
    floor = mean + rule.z * deviation
    return Threshold(mean, floor, -math.inf if level == "all" else max(floor, rule.similarity))


class Background:
    """The pictures that a query is compared with by chance: the pack's, and of a large library a sample of its own."""

    def __init__(self, pack: Pack, library: VectorIndex) -> None:
        self._pack = pack
        self._library = library
        self._rows = pack.background
        self._size = 0

    def similarities(self, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Of a vector [dimension] to each of them, [n]."""
        size = len(self._library)
        if size >= ENOUGH and not 0.9 * self._size <= size <= 1.1 * self._size:
            self._rows = np.concatenate([self._pack.background, self._library.sample(SAMPLE)])
            self._size = size
        found: NDArray[np.float32] = self._rows @ vector
        return found
