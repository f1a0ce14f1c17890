"""A set of images, such as an answer, divided by a facet: the values that occur in it, and which of them have one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence

from vaultd.catalog.facets import TABLES

DATE = "date"
_OF_DATE = (
    "SELECT id AS image, strftime('{}', taken_at / 1000, 'unixepoch') AS value FROM images WHERE taken_at NOT NULL"
)
_GIVEN = "image IN (SELECT given.value FROM json_each(?) AS given)"
"""Not a join: the answer would be looked through once for each picture that has the value."""
_YEAR, _MONTH = (_OF_DATE.format(form) for form in ("%Y", "%Y-%m"))


def values(sql: sqlite3.Connection, images: Sequence[int], facet: str, within: str = "") -> list[str]:
    """The values that these images have, sorted. Of `date`: years, and `within` one of them its months, `2024-05`."""
    table = TABLES[facet] if facet != DATE else _MONTH if within else _YEAR
    rows = sql.execute(
        f"SELECT DISTINCT value FROM ({table}) WHERE {_GIVEN} AND value <> '' ORDER BY value", (json.dumps(images),)
    )
    return [value for (value,) in rows if not within or value.startswith(f"{within}-")]


def having(sql: sqlite3.Connection, images: Sequence[int], facet: str, value: str) -> list[int]:
    """Those of these images that have a value, in their order. Of `date` it is a month."""
    table = TABLES[facet] if facet != DATE else _MONTH
    rows = sql.execute(f"SELECT image FROM ({table}) WHERE {_GIVEN} AND value = ?", (json.dumps(images), value))
    found = {image for (image,) in rows}
    return [image for image in images if image in found]
