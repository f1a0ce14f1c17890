"""Queries of which one side understands a part and the other side another: a car by its tag, that is red to the eye.

Two rules. A picture of which some words are written matches if the rest of them is seen in it, by the cut of that rest
alone. And a word that the model sees nowhere, while somebody uses it as a tag, a folder or a name ("Anna", "Berlin"),
must be written: else `anna beach` would be every beach, because the model hears only that.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from vaultd.index.vector import Ids
from vaultd.search.cut import Threshold
from vaultd.search.fuse import NONE, UNMIXED, Floats, Mixture, Rest, Scored
from vaultd.search.vectors import Sense
from vaultd.search.writing import LEAST, Asked, written

if TYPE_CHECKING:
    from vaultd.search.finding import Finder
    from vaultipc.messages import Level

REMEMBERED = 4096
MOST_WORDS = 6
"""A longer text is a description, of which hardly a word is a label."""
OF_A_WORD = 1000
"""So many of the pictures about which one word is written are looked at, those of the shortest texts first."""
MOST_RESTS = 2
COMPARED = 1000
"""So many pictures, of those about which some words are written, are compared with the rest of the words."""
SAMPLE = 64
UNDERSTOOD = 1 / 8
"""A word is understood where the model sees it in this share of the pictures about which it is written."""
PARTLY = 0.5
"""What some of the words are worth as text, beside all of them."""


class Labels:
    """Remembers which words the model sees somewhere in the library, as long as that stays about as large."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str, Level], tuple[int, bool]] = OrderedDict()

    def is_seen(self, finder: Finder, word: str, meant: Sense, limit: Threshold, level: Level) -> bool:
        """Whether any picture of the library reaches the threshold of a word."""
        key, size = (finder.meaning.title, word, level), len(finder.texts)
        known = self._known.get(key)
        if known is None or abs(known[0] - size) > known[0] // 10:
            found = finder.meaning.meant(finder.sql, meant.vector, limit, None, 1)
            self._known[key] = known = (size, bool(len(found.images)))
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known[1]


def mixture(finder: Finder, asked: Sequence[Asked], level: Level, full: Ids) -> Mixture:
    """How two words or more are understood by either side. `full`: images about which they are all written."""
    if not 2 <= len(asked) <= MOST_WORDS:
        return UNMIXED
    each = [written(finder.texts, [one], OF_A_WORD, None) for one in asked]
    needed = [len(one.images) > 0 and _is_label_only(finder, word, one.images, level)
              for word, one in zip(asked, each, strict=True)]  # fmt: skip
    labels = [word for word, must in zip(asked, needed, strict=True) if must]
    bearing = written(finder.texts, labels, None, None).images if labels else None
    strengths = [Scored.of(one.images, one.strengths) for one in each]
    images = np.unique(np.concatenate([one.images for one in strengths] if bearing is None else [bearing]))
    if not len(images):
        return replace(UNMIXED, demanded=tuple(one.text for one in labels))
    table = np.stack([one.over(images, LEAST if must else 0.0) for one, must in zip(strengths, needed, strict=True)])
    rests = list(_rests(finder, asked, table, images, full, level, None if labels else COMPARED))
    return Mixture(
        partly=Scored(images, PARTLY * table.mean(axis=0)),
        demanded=tuple(one.text for one in labels),
        rests=tuple(rest for rest, _ in rests),
        joint=_together([joint for _, joint in rests]),
    )


def _rests(
    finder: Finder, asked: Sequence[Asked], table: Floats, images: Ids, full: Ids, level: Level, most: int | None
) -> Iterator[tuple[Rest, Scored]]:
    """What is found by some words written and the others seen, the patterns with the most words first; and the scores.

    `table`: how well each word is written about each image, 0 where it is not, [words, images].
    """
    open_ones = ~np.isin(images, full)
    for held in _patterns((table > 0)[:, open_ones]):
        fitting = np.flatnonzero(((table > 0) == held[:, None]).all(axis=0) & open_ones)
        sure = table[held][:, fitting].mean(axis=0)
        fitting = fitting[np.argsort(-sure, kind="stable")[:most]]
        most = None if most is None else most - len(fitting)
        rest = [one for one, here in zip(asked, held, strict=True) if not here]
        meant = _sense(finder, rest)
        limit = finder.meaning.threshold(meant.vector, level)
        known, found = finder.meaning.similarities(finder.sql, meant.vector, images[fitting])
        seen = Scored.of(known[found >= limit.cut], found[found >= limit.cut])
        if len(seen.images):
            beliefs = finder.meaning.probabilities(seen.values.astype(np.float32))
            scores = (held.sum() * sure.mean() + len(rest) * beliefs) / len(asked)
            yield Rest(" ".join(one.text for one in rest), limit, seen), Scored(seen.images, scores)


def _patterns(held: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Which words are written together, bool [words] each, those with the most words first; `held`: [words, images]."""
    held = held[:, held.any(axis=0) & ~held.all(axis=0)]
    if not held.shape[1]:
        return []
    kinds, counts = np.unique(held, axis=1, return_counts=True)
    order = np.lexsort((counts, -kinds.sum(axis=0)))
    return [kinds[:, place] for place in order[:MOST_RESTS]]


def _is_label_only(finder: Finder, word: Asked, images: Ids, level: Level) -> bool:
    """Whether somebody labels pictures with this word and the model sees it nowhere."""
    if not word.sought.tags and not finder.texts.is_in_names(word.sought.words):
        return False
    meant = _sense(finder, [word])
    limit = finder.meaning.threshold(meant.vector, level)
    _, found = finder.meaning.similarities(finder.sql, meant.vector, images[:SAMPLE])
    if len(found) and (found >= limit.cut).mean() >= UNDERSTOOD:
        return False
    return not finder.memory.labels.is_seen(finder, word.text, meant, limit, level)


def _sense(finder: Finder, words: Sequence[Asked]) -> Sense:
    return Sense(finder.meaning.guessed(" ".join(one.text for one in words)), "text")


def _together(parts: list[Scored]) -> Scored:
    """Patterns share no image."""
    if not parts:
        return NONE
    return Scored.of(np.concatenate([part.images for part in parts]), np.concatenate([part.values for part in parts]))
