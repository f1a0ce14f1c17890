"""What words say: the images about which they are written."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log1p

import numpy as np

from vaultd.catalog import lookup
from vaultd.catalog.store import position
from vaultd.index.text import Sought, TextIndex
from vaultd.index.vector import Ids, Vectors
from vaultd.index.words import words_of
from vaultd.query import Phrase, Words
from vaultd.search.smallwords import SMALL
from vaultd.worker.formats import PICTURES

LEAST = 0.5
"""How sure a match as text is at least."""
HALF = 2.0
"""The rarity, as the logarithm of one in so many, that counts halfway between a match at all and a sure one."""
SPREAD = 0.1
"""How much of that the order of the images about which something is written takes away from the last of them."""

_ENDING = re.compile(rf"(?<=\w)({'|'.join(re.escape(ending.decode()) for ending in PICTURES)})$", re.IGNORECASE)
"""A file is known by its name without the ending, so that is what must be written of `IMG_1133.jpg`."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A word or phrase as it was written in the query, and what must be found for it."""

    text: str
    sought: Sought

    @property
    def small(self) -> bool:
        """Whether it says nothing by itself."""
        return len(self.sought.words) == 1 and self.sought.words[0] in SMALL


class TagWords:
    """The tags by the words of their names, read again when the catalog changed."""

    def __init__(self) -> None:
        self._at = -1
        self._by_word: dict[str, list[tuple[int, tuple[str, ...]]]] = {}

    def asked(self, sql: sqlite3.Connection, leaf: Words | Phrase) -> list[Asked]:
        """What must be found for these words, each as it is written; what holds no letter or digit asks for nothing.

        A tag is found by its name: the tags whose full name holds the words, and every tag below them.
        """
        texts = [leaf.text] if isinstance(leaf, Phrase) else list(leaf.words)
        wanted = [(text, tuple(words_of(_ENDING.sub("", text)))) for text in texts]
        by_word = self._read(sql)
        return [Asked(text, Sought(words, _tags(words, by_word.get(words[0], ())))) for text, words in wanted if words]

    def _read(self, sql: sqlite3.Connection) -> dict[str, list[tuple[int, tuple[str, ...]]]]:
        at, known = position(sql), self._by_word
        if at != self._at:
            known = {}
            for tag, name in lookup.tag_names(sql).items():
                words = _words_of_name(name)
                for word in dict.fromkeys(words):
                    known.setdefault(word, []).append((tag, words))
            self._by_word, self._at = known, at
        return known


def demanded(asked: Sequence[Asked]) -> list[Asked]:
    """What of this must be written: all but the small words, or these where there are no others."""
    return [one for one in asked if not one.small] or list(asked)


@dataclass(frozen=True, slots=True)
class Written:
    """Images about which something is written, best first, and how well: from 0.5 to 1."""

    images: Ids
    strengths: Vectors

    def without(self, images: Ids) -> Written:
        """Those that are not among these."""
        kept = ~np.isin(self.images, images)
        return Written(self.images[kept], self.strengths[kept])


UNWRITTEN = Written(np.empty(0, np.int64), np.empty(0, np.float32))


def written(index: TextIndex, asked: Sequence[Asked], most: int | None, among: Ids | None) -> Written:
    """Where all this is written: at most so many images, none but `among`.

    The rarer in the library, the surer: BM25 alone would say little of a rare word in one of the few captions, since
    against the others, which are empty, that one is long. It says which of these images come first.
    """
    sought = [one.sought for one in asked]
    images, scores = index.search(sought, most, among)
    if not len(images):
        return UNWRITTEN
    complete = among is None and (most is None or len(images) < most)
    rarity = log1p(len(index) / max(1, len(images) if complete else index.count(sought)))
    sure = rarity / (rarity + HALF) * (1 - SPREAD + SPREAD * scores / max(1e-6, float(scores[0])))
    return Written(images, (LEAST + (1 - LEAST) * sure).astype(np.float32))


@lru_cache(maxsize=65_536)
def _words_of_name(name: str) -> tuple[str, ...]:
    return tuple(words_of(name))


def _tags(words: tuple[str, ...], called: Iterable[tuple[int, tuple[str, ...]]]) -> tuple[int, ...]:
    return tuple(tag for tag, name in called if _stands_in(words, name))


def _stands_in(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether the words stand next to each other in a name."""
    width = len(words)
    return any(name[at : at + width] == words for at in range(len(name) - width + 1))
