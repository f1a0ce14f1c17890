"""How an answer divides: counts by tag, year, type and camera."""

from __future__ import annotations

import json
import sqlite3

from vaultd.catalog import lookup
from vaultd.index.vector import Ids

_COLUMNS = {
    "year": "strftime('%Y', images.taken_at / 1000, 'unixepoch')",
    "type": "images.type",
    "camera": "images.camera",
}


def count(sql: sqlite3.Connection, images: Ids) -> dict[str, dict[str, int]]:
    """Facet to value to how many of these images have it, the most frequent first; images without one are left out."""
    given = json.dumps(images.tolist())
    facets = {"tag": _tags(sql, given)}
    for name, column in _COLUMNS.items():
        rows = sql.execute(
            f"SELECT {column} AS facet, count(*) FROM json_each(?) AS given"
            " CROSS JOIN images ON images.id = given.value GROUP BY facet HAVING facet IS NOT NULL ORDER BY 2 DESC, 1",
            (given,),
        )
        facets[name] = dict(rows.fetchall())
    return facets


def _tags(sql: sqlite3.Connection, given: str) -> dict[str, int]:
    """An image counts once for each tag that it bears, whoever says so but the model."""
    rows = sql.execute(
        "SELECT image_tags.tag, count(DISTINCT image_tags.image) FROM json_each(?) AS given"
        " CROSS JOIN image_tags ON image_tags.image = given.value"
        " WHERE image_tags.state = 'active' AND image_tags.source <> 'auto' GROUP BY image_tags.tag",
        (given,),
    ).fetchall()
    names = lookup.tag_names(sql) if rows else {}
    counts = {names[tag]: number for tag, number in rows}
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
