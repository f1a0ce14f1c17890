"""Queries of which one side understands a part and the other side another: a car by its tag, that is red to the eye.

Two rules. A picture of which some words are written matches if the rest of them is seen in it, by the cut of that rest
alone. And a word that the model sees nowhere, while somebody uses it as a tag, a folder or a name ("Anna", "Berlin"),
must be written: else `anna beach` would be every beach, because the model hears only that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from vaultd.index.vector import Ids
from vaultd.query import Words
from vaultd.search.cut import Threshold
from vaultd.search.fuse import NONE, UNMIXED, Floats, Mixture, Rest, Scored
from vaultd.search.vectors import Sense, sense
from vaultd.search.writing import Asked, written

if TYPE_CHECKING:
    from vaultd.search.finding import Finder
    from vaultipc.messages import Level

MOST_WORDS = 6
"""A longer text is a description, of which hardly a word is a label."""
OF_A_WORD = 1000
"""So many of the pictures about which one word is written are looked at, those of the shortest texts first."""
MOST_RESTS = 3
SAMPLE = 64
UNDERSTOOD = 1 / 8
"""A word is understood where the model sees it in this share of the pictures about which it is written."""
LABELS = frozenset({"tags", "folders", "names"})
PARTLY = 0.5
"""What some of the words are worth as text, beside all of them."""


def mixture(finder: Finder, asked: Sequence[Asked], level: Level, full: Ids) -> Mixture:
    """How two words or more are understood by either side. `full`: images about which they are all written."""
    if not 2 <= len(asked) <= MOST_WORDS:
        return UNMIXED
    each = [written(finder.texts, [one], OF_A_WORD, None) for one in asked]
    strengths = [Scored.of(one.images, one.strengths) for one in each]
    images = np.unique(np.concatenate([one.images for one in strengths]))
    if not len(images):
        return UNMIXED
    table = np.stack([one.over(images, 0.0) for one in strengths])
    needed = np.array([bool(len(s.images)) and _is_label_only(finder, one, s.images, level)
                       for one, s in zip(asked, strengths, strict=True)])  # fmt: skip
    rests, joint = [], []
    for held in _patterns(table, images, full, needed):
        rest = [one for one, here in zip(asked, held, strict=True) if not here]
        some = images[((table > 0) == held[:, None]).all(axis=0)]
        found = _seen(finder, rest, some, level)
        if found is None:
            continue
        similarities, threshold, beliefs = found
        rests.append(Rest(" ".join(one.text for one in rest), threshold, similarities))
        sure = table[held][:, np.isin(images, some)].mean()
        joint.append(Scored(similarities.images, (held.sum() * sure + len(rest) * beliefs) / len(asked)))
    return Mixture(
        partly=Scored(images, PARTLY * table.mean(axis=0)),
        demanded=tuple(one.text for one, must in zip(asked, needed, strict=True) if must),
        rests=tuple(rests),
        joint=_together(joint),
    )


def _patterns(table: Floats, images: Ids, full: Ids, needed: np.ndarray) -> list[np.ndarray]:
    """Which words are written about pictures that lack others: bool [words] each, those with the most words first."""
    held = (table > 0)[:, ~np.isin(images, full)]
    held = held[:, held[needed].all(axis=0) & ~held.all(axis=0)]
    if not held.shape[1]:
        return []
    kinds, counts = np.unique(held, axis=1, return_counts=True)
    order = np.lexsort((counts, -kinds.sum(axis=0)))
    return [kinds[:, place] for place in order[:MOST_RESTS]]


def _is_label_only(finder: Finder, one: Asked, images: Ids, level: Level) -> bool:
    """Whether somebody labels pictures with this word and the model sees it nowhere."""
    meant = _sense(finder, [one])
    limit = finder.meaning.threshold(meant.vector, level)
    _, found = finder.meaning.similarities(finder.sql, meant.vector, np.sort(images[:SAMPLE]))
    if not len(found) or (found >= limit.cut).mean() >= UNDERSTOOD:
        return False
    if len(finder.meaning.meant(finder.sql, meant.vector, limit, None, 1).images):
        return False
    return any(len(where) for name, where in finder.texts.where(one.sought) if name in LABELS)


def _seen(finder: Finder, rest: Sequence[Asked], images: Ids, level: Level) -> tuple[Scored, Threshold, Floats] | None:
    """In which of these images the rest of the words is seen, by its own cut: cosines and beliefs; None if in none."""
    meant = _sense(finder, rest)
    limit = finder.meaning.threshold(meant.vector, level)
    known, found = finder.meaning.similarities(finder.sql, meant.vector, images)
    passed = Scored.of(known[found >= limit.cut], found[found >= limit.cut])
    if not len(passed.images):
        return None
    return passed, limit, finder.meaning.probabilities(passed.values.astype(np.float32))


def _sense(finder: Finder, words: Sequence[Asked]) -> Sense:
    return sense(finder.meaning, finder.samples, Words(tuple(one.text for one in words)))


def _together(parts: list[Scored]) -> Scored:
    """Patterns share no image."""
    if not parts:
        return NONE
    return Scored.of(np.concatenate([part.images for part in parts]), np.concatenate([part.values for part in parts]))
