"""What can be counted: moments, pixels, bytes, stars, sensitivity."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date

from vaultd.query import Field
from vaultd.query.amounts import amount, sides, whole
from vaultd.query.ast import Operator
from vaultd.query.fields import ANY
from vaultd.query.optics import MEANINGS
from vaultd.query.values import date_span
from vaultd.search.conditions.condition import Condition, belonging, compared

_RATING = """coalesce((SELECT rating FROM ratings WHERE ratings.image = images.id
    ORDER BY ratings.source = 'user' DESC, ratings.source LIMIT 1), 0)"""
_OPEN: dict[str, Operator] = {"after": ">=", "before": "<"}
_ORIENTATIONS = {"landscape": ">", "portrait": "<", "square": "="}
_SIDES = ("width", "height")


def moment(field: Field, today: date) -> Condition:
    """When it was taken; relative dates are relative to `today`."""
    if field.value == ANY:
        return Condition("images.taken_at IS NOT NULL")
    operator = _OPEN.get(field.name, field.operator)
    return compared("images.taken_at", Field("date", operator, field.value), _span_on(today))


def number(field: Field) -> Condition:
    """Pixels of a side, or the sensitivity, which are columns of their own."""
    column = f"images.{field.name}"
    return Condition(f"{column} IS NOT NULL") if field.value == ANY else compared(column, field, _whole)


def optical(field: Field) -> Condition:
    """How it was taken, in numbers, which are columns of their own."""
    column = f"images.{field.name}"
    if field.value == ANY:
        return Condition(f"{column} IS NOT NULL")
    return compared(column, field, MEANINGS[field.name])


def rating(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """Stars: the user's own, otherwise what the files say; 0 where nobody says any."""
    rated = belonging(sql, "ratings", "1", (), among)
    if field.value == ANY:
        return rated
    wanted = compared(_RATING, field, _whole)
    if field.operator in ("<", "<=") or field.value.startswith(("0", "..")):
        return wanted
    return Condition(f"{rated.sql} AND {wanted.sql}", (*rated.values, *wanted.values))


def size(field: Field) -> Condition:
    """Bytes, pixels in all, or 1920x1080: then both sides are compared."""
    both = sides(field.value)
    if both is not None:
        parts = [compared(f"images.{name}", field, _exactly(side)) for name, side in zip(_SIDES, both, strict=True)]
        return Condition(" AND ".join(part.sql for part in parts), tuple(v for part in parts for v in part.values))
    bound = next(bound for bound in field.value.split("..") if bound)
    column = "images.size" if amount(bound).of == "bytes" else "(images.width * images.height)"
    rounds = field.operator in ("", "=")
    return compared(column, field, _rounded if rounds else _exact)


def orientation(field: Field) -> Condition:
    """Which side is the longer one."""
    return Condition(f"images.width {_ORIENTATIONS[field.value.lower()]} images.height")


def _span_on(today: date) -> Callable[[str], tuple[int, int]]:
    def span(text: str) -> tuple[int, int]:
        start, end = date_span(text, today)
        return start, end - 1

    return span


def _whole(text: str) -> tuple[int, int]:
    number = whole(text)
    return number, number


def _exactly(side: int) -> Callable[[str], tuple[int, int]]:
    return lambda text: (side, side)


def _exact(text: str) -> tuple[int, int]:
    meant = amount(text)
    return meant.exact, meant.exact


def _rounded(text: str) -> tuple[int, int]:
    meant = amount(text)
    return meant.low, meant.high - 1
