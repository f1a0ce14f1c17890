"""When a word becomes an auto-tag: `python -m training.calibrate_tags DATA --pack FOLDER --write`.

The calibration (`vaultd.models.manifest.AutoTags`) is fitted on the half of the held-out photographs that does not
judge (`training.halves.judges`), through the pack's towers as users have them.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from training.evaluate import Vectors
from training.halves import judges
from training.judging import Judging, embed, read_held
from training.tags import Answers, doubts, judge, truth
from vaultd.autotags import vocabulary, wording
from vaultd.autotags.scoring import Noise, log_odds, noise
from vaultd.models.engines import open_encoders
from vaultd.models.manifest import MANIFEST, AutoTags
from vaultd.models.pack import Pack, load_pack

QUANTILE = 0.95
SPREAD = 1.5
"""Standard deviation of what is expected of the words' shifts before anything is seen."""
UNSEEN = 25
"""A word of another vocabulary is shifted like one of so low a percentile among these."""
PRECISION = {"strict": 0.9, "default": 0.8, "loose": 0.65}
"""The least cautious precision that a level's threshold is chosen for."""
STEPS = np.round(np.concatenate([np.arange(0.05, 0.95, 0.05), [0.95, 0.97, 0.98, 0.99]]), 2)
FEWEST = 20
"""A threshold is chosen among those that leave so many tags of which something is known."""


@dataclass(frozen=True)
class Seen:
    """What a calibration is fitted on: similarities and truth, both [photographs, terms]."""

    similarity: Vectors
    known: Answers
    doubt: Vectors
    noise: Noise
    logits: tuple[float, float]

    def part(self, rows: NDArray[np.bool_]) -> "Seen":
        """Some of the photographs."""
        return Seen(self.similarity[rows], self.known[rows], self.doubt, self.noise, self.logits)

    def odds(self, rule: AutoTags) -> Vectors:
        """The log odds by a rule, without the words' shifts."""
        return log_odds(self.similarity, self.noise, rule, *self.logits)


def calibrate(
    names: Sequence[str],
    terms: Vectors,
    background: Vectors,
    logits: tuple[float, float],
    pictures: Vectors,
    known: Answers,
    doubt: Vectors,
) -> AutoTags:
    """The calibration by photographs [n, dimension] with known truth [n, terms].

    The thresholds are chosen by what a fit on half of them says of the other half, since a word's own shift flatters
    the photographs that it comes from.
    """
    seen = Seen(pictures @ terms.T, known, doubt, noise(terms, background, QUANTILE), logits)
    first = np.arange(len(pictures)) % 2 == 0
    scores, truths = [], []
    for fitted_on in (first, ~first):
        rule, shift = fit(seen.part(fitted_on))
        scores.append(_probabilities(seen.part(~fitted_on), rule, shift))
        truths.append(known[~fitted_on])
    levels = thresholds(np.concatenate(scores), np.concatenate(truths), doubt)
    rule, shift = fit(seen)
    return AutoTags(
        z=rule.z,
        logit=rule.logit,
        bias=rule.bias,
        unseen=round(float(np.percentile(shift, UNSEEN)), 2),
        shift={name: round(float(s), 2) for name, s in zip(names, shift, strict=True)},
        quantile=QUANTILE,
        **levels,
    )


def fit(seen: Seen) -> tuple[AutoTags, Vectors]:
    """The weights of the log odds (logistic regression by Newton's method), and each word's shift [terms]."""
    rows, columns = np.nonzero(seen.known)
    similarity = seen.similarity[rows, columns]
    scale, bias = seen.logits
    standard = (similarity - seen.noise.mean[columns]) / seen.noise.deviation[columns]
    features = np.stack([standard, scale * similarity + bias, np.ones(len(rows))], axis=1).astype(np.float64)
    target = seen.known[rows, columns] > 0
    weights = np.array([0.0, 0.0, -4.0])
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(features @ weights, -30, 30)))
        curvature = features.T @ (features * (p * (1 - p))[:, None]) + 1e-3 * np.eye(3)
        step = np.linalg.solve(curvature, features.T @ (target - p) - 1e-3 * weights)
        weights += step / max(1.0, float(np.abs(step).max()))
    rule = _rule(weights)
    return rule, _shifts(seen, rule)


def _rule(weights: NDArray[np.float64]) -> AutoTags:
    """The weights alone, as a calibration."""
    z, logit, bias = (round(float(w), 4) for w in weights)
    return AutoTags(
        z=z, logit=logit, bias=bias, unseen=0.0, shift={}, quantile=QUANTILE, strict=0.9, default=0.8, loose=0.6
    )


def _shifts(seen: Seen, rule: AutoTags) -> Vectors:
    """[terms]: what each word's own photographs add to its log odds, against what is expected before they are seen."""
    odds, true = seen.odds(rule), seen.known > 0
    judged = np.where(seen.known != 0, 1, seen.doubt)
    shift = np.zeros(odds.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(odds + shift, -30, 30)))
        slope = ((true - p) * judged).sum(axis=0) - shift / SPREAD**2
        curvature = (p * (1 - p) * judged).sum(axis=0) + 1 / SPREAD**2
        # A full step of Newton's would overshoot where all photographs are far on one side.
        shift += np.clip(slope / curvature, -1, 1)
    return shift.astype(np.float32)


def _probabilities(seen: Seen, rule: AutoTags, shift: Vectors) -> Vectors:
    """[photographs, terms]: the scores that tags would have."""
    p: Vectors = 1 / (1 + np.exp(-np.clip(seen.odds(rule) + shift, -30, 30)))
    return np.where(seen.similarity > seen.noise.floor, p, 0).astype(np.float32)


def thresholds(scores: Vectors, known: Answers, doubt: Vectors) -> dict[str, float]:
    """Each level's least score: the lowest from which on the tags are precise enough, or the most precise one."""
    found = {step: judge(scores >= step, known, doubt) for step in STEPS.tolist()}
    usable = {step: one.cautious for step, one in found.items() if one.judged >= FEWEST}
    if not usable:
        return dict.fromkeys(PRECISION, float(STEPS[-1]))
    best = max(usable, key=lambda step: usable[step])
    return {level: min((s for s, p in usable.items() if p >= aim), default=best) for level, aim in PRECISION.items()}


def of_pack(data: Path, pack: Pack) -> AutoTags:
    """The calibration of a pack for the vocabulary that comes with the program."""
    encoders, words, manifest = open_encoders(pack, threads=2), vocabulary.shipped(), pack.manifest
    held = read_held(data)
    held = held.part(~np.array([judges(held.photos[row]) for row in held.rows]))
    pictures = embed(Judging(data, held, []).photographs(), manifest, encoders.image)
    terms = wording.vectors(words, encoders.text.embed)
    logits = (manifest.logit_scale, manifest.logit_bias)
    return calibrate(words.names, terms, pack.background, logits, pictures, truth(held, words), doubts(words))


def main() -> int:
    """Reads the command line, and prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--pack", type=Path, required=True, help="the folder of the pack")
    parser.add_argument("--write", action="store_true", help="write it into the pack's manifest")
    options = parser.parse_args()
    found = of_pack(options.data, load_pack(options.pack))
    if options.write:
        path = options.pack / MANIFEST
        manifest = json.loads(path.read_text(encoding="utf-8"))
        manifest["auto_tags"] = msgspec.to_builtins(found)
        path.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"least scores: strict {found.strict}, default {found.default}, loose {found.loose}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
