"""Text to tokens. Every token knows its position, in characters of the text in NFC."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from vaultd.query.ast import Operator
from vaultd.query.errors import QueryFault

MAX_BYTES = 10_000

Kind = Literal["(", ")", "-", "or", "sign", "weight", "word", "phrase", "field", "end"]
_SEPARATING = "\t\n\r"
"""Control characters that are white space to everybody: a query written on several lines is one query."""
OPERATORS: tuple[Operator, ...] = ("<=", ">=", "<", ">", "=")
"""What may stand between a field's colon and its value; the longer ones first."""
_SLASH = "\u2215"
"""DIVISION SLASH: read as `/` in every value, for the name of a folder cannot hold `/` itself."""
WEIGHT = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,9})?|\.[0-9]{1,9}):")
"""A number and its colon, which weigh what they touch."""


@dataclass(frozen=True, slots=True)
class Token:
    """`text` is a word, the inside of a phrase, a field's value, a sign (+ or -) or the number of a weight.

    `name` and `operator` are those of a field, `inside` is where its value begins, after a quote.
    """

    kind: Kind
    position: int
    text: str = ""
    name: str = ""
    operator: Operator = ""
    inside: int = 0


def scan(text: str) -> list[Token]:
    """The tokens of a query, ended by one of kind `end`. Raises QueryFault with the position of what is wrong."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise QueryFault(f"the query is longer than {MAX_BYTES} bytes", "search with fewer words")
    return list(_Scanner(unicodedata.normalize("NFC", text)).tokens())


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        for position, character in enumerate(text):
            if unicodedata.category(character) in ("Cc", "Cs") and character not in _SEPARATING:
                raise QueryFault("the query holds a control character", "remove it", position)

    def tokens(self) -> list[Token]:
        found = []
        while self._skip_space():
            found.append(self._next())
        return [*found, Token("end", len(self._text))]

    def _skip_space(self) -> bool:
        """Whether anything follows."""
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at < len(self._text)

    def _next(self) -> Token:
        start, character = self._at, self._text[self._at]
        if character == "(" or character == ")":
            self._at += 1
            return Token("(" if character == "(" else ")", start)
        if character in "+-" and self._stands_alone():
            self._at += 1
            return Token("sign", start, character)
        if character == "-":
            return self._minus()
        if character == '"':
            return Token("phrase", start, self._quoted())
        if weight := WEIGHT.match(self._text, start):
            return self._weight(start, weight)
        word = self._bare()
        if word == "+":
            raise QueryFault(
                "a '+' touches what it adds: it must have white space on both sides",
                'write a + "b", or "+" in quotes to search for the sign',
                start,
            )
        if ":" in word:
            self._at = start + word.index(":") + 1
            return self._field(start, word[: word.index(":")].lower())
        return Token("or", start) if word == "OR" else Token("word", start, word)

    def _stands_alone(self) -> bool:
        """Whether white space, or an end of the text, stands on both sides of the character here."""
        before, after = self._text[max(0, self._at - 1) : self._at], self._text[self._at + 1 : self._at + 2]
        return (not before or before.isspace()) and (not after or after.isspace())

    def _minus(self) -> Token:
        start = self._at
        self._at += 1
        following = self._text[self._at : self._at + 1]
        if not following or following.isspace() or following in "-)":
            raise QueryFault(
                "a '-' stands alone: it must touch what it excludes, or have white space on both sides",
                'write -word, or a - b, or "-" in quotes to search for the sign',
                start,
            )
        return Token("-", start)

    def _weight(self, start: int, found: re.Match[str]) -> Token:
        self._at = found.end()
        following = self._text[self._at : self._at + 1]
        if not following or following.isspace() or following == ")":
            raise QueryFault(
                f"“{found[0]}” weighs nothing: it must touch what it weighs", f"write {found[0]}word", start
            )
        return Token("weight", start, found[1])

    def _field(self, start: int, name: str) -> Token:
        operator: Operator = next((o for o in OPERATORS if self._text.startswith(o, self._at)), "")
        self._at += len(operator)
        quoted = self._text.startswith('"', self._at)
        inside = self._at + quoted
        value = self._quoted() if quoted else self._bare()
        if not value:
            raise QueryFault(f"“{name}:” has no value", f"write it without a space: {name}:value", start)
        return Token("field", start, as_value(value), name, operator, inside)

    def _bare(self) -> str:
        """The characters up to white space, a parenthesis or a quote."""
        start = self._at
        while self._at < len(self._text) and not ends_bare(self._text[self._at]):
            self._at += 1
        return self._text[start : self._at]

    def _quoted(self) -> str:
        """What stands in quotes from here, where a backslash takes the next character as it is."""
        start, inside = self._at, list[str]()
        self._at += 1
        while self._at < len(self._text):
            character = self._text[self._at]
            if character == '"':
                self._at += 1
                return _not_blank("".join(inside), start)
            if character == "\\":
                self._at += 1
                character = self._text[self._at : self._at + 1]
            inside.append(character)
            self._at += 1
        raise QueryFault("a quote is opened and never closed", 'add the missing " or remove it', start)


def as_value(written: str) -> str:
    """A text in which the slash that names of folders can hold is the one of paths."""
    return written.replace(_SLASH, "/")


def ends_bare(character: str) -> bool:
    """Whether this character ends a word or an unquoted value."""
    return character.isspace() or character in '()"'


def weighs_bare(word: str) -> bool:
    """Whether a weight may touch this word: `12:30` is a time to everybody, and no weight of 30."""
    return not word[0].isdigit()


def _not_blank(inside: str, start: int) -> str:
    if not inside.strip():
        raise QueryFault("there is nothing between the quotes", "write a word there, or remove them", start)
    return inside
