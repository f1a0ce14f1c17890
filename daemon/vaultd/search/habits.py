"""Words that other search boxes take for signs, and this one for words: said to whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator

from vaultd.query import And, Node, Not, Or, Words

_SIGNS = {
    "AND": "“AND” is searched for as a word: words that stand beside each other are meant together",
    "NOT": "“NOT” is searched for as a word: -word leaves out what it finds",
    "or": "“or” is searched for as a word: OR in capitals finds either",
}


def notes(node: Node | None) -> tuple[str, ...]:
    """A sentence for each of these words that a query holds."""
    return tuple(dict.fromkeys(_notes(node)))


def _notes(node: Node | None) -> Iterator[str]:
    match node:
        case Words(words):
            inside = words[1:-1]
            yield from (said for sign, said in _SIGNS.items() if sign in (words if sign == "NOT" else inside))
        case Not(part):
            yield from _notes(part)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _notes(part)
