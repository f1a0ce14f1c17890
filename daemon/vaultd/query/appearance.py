"""What a picture looks like, in words: `#c03020~`, `16:9`, `panorama`, and numbers in percent.

Each reader raises ValueError with a sentence that quotes the text, where it says nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

COLOURS = ("black", "white", "grey", "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown")
COLOUR_SYNONYMS = {"gray": "grey", "violet": "purple"}
SHAPES = ("landscape", "portrait", "square", "panorama")

_HEX = re.compile(r"#([0-9a-f]{6}|[0-9a-f]{3})(~?)", re.ASCII | re.IGNORECASE)
_RATIO = re.compile(r"(\d{1,4}(?:\.\d{1,3})?)[:/x\u00d7](\d{1,4}(?:\.\d{1,3})?)", re.ASCII | re.IGNORECASE)
_PERCENT = re.compile(r"(\d{1,3})%?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Shade:
    """Red, green and blue, each 0 to 255. `near`: colours that are like it count, too."""

    rgb: tuple[int, int, int]
    near: bool


def shade(text: str) -> Shade | None:
    """The colour that `#c03020`, `#c32` or either with a `~` says, None if it is written otherwise."""
    match = _HEX.fullmatch(text)
    if match is None:
        return None
    digits, near = match.groups()
    whole = digits if len(digits) == 6 else "".join(2 * digit for digit in digits)
    red, green, blue = bytes.fromhex(whole)
    return Shade((red, green, blue), bool(near))


def ratio(text: str) -> float | None:
    """Width by height that `16:9` says, None if it is written otherwise or says nothing."""
    match = _RATIO.fullmatch(text)
    if match is None:
        return None
    width, height = map(float, match.groups())
    return width / height if width and height else None


def percent(text: str) -> int:
    """A whole number from 0 to 100."""
    match = _PERCENT.fullmatch(text)
    if match is None or int(match[1]) > 100:
        raise ValueError(f"“{text}” is no number from 0 to 100")
    return int(match[1])
