"""Tokens to a tree, by recursive descent.

query   = [ choice ]
choice  = all { "OR" all }
all     = item { item }
item    = sign | [ "-" | weight ] operand
operand = word | phrase | field | "(" choice ")"

What the signs and weights of an `all` mean is said in `arithmetic`.
"""

from __future__ import annotations

from vaultd.query.arithmetic import Operand, Sign, joined
from vaultd.query.ast import Like, Node, Phrase, Query, Words, disjunction, negation
from vaultd.query.checking import checked
from vaultd.query.errors import QueryFault
from vaultd.query.scanner import Token, scan, weighs_bare
from vaultd.query.values import SYNONYMS, is_yes

MAX_DEPTH = 32
MAX_OPERANDS = 256
MAX_WEIGHT = 100
SETTINGS = ("sort", "limit", "group")
"""What is said of the whole query."""


def parse(text: str) -> Query:
    """The query that this text says. Raises QueryFault, with position and a hint, where it says none."""
    return _Parser(scan(text)).query()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0
        self._sort = ""
        self._limit: int | None = None
        self._group: bool | None = None
        operands = sum(token.kind in ("word", "phrase", "field") for token in tokens)
        if operands > MAX_OPERANDS:
            raise QueryFault(f"the query has {operands} words, more than {MAX_OPERANDS}", "search with fewer words")

    def query(self) -> Query:
        root = None if self._token.kind == "end" else self._choice()
        if self._token.kind == ")":
            raise QueryFault("a parenthesis is closed and was never opened", "remove it", self._token.position)
        return Query(root, self._sort, self._limit, self._group is not False)

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
            raise QueryFault("OR stands between two conditions", 'write a OR b, or "OR" in quotes', start.position)
        return disjunction(found) if found else None

    def _all(self) -> Node | None:
        items: list[Operand | Sign] = []
        while self._token.kind not in ("or", ")", "end"):
            item = self._item()
            if item is not None:
                items.append(item)
        return joined(items)

    def _item(self) -> Operand | Sign | None:
        token = self._token
        if token.kind == "sign":
            self._take()
            return Sign(token.text, token.position)
        if token.kind == "weight":
            return self._weighted(self._take())
        part = self._operand()
        return None if part is None else Operand(part)

    def _operand(self) -> Node | None:
        token = self._take()
        if token.kind == "-":
            return negation(self._operand_after_minus(token))
        if token.kind == "(":
            return self._parentheses(token)
        if token.kind == "phrase":
            return Phrase(token.text)
        if token.kind == "word":
            return Words((token.text,))
        if token.name in SETTINGS:
            self._setting(token)
            return None
        field = checked(token)
        return Like(field.value) if field.name == "like" else field

    def _operand_after_minus(self, minus: Token) -> Node:
        if self._token.kind == "weight":
            raise QueryFault(
                "what is excluded has no weight", "write -word, or a - 2:word to take it away", self._token.position
            )
        part = None if self._token.name in SETTINGS else self._operand()
        if part is None:
            raise QueryFault("a '-' excludes nothing here", "write -word or -field:value", minus.position)
        return part

    def _weighted(self, number: Token) -> Operand:
        weight, following = _weight(number), self._token
        if following.kind == "word" and not weighs_bare(following.text):
            said = f"{number.text}:{following.text[:40]}"
            raise QueryFault(
                f"“{said}” may be a time, or a word that has a weight",
                f'write "{said}" to search for the text, or {number.text}:({following.text[:40]}) to weigh the word',
                number.position,
            )
        part = self._operand() if following.kind in ("word", "phrase", "field", "(") else None
        if not isinstance(part, Words | Phrase | Like):
            raise QueryFault(
                "only words, phrases and like: can have a weight",
                'write 2:word, 2:"a phrase", 2:(some words) or 2:like:IMAGE',
                number.position,
            )
        return Operand(part, weight)

    def _parentheses(self, opening: Token) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise QueryFault(f"parentheses are nested more than {MAX_DEPTH} deep", "", opening.position)
        inside = self._choice()
        self._depth -= 1
        if self._take_if(")") is None:
            raise QueryFault("a parenthesis is opened and never closed", "add the missing )", opening.position)
        if inside is None:
            raise QueryFault("there is nothing between the parentheses", "remove them", opening.position)
        return inside

    def _take_if(self, kind: str) -> Token | None:
        return self._take() if self._token.kind == kind else None

    def _setting(self, token: Token) -> None:
        """`sort:`, `limit:` and `group:` are of the whole query: once each, and in no parenthesis."""
        value = checked(token).value
        said = {"sort": self._sort or None, "limit": self._limit, "group": self._group}
        if self._depth or said[token.name] is not None:
            raise QueryFault(
                f"“{token.name}:” is said of the whole query: once, outside parentheses",
                "remove this one",
                token.position,
            )
        if token.name == "sort":
            self._sort = SYNONYMS.get(value, value)
        elif token.name == "limit":
            self._limit = int(value)
        else:
            self._group = is_yes(value)


def _weight(number: Token) -> float:
    """Raises QueryFault unless the number is a weight."""
    _, _, decimals = number.text.partition(".")
    weight = float(number.text)
    if not 0 < weight <= MAX_WEIGHT or len(decimals) > 3:
        raise QueryFault(
            f"“{number.text}:” is no weight",
            f"it is above 0, {MAX_WEIGHT} at most, with up to three decimals; to search for the text, put it in quotes",
            number.position,
        )
    return weight
