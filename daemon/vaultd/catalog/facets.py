"""Facets: the values that a fact about images takes, and the images of each. Only what is shown everywhere counts.

Values are whole here, unlike those of the query language, where a part of a camera's name finds it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from vaultd.catalog.looks import SHOWN_PERCENT
from vaultd.catalog.shown import IS_SHOWN

_IMAGE_TYPES = "image/"

TABLES: Mapping[str, str] = {
    "camera": "SELECT id AS image, camera AS value FROM images WHERE camera IS NOT NULL",
    "type": f"SELECT id AS image, replace(type, '{_IMAGE_TYPES}', '') AS value FROM images",
    "rating": "SELECT image, CAST(rating AS TEXT) AS value FROM"
    " (SELECT image, rating, row_number() OVER (PARTITION BY image ORDER BY source = 'user' DESC, source) AS place"
    " FROM ratings) WHERE place = 1",
    "color": f"SELECT image, colour AS value FROM colours WHERE share >= {SHOWN_PERCENT}",
    "model": "SELECT image, model AS value FROM generations",
    "lora": "SELECT image, name AS value FROM loras",
}
"""Facet to a table of image and value. Ratings: the user's own before what files say, as `rating:` takes them.

A model or lora stands there twice where a file and a text beside it say the same.
"""


def values(sql: sqlite3.Connection, facet: str) -> list[str]:
    """The values that occur, sorted. Of most the newest image is shown: then no other is looked at."""
    table = TABLES[facet]
    known = f"SELECT value, max(image) AS newest FROM ({table}) WHERE value <> '' GROUP BY value"
    rows = sql.execute(
        f"SELECT value FROM ({known}) AS known"
        f" WHERE EXISTS (SELECT 1 FROM images WHERE images.id = newest AND {IS_SHOWN})"
        f" OR EXISTS (SELECT 1 FROM ({table}) AS told JOIN images ON images.id = told.image"
        f" WHERE told.value = known.value AND {IS_SHOWN}) ORDER BY value"
    )
    return [value for (value,) in rows]


def counts(sql: sqlite3.Connection, facet: str) -> list[tuple[str, int]]:
    """The values that occur, sorted, and how many images have each. It looks at all of them."""
    return sql.execute(
        f"WITH shown AS MATERIALIZED (SELECT id FROM images WHERE {IS_SHOWN})"
        f" SELECT value, count(DISTINCT shown.id) FROM ({TABLES[facet]}) AS told JOIN shown ON shown.id = told.image"
        " WHERE value <> '' GROUP BY value ORDER BY value"
    ).fetchall()


def of_value(sql: sqlite3.Connection, facet: str, value: str, most: int) -> list[int]:
    """The images with this value, the last taken first. The limit inside keeps the order from being made last."""
    rows = sql.execute(
        "SELECT id FROM"
        f" (SELECT images.id FROM ({TABLES[facet]}) AS told JOIN images ON images.id = told.image WHERE value = ?"
        " ORDER BY images.taken_at DESC, images.id DESC LIMIT -1) AS images"
        f" WHERE {IS_SHOWN} LIMIT ?",
        (value, most),
    )
    return list(dict.fromkeys(image for (image,) in rows))
