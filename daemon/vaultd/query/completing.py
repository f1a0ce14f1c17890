"""What stands at the end of a text that is still being typed, for those who propose how it goes on.

It reads by the scanner's rules, but refuses nothing: a quote may be open, and what stands before may be wrong.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Literal

from vaultd.query.ast import Operator
from vaultd.query.fields import FIELDS
from vaultd.query.scanner import OPERATORS, WEIGHT, as_value, ends_bare


@dataclass(frozen=True, slots=True)
class Place:
    """What is being typed: `prefix` is what is there of it, `text[start:]` what it would replace.

    field: a bare word that may become the name of a field, or stay a word; empty where a new one begins.
    value: of the field `field`, without its operator and quotes; in a range, the bound that is being typed.
    word: any other word, or the inside of a phrase, which `start` has with its quote.
    """

    kind: Literal["field", "value", "word"]
    start: int
    prefix: str
    field: str = ""
    operator: Operator = ""


def place(text: str) -> Place:
    """What stands at the end of a text; `start` counts characters of this text."""
    at = 0
    while True:
        at = _past_separators(text, at)
        if text[at : at + 1] == '"':
            inside, end = _quoted(text, at)
            found = Place("word", at, inside)
        else:
            end = _past_bare(text, at)
            if ":" in text[at:end]:
                found, end = _valued(text, at)
            else:
                found = _worded(text[at:end], at)
        if end >= len(text):
            return found
        at = end


def _past_separators(text: str, at: int) -> int:
    """Where the next word, phrase or field begins: after spaces, parentheses, a touching minus and a weight."""
    while at < len(text):
        weight = WEIGHT.match(text, at)
        if weight is not None:
            at = weight.end()
        elif text[at].isspace() or text[at] in "()" or (text[at] == "-" and not text[at + 1 : at + 2].isspace()):
            at += 1
        else:
            break
    return at


def _past_bare(text: str, at: int) -> int:
    while at < len(text) and not ends_bare(text[at]):
        at += 1
    return at


def _quoted(text: str, at: int) -> tuple[str, int]:
    """The inside of the quotes that open here, and where they end: beyond the text where they are not closed."""
    inside: list[str] = []
    at += 1
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\"
        inside.append(text[at : at + 1])
        at += 1
    return unicodedata.normalize("NFC", "".join(inside)), at + 1


def _worded(word: str, at: int) -> Place:
    prefix = unicodedata.normalize("NFC", word)
    begins = any(name.startswith(prefix.lower()) for name in FIELDS)
    return Place("field" if begins else "word", at, prefix)


def _valued(text: str, at: int) -> tuple[Place, int]:
    """The value of the field that begins here, and where it ends."""
    colon = text.index(":", at)
    name = text[at:colon].lower()
    operator: Operator = next((sign for sign in OPERATORS if text.startswith(sign, colon + 1)), "")
    start = colon + 1 + len(operator)
    if text[start : start + 1] == '"':
        value, end = _quoted(text, start)
    else:
        end = _past_bare(text, start)
        value = unicodedata.normalize("NFC", text[start:end])
        if name in FIELDS and ".." in FIELDS[name].operators and ".." in value and not operator:
            start += text[start:end].index("..") + 2
            value = value.partition("..")[2]
    return Place("value", start, as_value(value), name, operator), end
