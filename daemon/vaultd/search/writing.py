"""What words say: the images about which they are written."""

from __future__ import annotations

import sqlite3
from functools import lru_cache

import numpy as np

from vaultd.catalog import lookup
from vaultd.index.text import Sought, TextIndex
from vaultd.index.vector import Ids, Vectors
from vaultd.index.words import words_of
from vaultd.query import Phrase, Words

HALF = 6.0
"""The BM25 score that counts halfway between a match at all and a perfect one."""


def sought(sql: sqlite3.Connection, leaf: Words | Phrase) -> list[tuple[str, Sought]]:
    """What must be found for these words, each as it is written; what holds no letter or digit asks for nothing.

    A tag is found by its name: the tags whose full name holds the words, and every tag below them.
    """
    texts = [leaf.text] if isinstance(leaf, Phrase) else list(leaf.words)
    called = [(tag, _words_of_name(name)) for tag, name in lookup.tag_names(sql).items()]
    wanted = [(text, tuple(words_of(text))) for text in texts]
    return [(text, Sought(words, _tags(words, called))) for text, words in wanted if words]


def written(index: TextIndex, asked: list[tuple[str, Sought]]) -> tuple[Ids, Vectors]:
    """The images about which all this is written, best first, and how well: from 0.5 to 1."""
    images, scores = index.search([one for _, one in asked])
    return images, (0.5 + 0.5 * scores / (scores + HALF)).astype(np.float32)


@lru_cache(maxsize=65_536)
def _words_of_name(name: str) -> tuple[str, ...]:
    return tuple(words_of(name))


def _tags(words: tuple[str, ...], called: list[tuple[int, tuple[str, ...]]]) -> tuple[int, ...]:
    return tuple(tag for tag, name in called if _stands_in(words, name))


def _stands_in(words: tuple[str, ...], name: tuple[str, ...]) -> bool:
    """Whether the words stand next to each other in a name."""
    width = len(words)
    return any(name[at : at + width] == words for at in range(len(name) - width + 1))
