"""What a query is: a tree of conditions, and how to order and how many.

`conjunction`, `disjunction`, `negation` and `addition` build the one normal form in which trees are compared and
printed: no And directly in an And, no Or directly in an Or, none with a single part, no double negation, all words of
an And as one `Words` in the place of the first; a Sum has two terms at least, those that are taken away last.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Operator = Literal["", "=", "<", "<=", ">", ">=", ".."]


@dataclass(frozen=True, slots=True)
class Words:
    """Words that are meant together: by meaning as one text, by text each of them."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that must stand in a text exactly so."""

    text: str


@dataclass(frozen=True, slots=True)
class Field:
    """A condition that holds exactly or not. `value` is as written; for the operator `..` it is `from..to`."""

    name: str
    operator: Operator
    value: str


@dataclass(frozen=True, slots=True)
class Like:
    """What looks like a picture: the id of an image, its name in the library, or any file's absolute path or `~/…`."""

    image: str


Part: TypeAlias = Words | Phrase | Like
"""What has a vector of its own."""


@dataclass(frozen=True, slots=True)
class Term:
    """A part of a Sum. `weight` is from -100 to 100 and not 0: negative where the part is taken away."""

    weight: float
    part: Part


@dataclass(frozen=True, slots=True)
class Sum:
    """What one vector means: the sum of each term's unit vector times its weight. The first weight is positive."""

    terms: tuple[Term, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """What the part does not match."""

    part: Node


@dataclass(frozen=True, slots=True)
class And:
    """What all parts match."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """What any part matches."""

    parts: tuple[Node, ...]


Node: TypeAlias = Words | Phrase | Field | Like | Sum | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. `root` None says nothing about images; `sort` '' leaves the order to the engine.

    `group`: of pictures that are nearly the same, only the best is shown.
    """

    root: Node | None
    sort: str = ""
    limit: int | None = None
    group: bool = True


def conjunction(parts: Iterable[Node]) -> Node:
    """The normal form of several conditions that must all hold; there must be one at least."""
    flat: list[Node] = []
    words: list[str] = []
    place = -1
    for part in _flattened(parts, And):
        if isinstance(part, Words):
            if place < 0:
                place = len(flat)
            words.extend(part.words)
        else:
            flat.append(part)
    if place >= 0:
        flat.insert(place, Words(tuple(words)))
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(parts: Iterable[Node]) -> Node:
    """The normal form of several conditions of which one must hold; there must be one at least."""
    flat = list(_flattened(parts, Or))
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def negation(part: Node) -> Node:
    """The normal form of a condition that must not hold."""
    return part.part if isinstance(part, Not) else Not(part)


def addition(terms: Iterable[Term]) -> Node:
    """The normal form of a sum; one term must be added at least, and where it is the only one, it is its part."""
    given = list(terms)
    added = [term for term in given if term.weight > 0]
    if not added:
        raise ValueError("a sum of nothing")
    return added[0].part if len(given) == 1 else Sum((*added, *(term for term in given if term.weight < 0)))


def _flattened(parts: Iterable[Node], kind: type[And] | type[Or]) -> Iterable[Node]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part
