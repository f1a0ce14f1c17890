"""A tree to its canonical text: parsing that gives the same tree again."""

from __future__ import annotations

from vaultd.query.ast import And, Field, Node, Not, Or, Phrase, Query, Words
from vaultd.query.scanner import ends_bare


def canonical(query: Query) -> str:
    """The one way this query is written: used to compare queries, to remember them and to show them."""
    parts = [] if query.root is None else [_choice(query.root)]
    if query.sort:
        parts.append(f"sort:{query.sort}")
    if query.limit is not None:
        parts.append(f"limit:{query.limit}")
    return " ".join(parts)


def written(node: Node) -> str:
    """One condition, as it would be written alone."""
    return _choice(node)


def _choice(node: Node) -> str:
    return " OR ".join(_all(part) for part in node.parts) if isinstance(node, Or) else _all(node)


def _all(node: Node) -> str:
    return " ".join(_operand(part) for part in node.parts) if isinstance(node, And) else _operand(node)


def _operand(node: Node) -> str:
    match node:
        case Words(words):
            return " ".join(words)
        case Phrase(text):
            return _quoted(text)
        case Field(name, operator, value):
            return f"{name}:{'' if operator == '..' else operator}{_value(value)}"
        case Not(Words(words)) if len(words) > 1:
            return f"-({' '.join(words)})"
        case Not(part):
            return "-" + _operand(part)
        case And() | Or():
            return f"({_choice(node)})"


def _value(value: str) -> str:
    bare = not any(ends_bare(character) for character in value) and value[0] not in "<>="
    return value if bare else _quoted(value)


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
