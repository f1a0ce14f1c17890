"""Moments as they are told: RFC 3339, UTC, with `Z`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1)


def rfc3339(milliseconds: int) -> str:
    """The moment that many milliseconds after 1970, to the second; before 1970 they are negative."""
    return (_EPOCH + timedelta(seconds=milliseconds // 1000)).isoformat() + "Z"


def milliseconds(year: int, month: int = 1, day: int = 1) -> int:
    """The start of a day, in milliseconds since 1970, UTC. Raises ValueError if there is no such day."""
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000
