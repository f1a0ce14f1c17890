"""Grammars in EBNF (ISO/IEC 14977, without exceptions): what they derive, and texts that they derive.

    grammar = Grammar(text, specials={"any digit": ("[0-9]", ["1", "7"])})
    grammar.derives("query", "red car")
    grammar.texts("query")             a strategy of hypothesis

`specials` gives for each special sequence, ? … ?, a regular expression and texts that it matches.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

from hypothesis import strategies as st

_TOKEN = re.compile(r"\s+|\(\*.*?\*\)|(?P<t>\"[^\"]*\"|'[^']*'|\?[^?]*\?|[\w-]+|[,|={}()\[\];])", re.DOTALL)


@dataclass(frozen=True)
class Terminal:
    text: str


@dataclass(frozen=True)
class Special:
    said: str


@dataclass(frozen=True)
class Rule:
    name: str


@dataclass(frozen=True)
class Sequence:
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Choice:
    parts: tuple[Expression, ...]


@dataclass(frozen=True)
class Repeated:
    part: Expression
    most: int | None


Expression: TypeAlias = Terminal | Special | Rule | Sequence | Choice | Repeated


class Grammar:
    """Rules by name. AssertionError where the text is no EBNF or a special sequence has no expression."""

    def __init__(self, text: str, specials: Mapping[str, tuple[str, list[str]]]) -> None:
        self.rules = _Reader(text).rules()
        self._specials = {said: re.compile(pattern) for said, (pattern, _) in specials.items()}
        self._examples = {said: examples for said, (_, examples) in specials.items()}
        self._strategies: dict[str, st.SearchStrategy[str]] = {}

    def texts(self, rule: str) -> st.SearchStrategy[str]:
        """Texts that a rule derives; what is repeated stands there twice at most."""
        if rule not in self._strategies:
            self._strategies[rule] = st.deferred(lambda: self._of(self.rules[rule]))
        return self._strategies[rule]

    def derives(self, rule: str, text: str) -> bool:
        """Whether a rule derives exactly this text."""

        @cache
        def ends(expression: Expression, at: int) -> frozenset[int]:
            match expression:
                case Terminal(wanted):
                    return frozenset({at + len(wanted)} if text.startswith(wanted, at) else ())
                case Special(said):
                    pattern = self._specials[said]
                    return frozenset(end for end in range(at, len(text) + 1) if pattern.fullmatch(text, at, end))
                case Rule(name):
                    return ends(self.rules[name], at)
                case Choice(parts):
                    return frozenset().union(*(ends(part, at) for part in parts))
                case Sequence(parts):
                    reached = frozenset({at})
                    for part in parts:
                        reached = frozenset().union(*(ends(part, place) for place in reached))
                    return reached
                case Repeated(part, most):
                    found, new = {at}, {at}
                    while new and (most is None or found == {at}):
                        new = {end for place in new for end in ends(part, place)} - found
                        found |= new
                        if most is not None:
                            break
                    return frozenset(found)

        return len(text) in ends(Rule(rule), 0)

    def _of(self, expression: Expression) -> st.SearchStrategy[str]:
        match expression:
            case Terminal(text):
                return st.just(text)
            case Special(said):
                return st.sampled_from(self._examples[said])
            case Rule(name):
                return self.texts(name)
            case Choice(parts):
                return st.one_of([self._of(part) for part in parts])
            case Sequence(parts):
                return st.tuples(*(self._of(part) for part in parts)).map("".join)
            case Repeated(part, most):
                return st.lists(self._of(part), max_size=most or 2).map("".join)


class _Reader:
    """Reads `name = expression ;` again and again."""

    def __init__(self, text: str) -> None:
        self._tokens: list[str] = []
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            assert match is not None, f"no EBNF: {text[at : at + 20]!r}"
            at = match.end()
            if match["t"]:
                self._tokens.append(match["t"])

    def rules(self) -> dict[str, Expression]:
        found: dict[str, Expression] = {}
        while self._tokens:
            name = self._tokens.pop(0)
            self._expect("=")
            found[name] = self._choice()
            self._expect(";")
        return found

    def _expect(self, token: str) -> None:
        assert self._tokens.pop(0) == token, f"expected {token} before {' '.join(self._tokens[:5])}"

    def _choice(self) -> Expression:
        parts = [self._sequence()]
        while self._tokens[0] == "|":
            self._tokens.pop(0)
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Choice(tuple(parts))

    def _sequence(self) -> Expression:
        parts = [self._single()]
        while self._tokens[0] == ",":
            self._tokens.pop(0)
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def _single(self) -> Expression:
        token = self._tokens.pop(0)
        if token in "({[":
            inside = self._choice()
            self._expect({"(": ")", "{": "}", "[": "]"}[token])
            return inside if token == "(" else Repeated(inside, 1 if token == "[" else None)
        if token[0] in "\"'":
            return Terminal(token[1:-1])
        return Special(token[1:-1].strip()) if token[0] == "?" else Rule(token)
