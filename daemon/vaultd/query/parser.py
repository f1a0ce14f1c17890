"""Tokens to a tree, by recursive descent.

query   = [ choice ]
choice  = all { "OR" all }
all     = operand { operand }
operand = [ "-" ] ( word | phrase | field | "(" choice ")" )
"""

from __future__ import annotations

from typing import get_args

from vaultd.query.ast import Field, Node, Operator, Phrase, Query, Words, conjunction, disjunction, negation
from vaultd.query.fields import FIELDS, SYNONYMS, suggestion
from vaultd.query.scanner import Token, scan
from vaultipc.errors import QueryError

MAX_DEPTH = 32
MAX_OPERANDS = 256


def parse(text: str) -> Query:
    """The query that this text says. Raises QueryError, with position and a hint, where it says none."""
    return _Parser(scan(text)).query()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._sort = ""
        self._limit: int | None = None
        operands = sum(token.kind in ("word", "phrase", "field") for token in tokens)
        if operands > MAX_OPERANDS:
            raise QueryError(f"the query has {operands} words, more than {MAX_OPERANDS}", "search with fewer words")

    def query(self) -> Query:
        root = None if self._token.kind == "end" else self._choice()
        if self._token.kind == ")":
            raise QueryError("a parenthesis is closed and was never opened", "remove it", self._token.position)
        return Query(root, self._sort, self._limit)

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        self._at += 1
        return self._tokens[self._at - 1]

    def _choice(self) -> Node | None:
        start = self._token
        parts = [self._all()]
        while self._token.kind == "or":
            start = self._take()
            parts.append(self._all())
        found = [part for part in parts if part is not None]
        if len(parts) > 1 and len(found) < len(parts):
            raise QueryError("OR stands between two conditions", 'write a OR b, or "OR" in quotes', start.position)
        return disjunction(found) if found else None

    def _all(self) -> Node | None:
        parts: list[Node] = []
        while self._token.kind not in ("or", ")", "end"):
            part = self._operand()
            if part is not None:
                parts.append(part)
        return conjunction(parts) if parts else None

    def _operand(self) -> Node | None:
        token = self._take()
        if token.kind == "-":
            return negation(self._operand_after_minus(token))
        if token.kind == "(":
            return self._group(token)
        if token.kind == "phrase":
            return Phrase(token.text)
        if token.kind == "word":
            return Words((token.text,))
        if token.name in ("sort", "limit"):
            self._setting(token)
            return None
        return _field(token)

    def _operand_after_minus(self, minus: Token) -> Node:
        part = None if self._token.name in ("sort", "limit") else self._operand()
        if part is None:
            raise QueryError("a '-' excludes nothing here", "write -word or -field:value", minus.position)
        return part

    def _group(self, opening: Token) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(f"parentheses are nested more than {MAX_DEPTH} deep", "", opening.position)
        inside = self._choice()
        self._depth -= 1
        if self._take_if(")") is None:
            raise QueryError("a parenthesis is opened and never closed", "add the missing )", opening.position)
        if inside is None:
            raise QueryError("there is nothing between the parentheses", "remove them", opening.position)
        return inside

    def _take_if(self, kind: str) -> Token | None:
        return self._take() if self._token.kind == kind else None

    def _setting(self, token: Token) -> None:
        """`sort:` and `limit:` are of the whole query: once each, and in no parenthesis."""
        _check(token)
        if self._depth or (self._sort if token.name == "sort" else self._limit):
            raise QueryError(
                f"“{token.name}:” is said of the whole query: once, outside parentheses",
                "remove this one",
                token.position,
            )
        if token.name == "sort":
            self._sort = SYNONYMS.get(token.text, token.text)
        else:
            self._limit = int(token.text)


def _field(token: Token) -> Field:
    _check(token)
    low, dots, high = token.text.partition("..")
    if dots and ".." in FIELDS[token.name].operators and not token.operator:
        return Field(token.name, "..", f"{low}..{high}")
    return Field(token.name, token.operator, token.text)


def _check(token: Token) -> None:
    """Raises QueryError unless the field exists and takes this operator and value."""
    kind = FIELDS.get(token.name)
    if kind is None:
        meant = suggestion(token.name, tuple(FIELDS))
        raise QueryError(
            f"unknown field “{token.name}:”" + (f", did you mean “{meant}:”?" if meant else ""),
            f"fields are {', '.join(FIELDS)}; to search for the text itself, put it in quotes",
            token.position,
        )
    if token.operator not in kind.operators:
        raise QueryError(f"“{token.name}:” takes no “{token.operator}”", _how(kind.operators), token.position)
    low, dots, high = token.text.partition("..")
    ranged = bool(dots) and ".." in kind.operators and not token.operator
    for value in (low, high) if ranged else (token.text,):
        fault = kind.fault(value)
        if fault:
            raise QueryError(fault, "", token.position)


def _how(operators: frozenset[Operator]) -> str:
    known = [operator for operator in get_args(Operator) if operator and operator in operators]
    return f"it takes {' '.join(known)}" if known else "write only the value"
