"""Moments as they are told (RFC 3339, UTC, with `Z`), and as a person names one that is not long ago."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

_EPOCH = datetime(1970, 1, 1)
_AGO = re.compile(r"(\d{1,5})([hdw])", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 7 * 24}


def rfc3339(milliseconds: int) -> str:
    """The moment that many milliseconds after 1970, to the second; before 1970 they are negative."""
    return (_EPOCH + timedelta(seconds=milliseconds // 1000)).isoformat() + "Z"


def milliseconds(year: int, month: int = 1, day: int = 1) -> int:
    """The start of a day, in milliseconds since 1970, UTC. Raises ValueError if there is no such day."""
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


def midnight(day: date) -> int:
    """When a day begins where this computer stands, in milliseconds since 1970; 0 before that."""
    return int(datetime.combine(day, time()).timestamp() * 1000) if day.year > 1970 else 0


def moment(text: str, now: int) -> int | None:
    """What `12h`, `7d`, `2w` (ago) or a moment in RFC 3339 with its zone mean; None for any other text.

    `now` and the result are milliseconds since 1970.
    """
    ago = _AGO.fullmatch(text)
    if ago:
        return now - int(ago[1]) * _HOURS[ago[2]] * 3_600_000
    try:
        told = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if told.tzinfo is None else int(told.timestamp() * 1000)
