"""Queries of which one side understands a part and the other side another: a car by its tag, that is red to the eye.

Two rules. A picture of which some words are written matches if the rest of them is seen in it, by the cut of that rest
alone. And a word that the model sees nowhere, while somebody uses it as a tag, a folder or a name ("Anna", "Berlin"),
must be written: else `anna beach` would be every beach, because the model hears only that.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from vaultd.index.vector import Ids, Vectors
from vaultd.search.cut import Threshold
from vaultd.search.fuse import NONE, UNMIXED, Floats, Mixture, Rest, Scored, beliefs, spread
from vaultd.search.writing import LEAST, Asked, Written, written

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
        self._known: OrderedDict[tuple[str, str], tuple[int, bool]] = OrderedDict()

    def is_seen(self, finder: Finder, word: str, meant: Vectors, limit: Threshold) -> bool:
        """Whether any picture of the library reaches the threshold of a word."""
        key, size = (finder.meaning.title, word), len(finder.texts)
        known = self._known.get(key)
        if known is None or abs(known[0] - size) > known[0] // 10:
            found = finder.meaning.meant(finder.sql, meant, limit, None, 1)
            self._known[key] = known = (size, bool(len(found.images)))
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return known[1]


def mixture(finder: Finder, asked: Sequence[Asked], level: Level, full: Ids) -> Mixture:
    """How two words or more are understood by either side. `full`: images about which they are all written."""
    if not 2 <= len(asked) <= MOST_WORDS:
        return UNMIXED
    each = [written(finder.texts, [one], OF_A_WORD, None) for one in asked]
    table = Table.of(each)
    likely = _likely(table.patterns(besides=full), len(asked))
    named = [len(one.images) > 0 and _is_label(finder, word) for word, one in zip(asked, each, strict=True)]
    single = [word.text for word, is_label in zip(asked, named, strict=True) if is_label]
    finder.meaning.guess([*single, *(_text(_rest(asked, pattern)) for pattern in likely)])
    must = [is_label and _is_unknown(finder, word, one.images)
            for word, one, is_label in zip(asked, each, named, strict=True)]  # fmt: skip
    labels = [word for word, needed in zip(asked, must, strict=True) if needed]
    if labels:
        table = table.where(must, written(finder.texts, labels, None, None).images)
    rests = list(_rests(finder, asked, table, full, level, None if labels else COMPARED))
    return Mixture(
        partly=Scored(table.images, PARTLY * table.strengths.mean(axis=0)),
        demanded=tuple(one.text for one in labels),
        rests=tuple(rest for rest, _ in rests),
        joint=_together([joint for _, joint in rests]),
    )


@dataclass(frozen=True, slots=True)
class Table:
    """Images in ascending order, and how well each word is written about each, 0 where it is not: [words, images]."""

    images: Ids
    strengths: Floats

    @classmethod
    def of(cls, each: Sequence[Written]) -> Table:
        """Of what was found of each word."""
        images = np.unique(np.concatenate([one.images for one in each]))
        return cls(images, np.stack([Scored.of(one.images, one.strengths).over(images, 0.0) for one in each]))

    def where(self, must: Sequence[bool], images: Ids) -> Table:
        """Of all the images about which these words are written, and no others."""
        images, needed = np.unique(images), np.array(must)
        rows = [spread(self.images, row, images, 0.0) for row in self.strengths]
        return Table(images, np.maximum(np.stack(rows), LEAST * needed[:, None]))

    def patterns(self, besides: Ids) -> Ids:
        """Which words are written about each image, as bits, the first word the lowest: [images]; 0 of `besides`."""
        bits: Ids = (1 << np.arange(len(self.strengths))) @ (self.strengths > 0)
        bits[np.isin(self.images, besides, assume_unique=True)] = 0
        return bits


def _rests(
    finder: Finder, asked: Sequence[Asked], table: Table, full: Ids, level: Level, most: int | None
) -> Iterator[tuple[Rest, Scored]]:
    """What is found by some words written and the others seen, the patterns with the most words first; and the scores.

    `most`: so many images at most are looked at.
    """
    patterns = table.patterns(besides=full)
    for pattern in _likely(patterns, len(asked)):
        held = pattern >> np.arange(len(asked)) & 1 == 1
        fitting = np.flatnonzero(patterns == pattern)
        sure = table.strengths[held][:, fitting].mean(axis=0)
        fitting = fitting[np.argsort(-sure, kind="stable")[:most]]
        most = None if most is None else most - len(fitting)
        rest = _rest(asked, pattern)
        meant, limit = _meant(finder, _text(rest), level)
        known, found = finder.meaning.similarities(finder.sql, meant, table.images[fitting])
        seen = Scored.of(known[found >= limit.cut], found[found >= limit.cut])
        if len(seen.images):
            sight = beliefs(seen.values, finder.meaning.threshold(meant, "default"))
            scores = (held.sum() * sure.mean() + len(rest) * sight) / len(asked)
            yield Rest(_text(rest), limit, seen), Scored(seen.images, scores)


def _likely(patterns: Ids, words: int) -> list[int]:
    """The patterns that some words are in and not all, those with the most words and then the rarest first."""
    counts = np.bincount(patterns, minlength=1 << words)
    there = np.flatnonzero(counts[1:-1]) + 1
    return sorted(there.tolist(), key=lambda bits: (-bits.bit_count(), counts[bits]))[:MOST_RESTS]


def _rest(asked: Sequence[Asked], pattern: int) -> list[Asked]:
    """The words that are not written."""
    return [one for place, one in enumerate(asked) if not pattern >> place & 1]


def _text(words: Sequence[Asked]) -> str:
    return " ".join(one.text for one in words)


def _is_label(finder: Finder, word: Asked) -> bool:
    """Whether somebody uses this word as a tag, a folder or a name. What the model tags is no label."""
    if finder.texts.is_in_names(word.sought.words):
        return True
    (borne,) = finder.sql.execute(
        "SELECT EXISTS (SELECT 1 FROM json_each(?) AS given CROSS JOIN image_tags ON image_tags.tag = given.value"
        " WHERE image_tags.state = 'active' AND image_tags.source <> 'auto')",
        (json.dumps(word.sought.tags),),
    ).fetchone()
    return bool(borne)


def _is_unknown(finder: Finder, word: Asked, images: Ids) -> bool:
    """Whether the model sees a word nowhere, not in the images about which it is written and in no others.

    That is the same at every level, so that a stricter one never finds more.
    """
    meant, limit = _meant(finder, word.text, "default")
    _, found = finder.meaning.similarities(finder.sql, meant, images[:SAMPLE])
    if len(found) and (found >= limit.cut).mean() >= UNDERSTOOD:
        return False
    return not finder.memory.labels.is_seen(finder, word.text, meant, limit)


def _meant(finder: Finder, text: str, level: Level) -> tuple[Vectors, Threshold]:
    vector = finder.meaning.guessed(text)
    return vector, finder.meaning.threshold(vector, level)


def _together(parts: list[Scored]) -> Scored:
    """Patterns share no image."""
    if not parts:
        return NONE
    return Scored.of(np.concatenate([part.images for part in parts]), np.concatenate([part.values for part in parts]))
