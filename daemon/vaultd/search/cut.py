"""From which similarity on a picture counts as meant.

The threshold of a query is computed from the query and the pack's fixed background sample alone, before and without any
filter, so that it cannot depend on what is searched. Three things make it:

- What the query reaches by chance. Its similarities to the background have a mean and a highest hundredth, in which
  whatever of the kind happens to be in the sample lies: a match comes most of the way from the one to the other. That
  knows neither the model's scale nor the query's, and so holds for words, for pictures and for sums of both.
- What must be reached for the model to be believed at all, of words: below an absolute similarity nothing is a match,
  however far it stands out.
- Whether the words say anything. A model puts what it does not understand near to what it makes of meaningless letters:
  the nearer a query lies there, the more is asked. No list of words is looked at.

`floor` is the first alone, `cut` is all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vaultd.models.encoder import TextEncoder
from vaultd.models.nonsense import nothing
from vaultd.models.pack import Cut, CutLevel, CutLevels, Pack, Vague
from vaultipc.messages import Level

Kind = Literal["text", "image", "mixed"]
"""What a query's vector was made of: of words alone, of pictures alone, or of both. Each is calibrated by itself."""

Numbers = NDArray[np.float64]
REMEMBERED = 256
"""Queries whose chance is kept: each is asked for several levels, and again by every page."""


def _reaching(strict: float, default: float, loose: float) -> CutLevels:
    """Levels that ask for a share of the way alone."""
    return CutLevels(*(CutLevel(0.0, -1.0, 0.0, reach) for reach in (strict, default, loose)))


PICTURES = _reaching(0.95, 0.85, 0.75)
"""For queries with pictures, of a pack that says nothing of them: what was best for the bundled model, unit-free."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """A picture is meant if its similarity is at least `cut`. `mean` and `floor` say what chance reaches."""

    mean: float
    floor: float
    cut: float


@dataclass(frozen=True, slots=True)
class Chance:
    """What queries reach by chance, [queries] each: mean, standard deviation and highest hundredth over the background.

    `vagueness` is how near to meaningless texts they lie, a cosine; -1 where nobody asked.
    """

    mean: Numbers
    deviation: Numbers
    top: Numbers
    vagueness: Numbers

    @staticmethod
    def of(similarities: NDArray[np.float32], vagueness: Numbers | float = -1.0) -> Chance:
        """From the similarities [queries, pictures of the background]."""
        count = max(1, similarities.shape[1] // 100)
        top = np.partition(similarities, -count, axis=1)[:, -count:].mean(axis=1)
        mean, deviation = similarities.mean(axis=1), similarities.std(axis=1)
        return Chance(
            mean.astype(np.float64),
            deviation.astype(np.float64),
            top.astype(np.float64),
            np.broadcast_to(np.asarray(vagueness, np.float64), mean.shape),
        )


def floors(chance: Chance, rule: CutLevel) -> Numbers:
    """What a picture must reach to stand out of the background, for each query."""
    above = chance.mean + rule.z * chance.deviation
    found: Numbers = np.maximum(above, chance.mean + rule.reach * (chance.top - chance.mean))
    return found


def cuts_of(chance: Chance, rule: CutLevel, vague: Vague | None = None) -> Numbers:
    """What a picture must reach to be a match, for each query; `vague` is asked of words alone."""
    asked: Numbers = np.maximum(floors(chance, rule), rule.similarity)
    if vague is not None:
        asked = asked + vague.slope * np.maximum(0.0, chance.vagueness - vague.start)
    return asked


def levels_of(cuts: Cut, kind: Kind) -> CutLevels:
    """The levels of a kind of query: the pack's own, or the defaults for pictures."""
    own = {"text": cuts, "image": cuts.image, "mixed": cuts.mixed}[kind]
    return PICTURES if own is None else own


def threshold(
    similarities: NDArray[np.float32], cuts: Cut, level: Level, kind: Kind = "text", vagueness: float = -1.0
) -> Threshold:
    """The threshold of a query with these similarities to the background [n]. At level `all` everything passes."""
    return limit_of(Chance.of(similarities[None], vagueness), cuts, level, kind)


def limit_of(chance: Chance, cuts: Cut, level: Level, kind: Kind) -> Threshold:
    """The threshold of the one query that reaches this by chance."""
    rule: CutLevel = getattr(levels_of(cuts, kind), "default" if level == "all" else level)
    vague = cuts.vague if kind == "text" else None
    cut = -math.inf if level == "all" else float(cuts_of(chance, rule, vague)[0])
    return Threshold(float(chance.mean[0]), float(floors(chance, rule)[0]), cut)


class Background:
    """What a query is compared with by chance: the pack's pictures, and texts that mean nothing."""

    def __init__(self, pack: Pack, encoder: TextEncoder) -> None:
        self._pack = pack
        self._encoder = encoder
        self._chance = lru_cache(REMEMBERED)(self._reached)

    @cached_property
    def _nothing(self) -> NDArray[np.float32]:
        return nothing(self._encoder.embed)

    def threshold(self, vector: NDArray[np.float32], level: Level, kind: Kind = "text") -> Threshold:
        """The threshold of a query's vector [dimension] of length one."""
        return limit_of(self._chance(vector.tobytes(), kind), self._pack.manifest.cut, level, kind)

    def _reached(self, numbers: bytes, kind: Kind) -> Chance:
        """What a vector of these numbers reaches by chance."""
        vector = np.frombuffer(numbers, np.float32)
        is_judged = self._pack.manifest.cut.vague is not None and kind == "text"
        return Chance.of((self._pack.background @ vector)[None], float(vector @ self._nothing) if is_judged else -1.0)
