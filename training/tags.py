"""How right a model's auto-tags are on photographs whose truth is known.

Tags that are neither known to be true of a photograph nor known to be false (`training.known`) are counted apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.evaluate import HeldOut, Vectors
from training.known import Known
from vaultd.autotags.scoring import Scoring
from vaultd.autotags.vocabulary import Vocabulary

Answers = NDArray[np.int8]

KIND_OF_GROUP = {
    "animals": "animal",
    "food": "food",
    "music": "instrument",
    "vehicles": "vehicle",
    "clothing": "clothes",
    "furniture": "thing",
    "kitchen": "thing",
    "electronics": "thing",
    "tools": "thing",
}
"""What kind of thing a word is of which the labels know nothing."""


def truth(held: HeldOut, vocabulary: Vocabulary) -> Answers:
    """[photographs, terms]: 1 true, -1 false, 0 not known."""
    kinds = {term.name: KIND_OF_GROUP.get(term.group, "") for term in vocabulary.terms}
    known = Known(held, kinds)
    return np.stack([known.truth(term.name, _others(term.texts)) for term in vocabulary.terms], axis=1)


def _others(texts: Sequence[str]) -> list[str]:
    """Synonyms among a term's texts, and what is played in "playing tennis"."""
    plain = [text for text in texts if not text.startswith(("a photo of ", "people "))]
    return plain[1:] + [text.removeprefix("playing ") for text in plain[:1] if text.startswith("playing ")]


@dataclass(frozen=True)
class Judgement:
    """What tags are worth. Precision is over the tags of which something is known."""

    precision: float
    coverage: float
    """The share of photographs with at least one right tag."""
    recall: float
    """The share of what is known to be true that became a tag."""
    each: float
    """Tags a photograph."""
    judged: int
    """Tags of which something is known."""
    unknown: float
    """The share of tags of which nothing is known."""


def judge(accepted: NDArray[np.bool_], known: Answers) -> Judgement:
    """What these tags are worth, both [photographs, terms]."""
    right, wrong = accepted & (known > 0), accepted & (known < 0)
    judged, total = int(right.sum() + wrong.sum()), int(accepted.sum())
    return Judgement(
        precision=float(right.sum() / judged) if judged else 0.0,
        coverage=float(right.any(axis=1).mean()),
        recall=float(right.sum() / max(1, (known > 0).sum())),
        each=total / len(accepted),
        judged=judged,
        unknown=1 - judged / total if total else 0.0,
    )


def curve(scoring: Scoring, pictures: Vectors, known: Answers, steps: Sequence[float]) -> dict[float, Judgement]:
    """The judgement at each threshold, the same for all words."""
    scores = scoring.scores(pictures)
    every = np.ones_like(scoring.least)
    return {step: judge(replace(scoring, least=every * step).accepted(scores), known) for step in steps}
