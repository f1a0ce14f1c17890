"""Numbers with units: how large a picture is, in pixels, in millions of them, in bytes.

Without a comparison an amount means what rounds to it: `2mp` is from 1.5 to 2.5 million pixels, `2.0mp` from 1.95 to
2.05; whole pixels and bytes are exact.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Of = Literal["pixels", "bytes"]

_UNITS: dict[str, tuple[Of, int]] = {
    "": ("bytes", 1),
    "b": ("bytes", 1),
    "kb": ("bytes", 10**3),
    "mb": ("bytes", 10**6),
    "gb": ("bytes", 10**9),
    "kib": ("bytes", 2**10),
    "mib": ("bytes", 2**20),
    "gib": ("bytes", 2**30),
    "mp": ("pixels", 10**6),
}
_MOST = 2**62
"""No picture is larger, and SQLite can compare it."""
_AMOUNT = re.compile(r"(\d{1,12}(?:\.\d{1,6})?)\s?([a-z]*)", re.ASCII | re.IGNORECASE)
_WHOLE = re.compile(r"(\d{1,9})(?:px)?", re.ASCII | re.IGNORECASE)
_SIDES = re.compile(r"(\d{1,9})[x\u00d7](\d{1,9})(?:px)?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Amount:
    """`exact` as written; what rounds to it is from `low` up to, and not including, `high`. All are whole numbers."""

    of: Of
    exact: int
    low: int
    high: int


def amount(text: str) -> Amount:
    """What 500kb or 2mp says. Raises ValueError with a sentence where it says nothing."""
    match = _AMOUNT.fullmatch(text)
    if match is None:
        raise ValueError(f"“{text}” is no size: write 500kb, 2.5mb, 2mp or 1920x1080")
    number, unit = match.groups()
    if unit.lower() not in _UNITS:
        raise ValueError(f"“{text}” is no size: units are {', '.join(filter(None, _UNITS))}, or 1920x1080")
    of, factor = _UNITS[unit.lower()]
    _, _, decimals = number.partition(".")
    half = Decimal(factor) / 10 ** len(decimals) / 2 if factor > 1 else Decimal(0)
    exact = Decimal(number) * factor
    return Amount(of, _whole(exact), _whole(exact - half), _whole(exact + half) if half else _whole(exact) + 1)


def sides(text: str) -> tuple[int, int] | None:
    """The width and height that 1920x1080 says, None if it is written otherwise."""
    match = _SIDES.fullmatch(text)
    return None if match is None else (int(match[1]), int(match[2]))


def whole(text: str) -> int:
    """A whole number, of pixels where it has a unit. Raises ValueError where it is none."""
    match = _WHOLE.fullmatch(text)
    if match is None:
        raise ValueError(text)
    return int(match[1])


def _whole(value: Decimal) -> int:
    return min(int(value.to_integral_value("ROUND_CEILING")), _MOST)
