"""The order of an answer. Every order is total: what is equal is ordered by image, so answers never shuffle."""

from __future__ import annotations

import sqlite3

import numpy as np

from vaultd.catalog import columns, lookup
from vaultd.index.vector import Ids
from vaultd.query.fields import SYNONYMS
from vaultd.search.fuse import Floats


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
    numbers = columns.numbers(sql, images, columns.SORTED_BY[key])
    return images[np.lexsort((images, numbers if sort.startswith("-") else -numbers))]


def _by_name(sql: sqlite3.Connection, images: Ids, *, reverse: bool) -> Ids:
    names = lookup.names(sql, images.tolist())
    return np.array(sorted(images.tolist(), key=lambda image: names.get(image, b""), reverse=reverse), np.int64)
