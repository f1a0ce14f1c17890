"""Why an image is in an answer, or is not."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import numpy as np

from vaultd.catalog import lookup
from vaultd.query import And, Node, Or, Phrase, Query, Words
from vaultd.query.printer import written
from vaultd.search.cut import Threshold
from vaultd.search.match import Matcher, text_of
from vaultd.search.writing import sought
from vaultipc.messages import Explanation, FilterResult, Fused, WordMatch


def explain(matcher: Matcher, query: Query, image: int) -> Explanation:
    """What each part of the query says of one image that exists, whether it matches or not.

    Similarity, floor and cut are those of the query's first words that are not excluded.
    """
    this = np.array([image], np.int64)
    root = query.root
    everything = bool(query.sort or query.limit)
    matched = bool(matcher.holds(root, this)[0]) if root is not None else everything
    score = float(matcher.scores(root, this)[0]) if root is not None else np.nan
    leaves = [] if root is None else list(_asked(root))
    similarity, limit = _similarity(matcher, leaves, image)
    return Explanation(
        matched=matched,
        score=None if np.isnan(score) else round(score, 6),
        similarity=similarity,
        floor=None if limit is None else limit.floor,
        cut=None if limit is None or np.isinf(limit.cut) else limit.cut,
        words=[match for leaf in leaves for match in _words(matcher, leaf, image)],
        tags=_tags(matcher.sql, image),
        filters=[] if root is None else list(_filters(matcher, root, image)),
        fused=_ranks(matcher, leaves, image),
    )


def _asked(node: Node) -> Iterator[Words | Phrase]:
    """The words that are not excluded, in order."""
    match node:
        case Words() | Phrase():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _asked(part)


def _similarity(matcher: Matcher, leaves: list[Words | Phrase], image: int) -> tuple[float | None, Threshold | None]:
    """The cosine of the image to the first words, above the cut or not, and what it had to reach."""
    meaning = matcher.meaning
    words = next((leaf for leaf in leaves if isinstance(leaf, Words) or matcher.only == "meaning"), None)
    if words is None or matcher.only == "text":
        return None, None
    vector = meaning.vector(text_of(words))
    _, found = meaning.similarities(matcher.sql, vector, np.array([image], np.int64))
    return (float(found[0]) if len(found) else None), meaning.threshold(vector, matcher.level)


def _words(matcher: Matcher, leaf: Words | Phrase, image: int) -> Iterator[WordMatch]:
    if matcher.only == "meaning":
        return
    for text, one in sought(matcher.sql, leaf):
        for field in matcher.texts.where(image, one):
            yield WordMatch(word=text, field=field)


def _filters(matcher: Matcher, root: Node, image: int) -> Iterator[FilterResult]:
    """Every condition that is no plain words, and whether the image meets it."""
    this = np.array([image], np.int64)
    for part in root.parts if isinstance(root, And) else (root,):
        if not isinstance(part, Words | Phrase):
            yield FilterResult(text=written(part), passed=bool(matcher.holds(part, this)[0]))


def _ranks(matcher: Matcher, leaves: list[Words | Phrase], image: int) -> Fused:
    """The ranks on both sides for the first words that found the image."""
    for leaf in leaves:
        found = matcher.find(leaf, negated=False)
        for place in np.flatnonzero(found.images == image):
            semantic, text = int(found.semantic_ranks[place]), int(found.text_ranks[place])
            return Fused(semantic_rank=semantic or None, text_rank=text or None)
    return Fused(semantic_rank=None, text_rank=None)


def _tags(sql: sqlite3.Connection, image: int) -> list[str]:
    hit = lookup.hit(sql, image)
    return [] if hit is None else hit.tags
