"""A question and its answer: everything that matches, in order, as a snapshot."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import numpy as np

from vaultd.catalog import embeddings
from vaultd.index.vector import Ids, Vectors
from vaultd.query import Query, canonical
from vaultd.query.fields import FIELDS, MAX_LIMIT
from vaultd.search.cut import Threshold
from vaultd.search.filters import prefers, unknown_tags
from vaultd.search.fuse import NOTHING, Floats, spread
from vaultd.search.match import Matcher
from vaultd.search.meaning import MOST_CANDIDATES, Meaning
from vaultd.search.order import ordered
from vaultd.search.snapshots import Snapshot
from vaultipc.errors import NotFound, QueryError
from vaultipc.messages import Level, Side


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `text` as it was written. `sort` '' leaves the order to the query, `most` bounds the answer."""

    text: str
    query: Query
    level: Level
    sort: str
    only: Side | None
    most: int

    @property
    def key(self) -> tuple[str, ...]:
        """Questions of the same key have the same answer."""
        return ("search", canonical(self.query), self.level, self.sort, self.only or "")


def check_sort(sort: str) -> None:
    """Raises QueryError unless a `sort` parameter is empty or an order of the query language."""
    fault = FIELDS["sort"].fault(sort) if sort else ""
    if fault:
        raise QueryError(fault)


def answer(matcher: Matcher, question: Question, seq: int) -> Snapshot:
    """What a query matches. A query that says nothing matches nothing; one that only orders or limits, everything."""
    query = question.query
    if query.root is not None:
        images, scores = matcher.matches(query.root)
    elif query.sort or query.limit:
        images = matcher.everything()
        scores = np.full(len(images), np.nan)
    else:
        images, scores = NOTHING, np.empty(0)
    most = min(question.most, query.limit or MAX_LIMIT)
    shown = ordered(matcher.sql, images, scores, question.sort or query.sort)[:most]
    found = [found for (_, negated), found in matcher.found.items() if not negated]
    limits = [one.threshold for one in found if one.threshold is not None]
    return Snapshot(
        key=question.key,
        seq=seq,
        query=question.text,
        canonical=canonical(query),
        level=question.level,
        model=matcher.meaning.title,
        images=shown,
        scores=told(images, scores, shown),
        cut=limits[0].cut if limits and np.isfinite(limits[0].cut) else None,
        notes=unknown_tags(matcher.sql, query.root),
        prefer=prefers(query.root),
    )


@dataclass(frozen=True, slots=True)
class Likeness:
    """What to find the like of: an image of the library, which is not its own likeness, or any picture's vector."""

    text: str
    image: int | None
    vector: Vectors | None
    level: Level
    sort: str
    most: int


def alike(matcher: Matcher, like: Likeness, seq: int) -> Snapshot:
    """The online images that look like something. Raises NotFound if it has no vector yet."""
    meaning = matcher.meaning
    vector = vector_of(matcher.sql, meaning, like)
    limit = meaning.threshold(vector, like.level, "image")
    meant = meaning.meant(matcher.sql, vector, limit, None, MOST_CANDIDATES)
    order = np.argsort(meant.images)
    images, similarities = meant.images[order], meant.similarities[order]
    kept = np.isin(images, matcher.online(images[images != like.image]))
    images, scores = images[kept], nearness(similarities[kept].astype(np.float64), limit)
    shown = ordered(matcher.sql, images, scores, like.sort)[: like.most]
    return Snapshot(
        key=("similar", like.text, like.level, like.sort),
        seq=seq,
        query=like.text,
        canonical=like.text,
        level=like.level,
        model=meaning.title,
        images=shown,
        scores=told(images, scores, shown),
        cut=limit.cut if np.isfinite(limit.cut) else None,
        notes=(),
    )


def vector_of(sql: sqlite3.Connection, meaning: Meaning, like: Likeness) -> Vectors:
    """The vector [dimension] to compare with."""
    if like.vector is not None:
        return like.vector
    model = meaning.model(sql)
    rows = np.empty((0, 0), np.float32)
    if model is not None and like.image is not None:
        _, rows = embeddings.of(sql, model, [like.image])
    if not len(rows):
        raise NotFound(f"{like.text} was not looked at yet", hint="`vvault wait` ends when it was")
    vector: Vectors = rows[0]
    return vector


def nearness(similarities: Floats, limit: Threshold) -> Floats:
    """How far between a chance picture (0) and the same picture (1) these cosines lie."""
    return np.clip((similarities - limit.mean) / max(1e-6, 1 - limit.mean), 0.0, 1.0)


def told(images: Ids, scores: Floats, shown: Ids) -> Floats | None:
    """The scores of the images shown, given those of all (ascending); None where nothing was ranked."""
    if len(scores) and np.isnan(scores).all():
        return None
    return spread(images, scores, shown, np.nan)
