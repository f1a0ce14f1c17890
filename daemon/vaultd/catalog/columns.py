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
_LOOKS = "LEFT JOIN looks ON looks.image = images.id"
_NO_COLOUR = "00000000"
_FEW = 4
"""Where fewer than one in so many images is asked for, each is looked up; else all are gone through."""


class Shown(NamedTuple):
    """What images look like from afar, each a column: `taken` in milliseconds since 1970 or UNKNOWN; `palette`, uint8
    [n, 4], the first entry of `Looks.palette`, zeros for none; `contents`, the first 16 hex digits of the hash."""

    images: Ints
    widths: Ints
    heights: Ints
    taken: Ints
    palette: NDArray[np.uint8]
    contents: list[str]


def numbers(sql: sqlite3.Connection, images: Ints, expression: str) -> Ints:
    """A whole number of each of these images, in their order, UNKNOWN of one that does not exist.

    `expression`: SQL on a row of `images` that is never NULL; a constant of ours, never text from outside.
    """
    known, (found,) = _read(sql, images, "", expression)
    numbers = np.full(len(images), UNKNOWN, np.int64)
    there = np.isin(images, known)
    numbers[there] = _ints(found)[_places(known, images[there])]
    return numbers


def shown(sql: sqlite3.Connection, images: Ints) -> Shown:
    """Those of these images that exist, in their order."""
    palette = f"coalesce(nullif(hex(substr(looks.palette, 1, 4)), ''), '{_NO_COLOUR}')"
    content = "lower(hex(substr(images.hash, 1, 8)))"
    known, texts = _read(sql, images, _LOOKS, "images.width", "images.height", TAKEN, palette, content)
    there = images[np.isin(images, known)]
    places = _places(known, there)
    widths, heights, taken = (_ints(text)[places] for text in texts[:3])
    colours = np.frombuffer(bytes.fromhex(texts[3].replace(",", "")), np.uint8).reshape(-1, 4)[places]
    contents = texts[4].split(",")
    return Shown(there, widths, heights, taken, colours, [contents[place] for place in places.tolist()])


def _read(sql: sqlite3.Connection, images: Ints, joined: str, *expressions: str) -> tuple[Ints, list[str]]:
    """The ids, and these columns in the same order, of at least those of the images that exist.

    `joined`: what else the columns are of; each table is a look-up for each image, used or not.
    """
    (last,) = sql.execute("SELECT coalesce(max(id), 0) FROM images").fetchone()
    several = len(images) * _FEW > last
    source = "images" if several else "json_each(:ids) AS given CROSS JOIN images ON images.id = given.value"
    columns = ", ".join(f"group_concat({expression})" for expression in ("images.id", *expressions))
    row = sql.execute(
        f"SELECT {columns} FROM {source} {joined}",
        {} if several else {"ids": json.dumps(images.tolist())},
    ).fetchone()
    known, *texts = (text or "" for text in row)
    return _ints(known), texts


def _ints(text: str) -> Ints:
    return np.fromstring(text, np.int64, sep=",") if text else np.empty(0, np.int64)


def _places(known: Ints, images: Ints) -> NDArray[np.intp]:
    """Where each of these images stands among the known ones, of which they are."""
    order = np.argsort(known, kind="stable")
    return order[np.searchsorted(known, images, sorter=order)]
