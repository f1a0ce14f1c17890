"""How a picture was taken, in numbers: `aperture:2.8`, `focal:35`, `exposure:1/125`.

A value means what rounds to it, as cameras write 7.999 for 8 and 10/1258 for 1/125.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

Meaning = Callable[[str], tuple[int, int]]
"""The first and the last whole number that a value means, in the units of the catalog. Raises ValueError."""

_APERTURE = re.compile(r"(?:f/)?(\d{1,3}(?:\.\d{1,2})?)", re.ASCII | re.IGNORECASE)
_FOCAL = re.compile(r"(\d{1,5}(?:\.\d)?)(?:mm)?", re.ASCII | re.IGNORECASE)
_EXPOSURE = re.compile(r"(?:(\d{1,2})/(\d{1,6})|(\d{1,5}(?:\.\d{1,6})?))s?", re.ASCII | re.IGNORECASE)
_SPREAD = Decimal("0.03")
"""Shutter speeds are a third of a stop, 26 %, apart."""


def aperture(text: str) -> tuple[int, int]:
    """Tenths of an f-number."""
    found = _APERTURE.fullmatch(text)
    tenths = round(Decimal(found[1]) * 10) if found else 0
    if not tenths:
        raise ValueError(f"“{text}” is no aperture: write an f-number, such as 2.8")
    return tenths, tenths


def focal(text: str) -> tuple[int, int]:
    """Tenths of a millimetre; a whole number means what rounds to it."""
    found = _FOCAL.fullmatch(text)
    tenths = round(Decimal(found[1]) * 10) if found else 0
    if not found or not tenths:
        raise ValueError(f"“{text}” is no focal length: write millimetres, such as 35")
    return (tenths, tenths) if "." in found[1] else (tenths - 5, tenths + 4)


def exposure(text: str) -> tuple[int, int]:
    """Microseconds."""
    found = _EXPOSURE.fullmatch(text)
    below = int(found[2] or 1) if found else 0
    seconds = Decimal(found[1] or found[3]) / below if found and below else Decimal(0)
    if not seconds:
        raise ValueError(f"“{text}” is no exposure: write seconds, such as 1/125 or 2.5")
    return round(seconds * 1_000_000 * (1 - _SPREAD)), round(seconds * 1_000_000 * (1 + _SPREAD))


MEANINGS: dict[str, Meaning] = {"aperture": aperture, "focal": focal, "exposure": exposure}
"""The fields, which are called as the columns of `images`."""


def fault(meaning: Meaning) -> Callable[[str], str]:
    """What is wrong with a value, '' if nothing."""

    def said(value: str) -> str:
        try:
            meaning(value)
        except ValueError as error:
            return str(error)
        return ""

    return said


def ranged(meaning: Meaning) -> Callable[[str, str], str]:
    """What is wrong with a range of two values."""

    def said(low: str, high: str) -> str:
        return f"the range is the wrong way round: write {high}..{low}" if meaning(low) > meaning(high) else ""

    return said
