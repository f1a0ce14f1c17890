"""One group of a query, where words may be weighed, added and taken away, to its normal form.

Where nothing is, all of it must hold. Where a sign or a weight stands, the signs divide the group into stretches, and
those make the terms of one sum: in each stretch the plain words together, whatever has a weight, and a phrase or a
picture that a sign touches. What else stands there (fields, exclusions, other parentheses and phrases) must hold too.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from vaultd.query.ast import Like, Node, Phrase, Sum, Term, Words, addition, conjunction
from vaultd.query.errors import QueryFault


@dataclass(frozen=True, slots=True)
class Operand:
    """A condition as it stands in a group; one that has a weight is Words, a Phrase or a Like."""

    node: Node
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Sign:
    """A + or - with white space on both sides."""

    text: str
    position: int


@dataclass
class _Stretch:
    """What stands between two signs, or before the first, or after the last."""

    opening: Sign | None
    operands: list[Operand] = field(default_factory=list)
    closing: Sign | None = None

    def is_term(self, place: int) -> bool:
        """Whether the operand in this place belongs to the sum."""
        operand = self.operands[place]
        touched = (place == 0 and self.opening) or (place == len(self.operands) - 1 and self.closing)
        return (
            operand.weight is not None
            or isinstance(operand.node, Words)
            or (isinstance(operand.node, Phrase | Like) and bool(touched))
        )

    def terms(self) -> list[Term]:
        """The terms, the plain words together in the place of the first."""
        sign = -1.0 if self.opening is not None and self.opening.text == "-" else 1.0
        found: list[Term] = []
        words: list[str] = []
        first = 0
        for place, operand in enumerate(self.operands):
            node = operand.node
            if operand.weight is None and isinstance(node, Words):
                if not words:
                    first = len(found)
                words.extend(node.words)
            elif self.is_term(place) and isinstance(node, Words | Phrase | Like):
                found.append(Term(sign * (operand.weight or 1.0), node))
        if words:
            found.insert(first, Term(sign, Words(tuple(words))))
        return found


def joined(items: list[Operand | Sign]) -> Node | None:
    """What a group says, None if nothing. Raises QueryFault where a sign has nothing to add or to take away."""
    if all(isinstance(item, Operand) and item.weight is None for item in items):
        return conjunction(item.node for item in items if isinstance(item, Operand)) if items else None
    terms: list[Term] = []
    nodes: list[Node | None] = []  # None in the places of terms
    for stretch in _stretches(items):
        found = stretch.terms()
        if not found:
            raise _nothing(stretch)
        terms.extend(found)
        nodes.extend(None if stretch.is_term(at) else one.node for at, one in enumerate(stretch.operands))
    nodes.insert(nodes.index(None), addition(terms))
    return conjunction(node for node in nodes if node is not None)


def _stretches(items: list[Operand | Sign]) -> list[_Stretch]:
    stretches = [_Stretch(None)]
    for item in items:
        if isinstance(item, Operand):
            stretches[-1].operands.append(item)
        else:
            stretches[-1].closing = item
            stretches.append(_Stretch(item))
    return stretches


def _nothing(stretch: _Stretch) -> QueryFault:
    sign = stretch.opening or stretch.closing
    assert sign is not None, "a group with a weight and no sign has a term"
    verb = "add" if sign.text == "+" else "take away"
    side = "before" if sign is stretch.closing else "after"
    if any(isinstance(operand.node, Sum) for operand in stretch.operands):
        return QueryFault(
            f"parentheses {side} a “{sign.text}” hold another sum", "write it without them: a + b - c", sign.position
        )
    return QueryFault(
        f"there is nothing to {verb} {side} this “{sign.text}”: words, phrases and like: have a meaning that adds",
        f'write night {sign.text} snow, or "{sign.text}" in quotes to search for the sign',
        sign.position,
    )
