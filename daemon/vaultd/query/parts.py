"""The parts of a query where they stand in its text, for those who show, move or remove them one by one."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from vaultd.query.fields import ALIASES
from vaultd.query.parser import SETTINGS, parse
from vaultd.query.scanner import Token, scan

PartKind = Literal["word", "phrase", "field", "like", "setting", "sign", "or", "open", "close"]
_JOINING: dict[str, PartKind] = {"(": "open", ")": "close", "or": "or", "sign": "sign"}


@dataclass(frozen=True, slots=True)
class TextPart:
    """From `start` to `end`, in characters of the text in NFC; a minus or a weight that touches it is part of it.

    `value`: of a field, without quotes. `negated`: by its own minus, or by one before parentheses around it.
    """

    kind: PartKind
    start: int
    end: int
    negated: bool
    field: str
    value: str
    weight: float


def parts(text: str) -> list[TextPart]:
    """All parts of a query, in the order of its text. Raises QueryFault where it is none."""
    parse(text)
    return list(_parts(scan(text), unicodedata.normalize("NFC", text)))


def _parts(tokens: list[Token], text: str) -> Iterator[TextPart]:
    around = [False]
    start, minus, weight = -1, False, 1.0
    for token, following in pairwise(tokens):
        start = token.position if start < 0 else start
        if token.kind == "-":
            minus = not minus
        elif token.kind == "weight":
            weight = float(token.text)
        else:
            negated = around.pop() if token.kind == ")" else around[-1] != minus
            if token.kind == "(":
                around.append(negated)
            name = ALIASES.get(token.name, token.name)
            end = start + len(text[start : following.position].rstrip())
            yield TextPart(_kind(token), start, end, negated, name, token.text if name else "", weight)
            start, minus, weight = -1, False, 1.0


def _kind(token: Token) -> PartKind:
    if token.kind in _JOINING:
        return _JOINING[token.kind]
    if token.kind == "field":
        return "like" if token.name == "like" else "setting" if token.name in SETTINGS else "field"
    return "phrase" if token.kind == "phrase" else "word"
