"""How right a model's auto-tags are on photographs whose truth is known.

Of many tags it is neither known that they are true of a photograph nor that they are false (`training.known`), and they
are worse than the others. Of 100 auto-tags looked at one by one, all 14 that the rule calls false were false, 46 of the
47 that it calls true were true, and of the 39 of which it knows nothing 8 were true; of 72 colours of which it knows
nothing about half were (white always, pink hardly ever). So beside the precision over what is known stands a cautious
one over all tags, in which an unknown one counts as partly wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from training.evaluate import HeldOut, Vectors
from training.known import Known
from training.photo_colours import read_list
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


DOUBT, DOUBT_OF_COLOURS = 0.85, 0.5
"""How much of an unknown tag counts as wrong."""


def doubts(vocabulary: Vocabulary) -> Vectors:
    """[terms]: how much of an unknown tag counts as wrong."""
    return np.array([DOUBT_OF_COLOURS if t.group == "colours" else DOUBT for t in vocabulary.terms], np.float32)


def truth(held: HeldOut, vocabulary: Vocabulary) -> Answers:
    """[photographs, terms]: 1 true, -1 false, 0 not known."""
    kinds = {term.name: KIND_OF_GROUP.get(term.group, "") for term in vocabulary.terms}
    known = Known(held, kinds)
    found = np.stack([known.truth(term.name, _others(term.texts)) for term in vocabulary.terms], axis=1)
    seen = read_list()
    column = {
        term.name.removesuffix(" colour"): i for i, term in enumerate(vocabulary.terms) if term.group == "colours"
    }
    for place, row in enumerate(held.rows):
        read = seen.get(held.photos[row].file)
        found[place, [column[c] for c in (read.colours if read else ()) if c in column]] = 1
    return found


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
    cautious: float
    """The precision over all tags, where one of which nothing is known counts as partly wrong."""
    unknown: float
    """The share of tags of which nothing is known."""


def judge(accepted: NDArray[np.bool_], known: Answers, doubt: Vectors) -> Judgement:
    """What these tags are worth, both [photographs, terms]; `doubt` as `doubts` says it, [terms]."""
    right, wrong = accepted & (known > 0), accepted & (known < 0)
    judged, total = int(right.sum() + wrong.sum()), int(accepted.sum())
    perhaps = float(((accepted & (known == 0)) * (1 - doubt)).sum())
    return Judgement(
        precision=float(right.sum() / judged) if judged else 0.0,
        coverage=float(right.any(axis=1).mean()),
        recall=float(right.sum() / max(1, (known > 0).sum())),
        each=total / len(accepted),
        judged=judged,
        cautious=(float(right.sum()) + perhaps) / total if total else 0.0,
        unknown=1 - judged / total if total else 0.0,
    )


def curve(
    scoring: Scoring, pictures: Vectors, known: Answers, doubt: Vectors, steps: Sequence[float]
) -> dict[float, Judgement]:
    """The judgement at each threshold, the same for all words."""
    scores = scoring.scores(pictures)
    every = np.ones_like(scoring.least)
    return {step: judge(replace(scoring, least=every * step).accepted(scores), known, doubt) for step in steps}
