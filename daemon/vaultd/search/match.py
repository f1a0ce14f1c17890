"""Which images a query matches, and how well.

Fields are answered by the catalog, words by the two indexes; the tree is evaluated over a universe that is as small as
the query allows: the images that satisfy its exact conditions, or those that its words found.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from vaultd.index.vector import Ids
from vaultd.query import And, Field, Like, Node, Not, Or, Phrase, Sum, Words
from vaultd.query.ast import conjunction
from vaultd.search.filters import condition, is_exact
from vaultd.search.finding import Finder
from vaultd.search.fuse import Floats, Found
from vaultd.search.meaning import MOST_CANDIDATES
from vaultd.search.online import chosen
from vaultd.search.vectors import Leaf
from vaultipc.messages import Level

Mask = NDArray[np.bool_]


@dataclass
class Matcher:
    """One query's search. What its parts found stays in `found`, by the part and whether it is excluded."""

    finder: Finder
    level: Level
    found: dict[tuple[Leaf, bool], Found] = field(default_factory=dict)
    most: int | None = MOST_CANDIDATES
    among: Ids | None = None

    @property
    def sql(self) -> sqlite3.Connection:
        """The catalog, as it is for the length of this search."""
        return self.finder.sql

    def matches(self, root: Node) -> tuple[Ids, Floats]:
        """The images shown that match, ascending, and their scores: NaN where nothing in the query ranks.

        Words are asked first where they bound the answer, for there are few of them beyond the cut and they are soon
        checked; where everything ranks, the exact conditions go first.
        """
        exact, rest = _split(root)
        if rest is None:
            images = self._selected(exact)
            return images, np.full(len(images), np.nan)
        self.most = MOST_CANDIDATES if exact is None else None
        universe = None if exact is not None and self.level == "all" else self._universe(rest, negated=False)
        if universe is not None:
            images = self._selected(exact, universe[self.holds(rest, universe)])
        else:
            self.among = self._selected(exact)
            images = self.among[self.holds(rest, self.among)]
        return images, self.scores(rest, images)

    def everything(self) -> Ids:
        """All images shown, ascending."""
        return self._selected(None)

    def shown(self, images: Ids) -> Ids:
        """Those of these images that are shown, ascending."""
        return self._selected(None, images)

    def holds(self, node: Node, images: Ids, *, negated: bool = False) -> Mask:
        """bool [n]: which of these images (ascending) match a condition."""
        if is_exact(node):
            return np.isin(images, self._selected(node, images))
        match node:
            case Words() | Phrase() | Like() | Sum():
                return self.find(node, negated=negated).holds(images)
            case Not(part):
                return ~self.holds(part, images, negated=not negated)
            case And(parts):
                every: Mask = np.all([self.holds(part, images, negated=negated) for part in parts], axis=0)
                return every
            case Or(parts):
                some: Mask = np.any([self.holds(part, images, negated=negated) for part in parts], axis=0)
                return some
        raise TypeError(f"{node} is no condition")

    def scores(self, node: Node, images: Ids) -> Floats:
        """How well each image matches: the mean of what must all hold, the best of what may; NaN if nothing ranks."""
        match node:
            case Words() | Phrase() | Like() | Sum():
                return self.find(node, negated=False).scores_of(images)
            case And(parts) | Or(parts):
                rows = np.stack([self.scores(part, images) for part in parts])
                known = ~np.isnan(rows)
                if isinstance(node, Or):
                    best = np.where(known, rows, -np.inf).max(axis=0)
                    return np.where(known.any(axis=0), best, np.nan)
                total = np.where(known, rows, 0.0).sum(axis=0)
                return np.where(known.any(axis=0), total / np.maximum(known.sum(axis=0), 1), np.nan)
            case _:
                return np.full(len(images), np.nan)

    def find(self, leaf: Leaf, *, negated: bool) -> Found:
        """What this part finds. What is excluded is found at the default level where everything would pass."""
        known = self.found.get((leaf, negated))
        if known is None:
            most = None if negated else self.most
            known = self.found[leaf, negated] = self.finder.find(leaf, self.level_of(negated), most, self.among)
        return known

    def level_of(self, negated: bool) -> Level:
        """The level that parts are found at, those that are excluded or the others."""
        return "default" if negated and self.level == "all" else self.level

    def _universe(self, node: Node, *, negated: bool) -> Ids | None:
        """Images of which all that match are some, None where that may be any."""
        match node:
            case Words() | Phrase() | Like() | Sum():
                return None if negated else self.find(node, negated=False).images
            case And(parts):
                universe: Ids | None = None
                for part in parts:
                    universe = _both(universe, self._universe(part, negated=negated))
                return universe
            case Or(parts):
                each = [self._universe(part, negated=negated) for part in parts]
                bounded = [part for part in each if part is not None]
                return np.unique(np.concatenate(bounded)) if len(bounded) == len(each) else None
            case Field():
                return self._selected(node)
            case Not():
                return None
        raise TypeError(f"{node} is no condition")

    def _selected(self, exact: Node | None, images: Ids | None = None) -> Ids:
        """The images shown that satisfy an exact condition, ascending; of these, where some are given."""
        shown = self.finder.shown
        some = np.flatnonzero(shown) if images is None else chosen(shown, images)
        if exact is None:
            return some
        wanted = condition(self.sql, exact, among=None if images is None else len(some))
        source, values = "images", wanted.values
        if images is not None:
            source = "json_each(?) AS given CROSS JOIN images ON images.id = given.value"
            values = (json.dumps(some.tolist()), *wanted.values)
        rows = self.sql.execute(f"SELECT images.id FROM {source} WHERE {wanted.sql}", values).fetchall()
        return chosen(shown, np.array([image for (image,) in rows], np.int64))


def _split(root: Node) -> tuple[Node | None, Node | None]:
    """The conditions that must all hold exactly, and the rest."""
    parts = root.parts if isinstance(root, And) else (root,)
    exact = [part for part in parts if is_exact(part)]
    rest = [part for part in parts if not is_exact(part)]
    return conjunction(exact) if exact else None, conjunction(rest) if rest else None


def _both(one: Ids | None, other: Ids | None) -> Ids | None:
    if one is None or other is None:
        return other if one is None else one
    return np.intersect1d(one, other)
