"""A question and its answer: everything that matches, in order, as a snapshot."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from vaultd.catalog import shown as catalog_shown
from vaultd.catalog import views
from vaultd.index.vector import Ids
from vaultd.query import Like, Query, canonical
from vaultd.query.fields import FIELDS
from vaultd.search import habits, languages
from vaultd.search.feedback import Verdicts
from vaultd.search.filters import prefers, unknown_tags
from vaultd.search.fuse import NOTHING, Floats, spread
from vaultd.search.grouping import grouped
from vaultd.search.likes import Sample
from vaultd.search.match import Matcher
from vaultd.search.order import ordered
from vaultd.search.snapshots import Answered, Snapshot
from vaultipc.errors import QueryError
from vaultipc.messages import Level, Side


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: `text` as it was written. `sort` '' leaves the order to the query, `most` bounds the answer.

    `samples`: the pictures that its likes mean. `besides`: an image that is left out. `group`: pictures that are nearly
    the same may stand behind the best of them, if the query does not say otherwise.
    """

    text: str
    query: Query
    level: Level
    sort: str
    only: Side | None
    most: int
    samples: Mapping[Like, Sample] = field(default_factory=dict)
    besides: int | None = None
    group: bool = True

    def key(self, model: str) -> tuple[str, ...]:
        """Questions of the same key have the same answer on the same day, while the catalog is the same."""
        asked = (canonical(self.query), self.level, self.sort, self.only or "", str(self.most), str(self.besides))
        today = date.today().isoformat()  # which `yesterday` depends on
        return (model, today, *asked, str(self.group), *(sample.key for sample in self.samples.values()))


def check_sort(sort: str) -> None:
    """Raises QueryError unless a `sort` parameter is empty or an order of the query language."""
    fault = FIELDS["sort"].fault(sort) if sort else ""
    if fault:
        raise QueryError(fault)


def answer(matcher: Matcher, question: Question, seq: int) -> Snapshot:
    """What a query matches, in order, as the user's verdicts on this query's results change it."""
    query, sort = question.query, question.sort or question.query.sort
    sql, meaning = matcher.sql, matcher.finder.meaning
    images, scores = _matching(matcher, question)
    verdicts = Verdicts.of(sql, query)
    if verdicts:
        images, scores = verdicts.members(images, scores, matcher.shown(np.sort(verdicts.preferred)))
    shown = ordered(sql, images, scores, sort)
    if verdicts:
        shown = verdicts.order(sql, meaning, shown, spread(images, scores, shown, np.nan), sort)
    answered = _answered(matcher, question, shown[: question.most], ranked=not np.isnan(scores).all())
    return Snapshot(
        key=question.key(meaning.title),
        seq=seq,
        text=question.text,
        query=query,
        only=question.only,
        level=question.level,
        model=meaning.title,
        answered=answered,
        scores=told(images, scores, answered.images),
        cut=_cut(matcher),
        notes=(
            *habits.notes(query.root),
            *unknown_tags(sql, query.root),
            *languages.notes(matcher.finder, matcher.found),
            *(() if len(shown) or query.root is None else _not_looked_at(sql)),
        ),
        prefer=prefers(query.root),
    )


def _matching(matcher: Matcher, question: Question) -> tuple[Ids, Floats]:
    """All that matches, ascending, and its scores. A query that says nothing matches nothing; one that only orders or
    limits, everything."""
    query = question.query
    if query.root is not None:
        images, scores = matcher.matches(query.root)
    elif query.sort or query.limit:
        images = matcher.everything()
        scores = np.full(len(images), np.nan)
    else:
        images, scores = NOTHING, np.empty(0)
    kept = images != (-1 if question.besides is None else question.besides)
    return images[kept], scores[kept]


def _answered(matcher: Matcher, question: Question, images: Ids, *, ranked: bool) -> Answered:
    """What is shown of an answer in order: of pictures that are nearly the same the first, where anything ranks."""
    whole, behind, most = images, np.zeros(len(images), np.int64), question.query.limit or question.most
    if ranked and question.group and question.query.group:
        images, behind = grouped(matcher.sql, images)
    if len(images) > most:
        images, behind = images[:most], behind[:most]
        whole = images
    return Answered(images, behind, whole)


def _not_looked_at(sql: sqlite3.Connection) -> tuple[str, ...]:
    """For whoever finds nothing: what is kept of pictures is not gone with their drive."""
    hidden = 0 if "offline" in catalog_shown.states(sql) else sum(number for _, _, number in views.away(sql))
    what = "one picture is" if hidden == 1 else f"{hidden} pictures are"
    return (f"{what} on drives that are away, and not searched (search.offline)",) if hidden else ()


def _cut(matcher: Matcher) -> float | None:
    """The similarity from which on a picture was meant by the first part that ranks."""
    asked = [found for (_, negated), found in matcher.found.items() if not negated]
    limits = [found.threshold for found in asked if found.threshold is not None]
    return limits[0].cut if limits and np.isfinite(limits[0].cut) else None


def told(images: Ids, scores: Floats, shown: Ids) -> Floats | None:
    """The scores of the images shown, given those of all (ascending); None where nothing was ranked."""
    if len(scores) and np.isnan(scores).all():
        return None
    return spread(images, scores, shown, np.nan)
