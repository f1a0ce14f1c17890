"""Why images are in an answer, or are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from vaultd.catalog import lookup
from vaultd.index.vector import Ids
from vaultd.query import And, Like, Node, Not, Or, Phrase, Query, Sum, Words
from vaultd.query.printer import written
from vaultd.search.cut import Threshold
from vaultd.search.feedback import Verdicts
from vaultd.search.filters import asks_private
from vaultd.search.fuse import Floats, spread
from vaultd.search.match import Mask, Matcher
from vaultd.search.vectors import Leaf, is_leaf
from vaultipc.messages import Explanation, FilterResult, Fused, PartMatch, Role, WordMatch


def explain(matcher: Matcher, query: Query, images: Sequence[int]) -> list[Explanation]:
    """What each part of the query says of each of these images, which exist, whether they match or not.

    Similarity, floor and cut are those of the first part that has a meaning and is not excluded.
    """
    ids, root, verdicts = np.array(images, np.int64), query.root, Verdicts.of(matcher.sql, query)
    silent = _unasked(matcher, query, ids)
    if root is None:
        matched, scores = np.full(len(ids), bool(query.sort or query.limit)), np.full(len(ids), np.nan)
    else:
        matched, scores = matcher.holds(root, ids), matcher.scores(root, ids)
    asked = [] if root is None else [leaf for leaf, negated in _leaves(root) if not negated]
    parts = [] if root is None else list(_parts(matcher, root, ids))
    filters = [] if root is None else list(_filters(matcher, root, ids))
    filters += [(NOT_PRIVATE, ~silent)] if silent.any() else []
    matched, preferred = matched & ~silent, np.isin(ids, verdicts.preferred) & ~silent
    words = [match for leaf in asked for match in _words(matcher, leaf, ids)]
    tags, ranks = lookup.tags_of(matcher.sql, images), _ranks(matcher, asked, ids)
    first = next((part for part in parts if part.role == "asked" and part.limit is not None), None)
    return [
        Explanation(
            matched=bool(matched[place] or preferred[place]) and image not in verdicts.hidden,
            score=_number(scores[place]),
            similarity=None if first is None else _number(first.similarities[place]),
            floor=None if first is None else first.floor,
            cut=None if first is None else first.cut,
            words=[WordMatch(word=word, field=field) for word, field, stands in words if stands[place]],
            tags=tags.get(image, []),
            filters=[FilterResult(text=text, passed=bool(passed[place])) for text, passed in filters],
            fused=ranks[place],
            parts=[part.of(place) for part in parts if part.concerns[place]],
            feedback=_SAID[verdicts.on(image)],
        )
        for place, image in enumerate(images)
    ]


NOT_PRIVATE = "private:no"
"""What every query says that says nothing of private pictures."""
_SAID = {None: "", "hide": "hidden", "prefer": "preferred"}


def _unasked(matcher: Matcher, query: Query, images: Ids) -> Mask:
    """bool [n]: which of these images are hidden because they are private and the query does not ask for such."""
    if asks_private(query.root):
        return np.zeros(len(images), np.bool_)
    online = matcher.finder.memory.online
    hidden = np.flatnonzero(online.of(matcher.sql) & ~online.of(matcher.sql, private=False))
    return np.isin(images, hidden)


class _Judged:
    """What one part says of every image: cosines [n], NaN where unknown, and whether each matches it."""

    def __init__(
        self, text: str, role: Role, similarities: Floats, limit: Threshold | None, matched: Mask, weight: float = 1.0
    ) -> None:
        self.text = text
        self.role = role
        self.similarities = similarities
        self.limit = limit
        self.matched = matched
        self.weight = weight
        self.concerns = matched if role in ("seen", "label") else np.ones(len(matched), np.bool_)

    @property
    def floor(self) -> float | None:
        """What chance reaches."""
        return None if self.limit is None else round(self.limit.floor, 6)

    @property
    def cut(self) -> float | None:
        """What had to be reached, None where everything passed."""
        return None if self.limit is None or np.isinf(self.limit.cut) else round(self.limit.cut, 6)

    def of(self, place: int) -> PartMatch:
        """What it says of one image."""
        return PartMatch(
            text=self.text,
            role=self.role,
            matched=bool(self.matched[place]),
            weight=self.weight,
            similarity=_number(self.similarities[place]),
            floor=self.floor,
            cut=self.cut,
        )


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 6)


def _leaves(node: Node, *, negated: bool = False) -> Iterator[tuple[Leaf, bool]]:
    """The parts that rank, in order, and whether they are excluded."""
    match node:
        case Words() | Phrase() | Like() | Sum():
            yield node, negated
        case Not(part):
            yield from _leaves(part, negated=not negated)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _leaves(part, negated=negated)


def _parts(matcher: Matcher, root: Node, images: Ids) -> Iterator[_Judged]:
    """Every part that ranks; after a sum each of its terms, after words those of them that were judged alone."""
    for leaf, negated in _leaves(root):
        yield _judged(matcher, leaf, "excluded" if negated else "asked", images, negated=negated)
        if isinstance(leaf, Sum):
            for term in leaf.terms:
                yield _judged(matcher, term.part, "term", images, negated=negated, weight=term.weight)
        mixed = matcher.find(leaf, negated=negated).mixed
        for rest in mixed.rests:
            cosines = rest.similarities.over(images, np.nan)
            yield _Judged(rest.text, "seen", cosines, rest.threshold, ~np.isnan(cosines))
        for word in mixed.demanded:
            yield _Judged(word, "label", np.full(len(images), np.nan), None, np.ones(len(images), np.bool_))


def _judged(matcher: Matcher, leaf: Leaf, role: Role, images: Ids, *, negated: bool, weight: float = 1.0) -> _Judged:
    """Cosines above the cut or not. A term of a sum matches where it would alone, for what it means."""
    finder = matcher.finder
    unseen = finder.only == "text" or (isinstance(leaf, Phrase) and finder.only != "meaning" and role != "term")
    similarities, limit = np.full(len(images), np.nan), None
    if not unseen:
        said, limit = finder.meant(leaf, matcher.level_of(negated))
        known, cosines = finder.meaning.similarities(finder.sql, said.vector, np.unique(images))
        similarities = spread(known, cosines.astype(np.float64), images, np.nan)
    if role == "term":
        passed = similarities >= (-np.inf if limit is None else limit.cut)
    else:
        found = matcher.find(leaf, negated=negated)
        passed, limit = found.holds(images), found.threshold or limit
    return _Judged(written(leaf), role, similarities, limit, passed, weight)


def _words(matcher: Matcher, leaf: Leaf, images: Ids) -> Iterator[tuple[str, str, Mask]]:
    """Each word as it was written, each field, and in which of the images it stands there."""
    if matcher.finder.only == "meaning":
        return
    wanted, unwanted = matcher.finder.sides(leaf)
    for one in (*wanted, *unwanted):
        for field, found in matcher.finder.texts.where(one.sought, np.unique(images)):
            yield one.text, field, np.isin(images, found)


def _filters(matcher: Matcher, root: Node, images: Ids) -> Iterator[tuple[str, Mask]]:
    """Every condition that does not rank, and which of the images meet it."""
    for part in root.parts if isinstance(root, And) else (root,):
        if not is_leaf(part):
            yield written(part), matcher.holds(part, images)


def _ranks(matcher: Matcher, leaves: Sequence[Leaf], images: Ids) -> list[Fused]:
    """The ranks of each image on both sides, for the first part that found it."""
    semantic, text = np.zeros(len(images)), np.zeros(len(images))
    for leaf in leaves:
        found = matcher.find(leaf, negated=False)
        new = (semantic == 0) & (text == 0)
        semantic += new * spread(found.images, found.semantic_ranks.astype(np.float64), images, 0.0)
        text += new * spread(found.images, found.text_ranks.astype(np.float64), images, 0.0)
    return [Fused(semantic_rank=int(s) or None, text_rank=int(t) or None) for s, t in zip(semantic, text, strict=True)]
