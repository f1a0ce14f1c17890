"""What a value with or without wildcards matches. Case and accents never matter, and both slashes are one.

`*` stands for any characters, `?` for one, `[abc]` for one of these; `[*]` is the star itself. A pattern cannot take
long: what stands between two stars is found once, and never looked for again (`fnmatch` writes atomic groups).
"""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Callable
from functools import lru_cache

from vaultd.index.words import folded, words_of
from vaultd.query.scanner import as_value

_WILDCARD = re.compile(r"[*?\[]")

Matches = Callable[[str], bool]


def has_wildcards(value: str) -> bool:
    """Whether a value is a pattern."""
    return _WILDCARD.search(value) is not None


@lru_cache(maxsize=256)
def matcher(value: str, *, whole: bool = True) -> Matches:
    """Whether a text is what the value says: all of it where that has wildcards or `whole`, else any part of it."""
    wanted = folded(as_value(value))
    if not has_wildcards(wanted):
        return lambda text: wanted == _plain(text) if whole else wanted in _plain(text)
    pattern = re.compile(fnmatch.translate(wanted))
    return lambda text: pattern.match(_plain(text)) is not None


@lru_cache(maxsize=256)
def speaker(value: str) -> Matches:
    """Whether the words of the value stand together in a text; with wildcards, whether the whole text matches."""
    if has_wildcards(value):
        return matcher(value)
    words = words_of(value)
    together = f" {' '.join(words)} "

    def says(text: str) -> bool:
        plain = folded(text)
        return all(word in plain for word in words) and together in f" {' '.join(words_of(text))} "

    return says if words else matcher(value, whole=False)


def _plain(text: str) -> str:
    return folded(as_value(text))
