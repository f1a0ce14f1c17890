"""Why images are in an answer, or are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from vaultd.catalog import lookup
from vaultd.index.vector import Ids
from vaultd.query import And, Node, Or, Phrase, Query, Words
from vaultd.query.printer import written
from vaultd.search.cut import Threshold
from vaultd.search.fuse import Floats, spread
from vaultd.search.match import Mask, Matcher, text_of
from vaultd.search.writing import sought
from vaultipc.messages import Explanation, FilterResult, Fused, WordMatch


def explain(matcher: Matcher, query: Query, images: Sequence[int]) -> list[Explanation]:
    """What each part of the query says of each of these images, which exist, whether they match or not.

    Similarity, floor and cut are those of the query's first words that are not excluded.
    """
    ids, root = np.array(images, np.int64), query.root
    if root is None:
        matched, scores, leaves = np.full(len(ids), bool(query.sort or query.limit)), np.full(len(ids), np.nan), []
    else:
        matched, scores, leaves = matcher.holds(root, ids), matcher.scores(root, ids), list(_asked(root))
    similarities, limit = _similarities(matcher, leaves, ids)
    filters = [] if root is None else list(_filters(matcher, root, ids))
    words = [match for leaf in leaves for match in _words(matcher, leaf, ids)]
    tags, ranks = lookup.tags_of(matcher.sql, images), _ranks(matcher, leaves, ids)
    return [
        Explanation(
            matched=bool(matched[place]),
            score=_number(scores[place]),
            similarity=_number(similarities[place]),
            floor=None if limit is None else limit.floor,
            cut=None if limit is None or np.isinf(limit.cut) else limit.cut,
            words=[WordMatch(word=word, field=field) for word, field, stands in words if stands[place]],
            tags=tags.get(image, []),
            filters=[FilterResult(text=text, passed=bool(passed[place])) for text, passed in filters],
            fused=ranks[place],
        )
        for place, image in enumerate(images)
    ]


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _asked(node: Node) -> Iterator[Words | Phrase]:
    """The words that are not excluded, in order."""
    match node:
        case Words() | Phrase():
            yield node
        case And(parts) | Or(parts):
            for part in parts:
                yield from _asked(part)


def _similarities(matcher: Matcher, leaves: list[Words | Phrase], images: Ids) -> tuple[Floats, Threshold | None]:
    """The cosines to the first words, above the cut or not and NaN where unknown, and what they had to reach."""
    words = next((leaf for leaf in leaves if isinstance(leaf, Words) or matcher.only == "meaning"), None)
    if words is None or matcher.only == "text":
        return np.full(len(images), np.nan), None
    vector = matcher.meaning.vector(text_of(words))
    known, found = matcher.meaning.similarities(matcher.sql, vector, np.unique(images))
    return spread(known, found.astype(np.float64), images, np.nan), matcher.meaning.threshold(vector, matcher.level)


def _words(matcher: Matcher, leaf: Words | Phrase, images: Ids) -> Iterator[tuple[str, str, Mask]]:
    """Each word as it was written, each field, and in which of the images it stands there."""
    if matcher.only == "meaning":
        return
    for text, one in sought(matcher.sql, leaf):
        for field, found in matcher.texts.where(one):
            yield text, field, np.isin(images, found)


def _filters(matcher: Matcher, root: Node, images: Ids) -> Iterator[tuple[str, Mask]]:
    """Every condition that is no plain words, and which of the images meet it."""
    for part in root.parts if isinstance(root, And) else (root,):
        if not isinstance(part, Words | Phrase):
            yield written(part), matcher.holds(part, images)


def _ranks(matcher: Matcher, leaves: list[Words | Phrase], images: Ids) -> list[Fused]:
    """The ranks of each image on both sides, for the first words that found it."""
    semantic, text = np.zeros(len(images)), np.zeros(len(images))
    for leaf in leaves:
        found = matcher.find(leaf, negated=False)
        new = (semantic == 0) & (text == 0)
        semantic += new * spread(found.images, found.semantic_ranks.astype(np.float64), images, 0.0)
        text += new * spread(found.images, found.text_ranks.astype(np.float64), images, 0.0)
    return [Fused(semantic_rank=int(s) or None, text_rank=int(t) or None) for s, t in zip(semantic, text, strict=True)]
