"""What the texts of metadata mean: moments, numbers, places. Any text is read, or means nothing.

Forms: EXIF 3.0 (`2024:05:17 10:11:12`, zone apart), XMP (ISO 8601 with any precision; `38,43.32N`), IPTC-IIM
(`20240517`, `101112+0200`), and what programs write instead.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

_DAY = r"(\d{4})[:/.-]?(\d\d)[:/.-]?(\d\d)"
_TIME = r"(\d\d)[:.]?(\d\d)(?:[:.]?(\d\d))?(?:[.,]\d*)?"
_MOMENT = re.compile(rf"\s*{_DAY}(?:[ T]+{_TIME})?\s*(Z|[+-]\d\d:?\d\d)?(?!\d)")
_ZONE = re.compile(r"\s*(Z|([+-])(\d\d):?(\d\d))\s*")
_NUMBER = re.compile(r"\s*([+-]?\d{1,12}(?:\.\d{0,12})?)(?:\s*/\s*(\d{1,12}))?")
_DEGREES = re.compile(r"[^\d.,/NSEWnsew+-]+")
_LETTERS = frozenset("NSEW")
_SOUTH_WEST = frozenset("SW")

FIRST_YEAR, LAST_YEAR = 1826, 2099
"""Of pictures: the oldest photograph is of 1826 or 1827; after 2099 are clocks that count in another way (2106)."""
_BEGINNINGS = frozenset({(1904, 1, 1), (1970, 1, 1), (1980, 1, 1)})
"""Midnights at which clocks begin to count that were never set: of Macintosh, of Unix, of DOS."""
_FARTHEST_ZONE = 14 * 60
HIGHEST_ISO = 10_000_000


def moment(text: str, zone: str = "") -> tuple[int, int | None] | None:
    """Milliseconds since 1970 of the local time as if it were UTC, and the zone in minutes east of UTC if it is told.

    None if it is no moment at which a picture can have been taken. A day without a time is its midnight; parts of a
    second are left out, since bursts are told apart by their names.
    """
    found = _MOMENT.match(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    if not FIRST_YEAR <= year <= LAST_YEAR or ((year, month, day) in _BEGINNINGS and not (hour or minute or second)):
        return None
    try:
        told = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:  # month 13, hour 25
        return None
    return int(told.timestamp()) * 1000, minutes_east(found[7] or zone)


def minutes_east(zone: str) -> int | None:
    """`+02:00`, `-0330`, `Z` in minutes; None if it is no zone that there is."""
    found = _ZONE.fullmatch(zone)
    if found is None:
        return None
    if found[1] == "Z":
        return 0
    minutes = int(found[3]) * 60 + int(found[4])
    return (-minutes if found[2] == "-" else minutes) if minutes <= _FARTHEST_ZONE and int(found[4]) < 60 else None


def number(text: str) -> float | None:
    """A number above 0, or a fraction as `1/125`; None for any other text. Of several it is the first."""
    found = _NUMBER.match(text)
    if found is None:
        return None
    below = int(found[2]) if found[2] else 1
    value = float(found[1]) / below if below else 0.0
    return value if math.isfinite(value) and value > 0 else None


def scaled(text: str, units: int, most: float) -> int | None:
    """A number in that many units each, if it is `most` at most and one unit at least."""
    value = number(text)
    return round(value * units) or None if value is not None and value <= most else None


def position(latitude: str, longitude: str) -> tuple[float, float] | None:
    """Degrees north and east; None if one is missing or impossible, or if both are 0, as of receivers without a fix."""
    north, east = _degrees(latitude), _degrees(longitude)
    if north is None or east is None or abs(north) > 90 or abs(east) > 180 or (north, east) == (0, 0):
        return None
    return north, east


def _degrees(text: str) -> float | None:
    """Degrees, minutes and seconds, each perhaps a fraction, and a letter: `38,43.32N`, `38 43 19.2 N`, `-9.14`."""
    letter = next((one for one in text[-2:].upper() if one in _LETTERS), "")
    parts = [part for part in re.split(r"[\s,]+", _DEGREES.sub(" ", text).strip("NSEWnsew ")) if part][:3]
    values = [_signed(part) for part in parts]
    if not values or None in values:
        return None
    whole = [value for value in values if value is not None]
    size = sum(abs(value) / 60**power for power, value in enumerate(whole))
    south_west = letter in _SOUTH_WEST or parts[0].startswith("-")
    return round(float(-size if south_west else size), 6)


def _signed(part: str) -> float | None:
    found = _NUMBER.fullmatch(part)
    if found is None:
        return None
    below = int(found[2]) if found[2] else 1
    return float(found[1]) / below if below else None
