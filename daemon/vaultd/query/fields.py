"""The fields of the language: which there are, what values they take, and what a value means.

Every value is checked when the query is parsed, so an error names its position and a search never meets a bad one.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches

from vaultd.query.ast import Operator

SORTS = ("relevance", "date", "name", "size", "added")
SYNONYMS = {"score": "relevance"}
"""Other names of orders: the answer's own word for what it is ordered by."""
MAX_LIMIT = 10_000

_EQUAL: frozenset[Operator] = frozenset({"", "="})
_ORDERED: frozenset[Operator] = frozenset({"", "=", "<", "<=", ">", ">=", ".."})
_PLAIN: frozenset[Operator] = frozenset({""})

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)

TYPES = {
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "gif": "image/gif",
    "tiff": "image/tiff",
    "tif": "image/tiff",
    "bmp": "image/bmp",
    "avif": "image/avif",
}
"""Short names of the types that are read, and their MIME types."""


@dataclass(frozen=True, slots=True)
class FieldKind:
    """Which operators a field takes, and what checks one value of it: '' or a sentence that says what is wrong."""

    operators: frozenset[Operator]
    fault: Callable[[str], str]


def date_span(value: str) -> tuple[int, int]:
    """A year, month or day as milliseconds since 1970, UTC: its start, and the start of the next one.

    Raises ValueError where the text is no such date, or there is no such day.
    """
    match = _DATE.fullmatch(value)
    if match is None:
        raise ValueError(value)
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None
    if month is None:
        return _start(year, 1, 1), _start(year, 12, 31) + _DAY
    if day is None:
        return _start(year, month, 1), _start(year, month, _last_day(year, month)) + _DAY
    return _start(year, month, day), _start(year, month, day) + _DAY


def mime_prefix(value: str) -> str | None:
    """The MIME type, or the start of one, that a `type:` value means; None if it means none."""
    lower = value.lower()
    return lower if "/" in lower else TYPES.get(lower)


def is_yes(value: str) -> bool:
    """What a yes or no says."""
    return value.lower() == "yes"


def suggestion(word: str, known: tuple[str, ...]) -> str:
    """The known word that was probably meant, '' if none is close."""
    close = get_close_matches(word.lower(), known, n=1)
    return close[0] if close else ""


_DAY = 24 * 60 * 60 * 1000


def _start(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=UTC).timestamp()) * 1000


def _last_day(year: int, month: int) -> int:
    if not 1 <= month <= 12:
        raise ValueError(month)
    return calendar.monthrange(year, month)[1]


def _any(value: str) -> str:
    return ""


def _tag(value: str) -> str:
    return "" if all(value.split("/")) else f"“{value}” is no tag: a component between slashes is empty"


def _date(value: str) -> str:
    try:
        date_span(value)
    except ValueError:
        return f"“{value}” is no date: write 2023, 2023-05 or 2023-05-01, and a day that exists"
    return ""


def _number(value: str) -> str:
    return "" if _NUMBER.fullmatch(value) else f"“{value}” is no whole number of pixels"


def _type(value: str) -> str:
    if mime_prefix(value) is not None:
        return ""
    meant = suggestion(value, tuple(TYPES))
    return f"“{value}” is no image type: " + (f"did you mean {meant}?" if meant else f"known are {', '.join(TYPES)}")


def _sort(value: str) -> str:
    order = SYNONYMS.get(value, value)
    if order.removeprefix("-") in SORTS and order != "-relevance":
        return ""
    return (
        f"nothing can be sorted by “{value}”: known are {', '.join(SORTS)}, and each but relevance with a '-' before it"
    )


def _limit(value: str) -> str:
    if _NUMBER.fullmatch(value) and 1 <= int(value) <= MAX_LIMIT:
        return ""
    return f"“{value}” is no limit: write a whole number from 1 to {MAX_LIMIT}"


def _yes_or_no(value: str) -> str:
    return "" if value.lower() in ("yes", "no") else f"“{value}” is neither yes nor no"


FIELDS: dict[str, FieldKind] = {
    "tag": FieldKind(_EQUAL, _tag),
    "auto": FieldKind(_EQUAL, _tag),
    "type": FieldKind(_PLAIN, _type),
    "date": FieldKind(_ORDERED, _date),
    "after": FieldKind(_PLAIN, _date),
    "before": FieldKind(_PLAIN, _date),
    "name": FieldKind(_PLAIN, _any),
    "path": FieldKind(_PLAIN, _any),
    "camera": FieldKind(_PLAIN, _any),
    "width": FieldKind(_ORDERED, _number),
    "height": FieldKind(_ORDERED, _number),
    "like": FieldKind(_PLAIN, _any),
    "sort": FieldKind(_PLAIN, _sort),
    "limit": FieldKind(_PLAIN, _limit),
    "group": FieldKind(_PLAIN, _yes_or_no),
}
"""Every field. `sort`, `limit` and `group` are no conditions: they are of the whole query."""
