"""What a query is: a tree of conditions, and how to order and how many.

`conjunction`, `disjunction` and `negation` build the one normal form in which trees are compared and printed: no And
directly in an And, no Or directly in an Or, none with a single part, no double negation, and all words of an And as
one `Words` in the place of the first.
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


Node: TypeAlias = Words | Phrase | Field | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A whole query. `root` None says nothing about images; `sort` '' leaves the order to the engine."""

    root: Node | None
    sort: str = ""
    limit: int | None = None


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


def _flattened(parts: Iterable[Node], kind: type[And] | type[Or]) -> Iterable[Node]:
    for part in parts:
        if isinstance(part, kind):
            yield from part.parts
        else:
            yield part
