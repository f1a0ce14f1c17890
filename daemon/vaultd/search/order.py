"""The order of an answer. Every order is total: what is equal is ordered by image, so answers never shuffle."""

from __future__ import annotations

import json
import sqlite3

import numpy as np

from vaultd.catalog import lookup
from vaultd.index.vector import Ids
from vaultd.query.fields import SYNONYMS
from vaultd.search.fuse import Floats

_KEYS = {
    "date": "coalesce(images.taken_at, images.added_at)",
    "size": "images.size",
    "added": "images.added_at",
}


def ordered(sql: sqlite3.Connection, images: Ids, scores: Floats, sort: str) -> Ids:
    """These images (ascending) in an order of the query language, '' for the natural one.

    The natural order is relevance where anything ranks, else the date, newest first; an image without a date counts by
    when it was added.
    """
    ranked = bool((~np.isnan(scores)).any())
    key = SYNONYMS.get(sort, sort).removeprefix("-") or ("relevance" if ranked else "date")
    if key == "relevance":
        return images[np.lexsort((images, -np.nan_to_num(scores, nan=-1.0)))]
    if key == "name":
        return _by_name(sql, images, reverse=sort.startswith("-"))
    direction = "ASC" if sort.startswith("-") else "DESC"
    rows = sql.execute(
        "SELECT images.id FROM json_each(?) AS given CROSS JOIN images ON images.id = given.value"
        f" ORDER BY {_KEYS[key]} {direction}, images.id",
        (json.dumps(images.tolist()),),
    )
    return np.array([image for (image,) in rows], np.int64)


def _by_name(sql: sqlite3.Connection, images: Ids, *, reverse: bool) -> Ids:
    names = lookup.names(sql, images.tolist())
    return np.array(sorted(images.tolist(), key=lambda image: names.get(image, b""), reverse=reverse), np.int64)
