"""Moments as they are told (RFC 3339, UTC, with `Z`), and as a person names one in the past."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1)
_AGO = re.compile(r"(\d{1,5})\s*([hdwmy])", re.ASCII)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_HOURS = {"h": 1, "d": 24, "w": 7 * 24, "m": 30 * 24, "y": 365 * 24}


def rfc3339(milliseconds: int) -> str:
    """The moment that many milliseconds after 1970, to the second; before 1970 they are negative."""
    return (_EPOCH + timedelta(seconds=milliseconds // 1000)).isoformat() + "Z"


def milliseconds(year: int, month: int = 1, day: int = 1) -> int:
    """The start of a day, in milliseconds since 1970, UTC. Raises ValueError if there is no such day."""
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


def since(text: str, now: int) -> int:
    """The moment that a person means by `12h`, `7d`, `2w`, `3m`, `1y` (ago), a local date, or RFC 3339.

    `now` and the result are milliseconds since 1970. A date means its beginning where this computer stands. Raises
    ValueError for any other text.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago:
        return now - int(ago[1]) * _HOURS[ago[2]] * 3_600_000
    date = _DATE.fullmatch(text.strip())
    try:
        moment = datetime(*(int(part or 1) for part in date.groups())) if date else datetime.fromisoformat(text.strip())
        return int(moment.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"“{text}” is no moment in the past") from None
