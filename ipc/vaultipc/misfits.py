"""What does not fit a message, in a sentence: msgspec says it with the names of its own types and places.

Expected `int` <= 5 - at `$.rating`   →   `rating` must be a whole number of at most 5
"""

from __future__ import annotations

import re
from collections.abc import Callable

_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
}
_BOUNDS = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}
_COUNTED = {"str": ("character", "characters"), "array": ("entry", "entries")}

_SENTENCES: tuple[tuple[str, Callable[[str, re.Match[str]], str]], ...] = (
    (r"Expected `(.+)`, got `(.+)`", lambda place, told: f"{place} must be {_kind(told[1])}, not {_kind(told[2])}"),
    (
        r"Expected `(\w+)` of length ([<>]=?) (\d+)",
        lambda place, told: (
            f"{place} must be {_kind(told[1])} of {_bound(told[2], told[3])} {_COUNTED[told[1]][told[3] != '1']}"
        ),
    ),
    (
        r"Expected `(.+)` ([<>]=?) (\S+)",
        lambda place, told: f"{place} must be {_kind(told[1])} of {_bound(told[2], told[3])}",
    ),
    (r"Expected `str` matching regex '(.*)'", lambda place, told: f"{place} must be a text of the form {told[1]}"),
    (r"Invalid enum value (.*)", lambda place, told: f"{place} cannot be {told[1]}"),
    (r"Object missing required field `(.*)`", lambda place, told: f"{_below(place, told[1])} is missing"),
    (r"Object contains unknown field `(.*)`", lambda place, told: f"{_below(place, told[1])} is not known"),
    (r"Input data was truncated", lambda place, told: "the JSON ends before it is whole"),
)
_WHOLE = "it"
"""Of the message itself, which has no name."""


def sentence(error: Exception) -> str:
    """What is wrong and where, without a full stop; what msgspec says in some other way is passed on as it is."""
    said = str(error)
    what, _, where = said.removesuffix("`").partition(" - at `$") if " - at `$" in said else (said, "", "")
    place = f"`{where.removeprefix('.')}`" if where else _WHOLE
    for pattern, told in _SENTENCES:
        found = re.fullmatch(pattern, what, re.DOTALL)
        if found:
            return told(place, found)
    return f"{place}: {what}" if where else what


def _kind(names: str) -> str:
    return " or ".join(_KINDS.get(name, name) for name in names.split(" | "))


def _bound(sign: str, number: str) -> str:
    return f"{_BOUNDS[sign]} {number.removesuffix('.0')}"


def _below(place: str, key: str) -> str:
    return f"`{key}`" if place == _WHOLE else f"{place[:-1]}.{key}`"
