"""Facts about thousands of images at once, column by column.

SQLite puts each column together as one text, which takes half as long as a row of Python objects for every image.
"""

from __future__ import annotations

import json
import sqlite3
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

UNKNOWN = -(1 << 62)
"""Stands for a number that there is none of."""
TAKEN = f"coalesce(images.taken_at, {UNKNOWN})"
SORTED_BY = {
    "date": "coalesce(images.taken_at, images.added_at)",
    "size": "images.size",
    "added": "images.added_at",
}
"""What the orders of the query language go by, as numbers of an image."""
_FEW = 4
"""Where fewer than one in so many images is asked for, each is looked up; else all are gone through."""


class FromAfar(NamedTuple):
    """What images look like from afar, each a column [n]: pixels; `taken` and `added` in milliseconds since 1970, the
    first UNKNOWN where nothing tells it; `contents`, the first 16 hex digits of the hash."""

    images: Ints
    widths: Ints
    heights: Ints
    taken: Ints
    added: Ints
    contents: NDArray[np.bytes_]


class Palettes(NamedTuple):
    """Of images that were looked at: `first`, uint8 [n, 4], the first entry of `Looks.palette`."""

    images: Ints
    first: NDArray[np.uint8]


def numbers(sql: sqlite3.Connection, images: Ints, expression: str) -> Ints:
    """A whole number of each of these images, in their order, UNKNOWN of one that does not exist.

    `expression`: SQL on a row of `images` that is never NULL; a constant of ours, never text from outside.
    """
    known, (found,) = _read(sql, "images", "id", images, expression)
    numbers = np.full(len(images), UNKNOWN, np.int64)
    there = np.isin(images, known)
    order = np.argsort(known, kind="stable")
    numbers[there] = _ints(found)[order[np.searchsorted(known, images[there], sorter=order)]]
    return numbers


def from_afar(sql: sqlite3.Connection, images: Ints | None = None) -> FromAfar:
    """All images, or at least those of these that exist, in any order."""
    content = "hex(substr(images.hash, 1, 8))"
    wanted = ("images.width", "images.height", TAKEN, "images.added_at", content)
    known, (*texts, contents) = _read(sql, "images", "id", images, *wanted)
    widths, heights, taken, added = map(_ints, texts)
    named = np.frombuffer(contents.lower().replace(",", "").encode(), "S16")
    return FromAfar(known, widths, heights, taken, added, named)


def palettes(sql: sqlite3.Connection, images: Ints | None = None) -> Palettes:
    """Of all images that were looked at, or at least of those of these."""
    entry = "hex(coalesce(substr(looks.palette, 1, 4), zeroblob(4)))"
    known, (entries,) = _read(sql, "looks", "image", images, entry)
    first = np.frombuffer(bytes.fromhex(entries.replace(",", "")), np.uint8)
    return Palettes(known, first.reshape(-1, 4))


def _read(
    sql: sqlite3.Connection, table: str, key: str, images: Ints | None, *expressions: str
) -> tuple[Ints, list[str]]:
    """The images of a table, and columns of it in the same order; of few, only theirs."""
    several = images is None
    if images is not None:
        (last,) = sql.execute(f"SELECT coalesce(max({key}), 0) FROM {table}").fetchone()
        several = len(images) * _FEW > last
    source = table if several else f"json_each(:ids) AS given CROSS JOIN {table} ON {table}.{key} = given.value"
    columns = ", ".join(f"group_concat({expression})" for expression in (f"{table}.{key}", *expressions))
    wanted = {} if several or images is None else {"ids": json.dumps(images.tolist())}
    known, *texts = (text or "" for text in sql.execute(f"SELECT {columns} FROM {source}", wanted).fetchone())
    return _ints(known), texts


def _ints(text: str) -> Ints:
    return np.fromstring(text, np.int64, sep=",") if text else np.empty(0, np.int64)
