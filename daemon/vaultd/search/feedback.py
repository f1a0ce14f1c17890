"""What a person said of a query's results, and what that does to its answer.

Hidden pictures leave the answer; preferred ones come in, if they are online, and lead it. The others stay who they are:
a verdict is about one picture, so a near copy of a hidden one stays. But their order is shifted, by Rocchio's rule: a
picture counts for what it scores, and for how near it is to the preferred ones and how far from the hidden ones.

The rule adds vectors: query + beta * mean(preferred) - gamma * mean(hidden) (Rocchio 1971). Two things differ here.
Pictures are much nearer to pictures than to words, so the three similarities are not added as they are, but in standard
deviations over the pictures to be ordered. And an example says something by what it has and the others have not, so the
mean of the first results is taken from it. The weights are two thirds of those in Manning, Raghavan, Schütze:
Introduction to Information Retrieval, 9.1.1 (0.75 and 0.15), which cost precision where words had said it all. That was
chosen on the half of the held-out photographs that does not judge; `benchmarks/feedback.py` measures on the other.

An order that a person asks for, as by `sort:date`, stays as it is. Scores are the query's own: they do not shift.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

import numpy as np

from vaultd.catalog import embeddings, feedback
from vaultd.index.vector import Ids, Vectors
from vaultd.query import Query, canonical
from vaultd.query.fields import SYNONYMS
from vaultd.search.fuse import Floats, Scored, spread
from vaultd.search.likes import shown
from vaultd.search.meaning import Meaning
from vaultipc.messages import Verdict

BETA, GAMMA = 0.5, 0.1
REACH = 1000
"""So many of the first are ordered anew; whoever stands behind them stays there."""
FIRST = 20
"""What so many of the first have in common says nothing about one of them."""


def subject(query: Query) -> str:
    """What verdicts are kept under: the query's conditions, whatever order, limit or grouping it asks for."""
    return shown(canonical(Query(query.root)))


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The images that were hidden (ascending), and those that were preferred, in the order in which they were."""

    hidden: Ids
    preferred: Ids

    @classmethod
    def of(cls, sql: sqlite3.Connection, query: Query) -> Verdicts:
        """What was said of a query's results."""
        said = [] if query.root is None else feedback.of(sql, subject(query))
        hidden = sorted(one.image for one in said if one.verdict == "hide")
        preferred = [one.image for one in said if one.verdict == "prefer"]
        return cls(np.array(hidden, np.int64), np.array(preferred, np.int64))

    def __bool__(self) -> bool:
        return bool(len(self.hidden) or len(self.preferred))

    def on(self, image: int) -> Verdict | None:
        """What was said of one image."""
        return "hide" if image in self.hidden else "prefer" if image in self.preferred else None

    def members(self, images: Ids, scores: Floats, online: Ids) -> tuple[Ids, Floats]:
        """Who is in the answer, ascending, and the scores: NaN for one that is there only because it is preferred.

        `online`: those of the preferred that are.
        """
        kept = ~np.isin(images, self.hidden)
        members = np.union1d(images[kept], online)
        return members, spread(images, scores, members, np.nan)

    def order(self, sql: sqlite3.Connection, meaning: Meaning, shown: Ids, scores: Floats, sort: str) -> Ids:
        """An answer in its order, given it in the one that `sort` says, and its scores in that order."""
        if SYNONYMS.get(sort, sort) not in ("", "relevance"):
            return shown
        leading = self.preferred[np.isin(self.preferred, shown)]
        others = ~np.isin(shown, leading)
        shown, scores = shown[others], scores[others]
        ranked = ~np.isnan(scores)
        moved = self._shifted(sql, meaning, shown[ranked][:REACH], scores[ranked][:REACH])
        return np.concatenate([leading, moved, shown[~np.isin(shown, moved)]])

    def _shifted(self, sql: sqlite3.Connection, meaning: Meaning, shown: Ids, scores: Floats) -> Ids:
        """Ranked images by what they score and what they are like."""
        model = meaning.model(sql)
        if model is None or not len(shown):
            return shown
        liked, disliked = (embeddings.of(sql, model, said.tolist())[1] for said in (self.preferred, self.hidden))
        seen, rows = embeddings.of(sql, model, shown.tolist())
        if not len(seen) or not (len(liked) or len(disliked)):
            return shown
        drawn = Scored.of(seen, pull(rows, liked, disliked)).over(shown, 0.0)
        return shown[np.argsort(-(standard(log_odds(scores)) + drawn), kind="stable")]


def pull(rows: Vectors, liked: Vectors, disliked: Vectors) -> Floats:
    """How far the examples [any, dimension] draw pictures [n, dimension] forwards, which stand in their order; [n]."""
    common = rows[:FIRST].mean(axis=0)
    drawn = np.zeros(len(rows))
    for weight, examples in ((BETA, liked), (-GAMMA, disliked)):
        if len(examples):
            drawn += weight * standard((rows @ (examples.mean(axis=0) - common)).astype(np.float64))
    return drawn


def standard(values: Floats) -> Floats:
    """Values in standard deviations from their mean; all 0 where they are equal."""
    deviation = float(values.std())
    return (values - values.mean()) / deviation if deviation > 1e-9 else np.zeros(len(values))


def log_odds(scores: Floats) -> Floats:
    """What scores in 0..1 are the logistic function of: there, evidence adds."""
    bounded = np.clip(scores, 1e-9, 1 - 1e-9)
    odds: Floats = np.log(bounded / (1 - bounded))
    return odds
