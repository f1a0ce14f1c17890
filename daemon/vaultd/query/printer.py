"""A tree to its canonical text: parsing that gives the same tree again."""

from __future__ import annotations

from vaultd.query.ast import And, Field, Like, Node, Not, Or, Part, Phrase, Query, Sum, Term, Words
from vaultd.query.scanner import ends_bare, weighs_bare


def canonical(query: Query) -> str:
    """The one way this query is written: used to compare queries, to remember them and to show them."""
    parts = [] if query.root is None else [_choice(query.root)]
    if query.sort:
        parts.append(f"sort:{query.sort}")
    if query.limit is not None:
        parts.append(f"limit:{query.limit}")
    if not query.group:
        parts.append("group:no")
    return " ".join(parts)


def written(node: Node) -> str:
    """One condition, as it would be written alone."""
    return _choice(node)


def _choice(node: Node) -> str:
    return " OR ".join(_all(part) for part in node.parts) if isinstance(node, Or) else _all(node)


def _all(node: Node) -> str:
    if isinstance(node, Sum):
        return _sum(node)
    if not isinstance(node, And):
        return _operand(node)
    # Beside a bare sum, every word, phrase and picture would belong to it.
    alone = sum(isinstance(part, Words | Phrase | Like | Sum) for part in node.parts) == 1
    return " ".join(_sum(part) if alone and isinstance(part, Sum) else _operand(part) for part in node.parts)


def _sum(node: Sum) -> str:
    first, *others = node.terms
    return _term(first) + "".join(f" {'+' if term.weight > 0 else '-'} {_term(term)}" for term in others)


def _term(term: Term) -> str:
    weight, part = abs(term.weight), term.part
    if weight == 1:
        return _operand(part)
    return f"{weight:g}:{_weighted(part)}"


def _weighted(part: Part) -> str:
    if isinstance(part, Words) and (len(part.words) > 1 or not weighs_bare(part.words[0])):
        return f"({_operand(part)})"
    return _operand(part)


def _operand(node: Node) -> str:
    match node:
        case Words(words):
            return " ".join(words)
        case Phrase(text):
            return _quoted(text)
        case Field(name, operator, value):
            return f"{name}:{'' if operator == '..' else operator}{value_written(value)}"
        case Like(image):
            return f"like:{value_written(image)}"
        case Not(Words(words)) if len(words) > 1:
            return f"-({' '.join(words)})"
        case Not(part):
            return "-" + _operand(part)
        case Sum() | And() | Or():
            return f"({_choice(node)})"


def value_written(value: str) -> str:
    """A field's value as it is written after the colon, in quotes where it needs them."""
    bare = not any(ends_bare(character) for character in value) and value[0] not in "<>="
    return value if bare else _quoted(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
