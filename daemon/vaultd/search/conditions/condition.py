"""A piece of SQL that is true or false of a row of `images`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from vaultd.query import Field

Value = str | int | bytes


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition on a row of `images`, never NULL, and the values of its placeholders."""

    sql: str
    values: tuple[Value, ...] = ()


def between(column: str, low: int | None, high: int | None) -> Condition:
    """A column is at least `low` and at most `high`; a bound that is None is none. Where it is NULL it is neither."""
    bounds = [(f"{column} >= ?", low), (f"{column} <= ?", high)]
    given = [(sql, value) for sql, value in bounds if value is not None]
    return Condition(
        " AND ".join([f"{column} IS NOT NULL", *(sql for sql, _ in given)]), tuple(value for _, value in given)
    )


def compared(column: str, field: Field, meaning: Callable[[str], tuple[int, int]]) -> Condition:
    """A column of whole numbers beside a field's value, or its range.

    `meaning` gives the first and the last number that a value means: a comparison picks the end that it is about.
    """
    low, _, high = field.value.partition("..") if field.operator == ".." else (field.value, "", field.value)
    first = meaning(low)[0] if low else None
    last = meaning(high)[1] if high else None
    match field.operator:
        case "<" if first is not None:
            return between(column, None, first - 1)
        case ">" if last is not None:
            return between(column, last + 1, None)
        case "<=":
            return between(column, None, last)
        case ">=":
            return between(column, first, None)
    return between(column, first, last)


def belonging(sql: sqlite3.Connection, table: str, where: str, values: Sequence[Value], among: int | None) -> Condition:
    """The images that have a row in a table, whose column `image` says whose it is, where something holds of it.

    Few rows are all read, once; where there are more of them than the `among` images to check, each is looked up.
    """
    if among is not None and _are_more(sql, table, where, values, among):
        return Condition(f"EXISTS (SELECT 1 FROM {table} WHERE {table}.image = images.id AND {where})", tuple(values))
    return Condition(f"images.id IN (SELECT {table}.image FROM {table} WHERE {where})", tuple(values))


def listed(ids: Sequence[int]) -> str:
    """The value of the placeholder of `IN (SELECT value FROM json_each(?))`."""
    return json.dumps(list(ids))


def _are_more(sql: sqlite3.Connection, table: str, where: str, values: Sequence[Value], count: int) -> bool:
    found = sql.execute(f"SELECT 1 FROM {table} WHERE {where} LIMIT 1 OFFSET ?", (*values, count)).fetchone()
    return found is not None
