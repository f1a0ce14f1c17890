"""Which words fit a picture: from similarities to log odds, and from log odds to the few words that are kept.

A term's similarity to a picture says nothing by itself: some words are a little like everything. Each term therefore
has a noise of its own, its similarities to the pack's background sample, and three things must agree:

- the similarity lies above a high quantile of that noise, the term's floor;
- the log odds, a sum of how many standard deviations the similarity lies above the mean of the noise and of the model's
  own logit, weighted as the calibration found on photographs that the model had not learnt from, plus what the
  calibration knows of the term (a term that the model often gets wrong is shifted down until it is silent);
- their probability, the score, reaches the level's threshold, or the term's own where the vocabulary gives one.

Of these the best few are the picture's tags. Nothing here knows of files or of the catalog.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vaultd.models.manifest import AutoTags

Vectors = NDArray[np.float32]
Accepted = NDArray[np.bool_]
Level = Literal["strict", "default", "loose"]

UNCALIBRATED = AutoTags(
    z=1.5, logit=0.0, bias=-6.0, unseen=0.0, shift={}, quantile=0.95, strict=0.9, default=0.8, loose=0.6
)
"""For a model whose pack says nothing: even odds at four standard deviations above the noise, whatever its logits."""


@dataclass(frozen=True)
class Noise:
    """What each term's similarities to unrelated pictures are by chance: mean, deviation, a high quantile; [terms]."""

    mean: Vectors
    deviation: Vectors
    floor: Vectors


def noise(terms: Vectors, background: Vectors, quantile: float) -> Noise:
    """The noise of term vectors [terms, dimension] over a background [pictures, dimension]."""
    found = background @ terms.T
    deviation = np.maximum(found.std(axis=0), 1e-6).astype(np.float32)
    return Noise(found.mean(axis=0), deviation, np.quantile(found, quantile, axis=0).astype(np.float32))


@dataclass(frozen=True)
class Scoring:
    """All that is needed to score pictures. `shift`: added to each term's log odds, `least`: its threshold, [terms]."""

    terms: Vectors
    noise: Noise
    calibration: AutoTags
    logit_scale: float
    logit_bias: float
    shift: Vectors
    least: Vectors
    most: int

    def scores(self, pictures: Vectors) -> Vectors:
        """The probability, 0 to 1, of each term for each picture: [pictures, terms] for [pictures, dimension].

        0 where the similarity does not rise above the term's floor.
        """
        similarity = pictures @ self.terms.T
        odds = log_odds(similarity, self.noise, self.calibration, self.logit_scale, self.logit_bias) + self.shift
        probability: Vectors = 1 / (1 + np.exp(-np.clip(odds, -30, 30)))
        probability[similarity <= self.noise.floor] = 0
        return probability

    def accepted(self, scores: Vectors) -> Accepted:
        """Which terms are each picture's tags, [pictures, terms]: those at their threshold, and of these the best."""
        kept = scores >= self.least
        if scores.shape[1] > self.most:
            ranked = np.where(kept, scores, -1)
            last = np.partition(ranked, -self.most, axis=1)[:, -self.most][:, None]
            kept &= ranked >= last
            _break_ties(kept, ranked, last, self.most)
        return kept


def prepare(
    names: Sequence[str],
    terms: Vectors,
    background: Vectors,
    logits: tuple[float, float],
    calibration: AutoTags | None = None,
    level: Level = "default",
    most: int = 8,
    thresholds: Mapping[str, float] | None = None,
) -> Scoring:
    """The scoring of terms by name. `logits`: the model's scale and bias. `thresholds`: those of the terms' own.

    Without a calibration, `UNCALIBRATED` holds.
    """
    rule = calibration or UNCALIBRATED
    least = float(getattr(rule, level))
    own = thresholds or {}
    return Scoring(
        terms=terms,
        noise=noise(terms, background, rule.quantile),
        calibration=rule,
        logit_scale=logits[0],
        logit_bias=logits[1],
        shift=np.array([rule.shift.get(name, rule.unseen) for name in names], np.float32),
        least=np.array([own.get(name, least) for name in names], np.float32),
        most=most,
    )


def log_odds(similarity: Vectors, noise: Noise, rule: AutoTags, scale: float, bias: float) -> Vectors:
    """The log odds that terms are right, before what is known of each term: [pictures, terms] for the same."""
    standard = (similarity - noise.mean) / noise.deviation
    odds: Vectors = (rule.z * standard + rule.logit * (scale * similarity + bias) + rule.bias).astype(np.float32)
    return odds


def _break_ties(kept: Accepted, ranked: Vectors, last: Vectors, most: int) -> None:
    """Of terms that share the last place, the first of the vocabulary stay."""
    for row in np.flatnonzero(kept.sum(axis=1) > most):
        level = np.flatnonzero(kept[row] & (ranked[row] == last[row]))
        kept[row, level[most - int((kept[row] & (ranked[row] > last[row])).sum()) :]] = False
