"""What contents look like: hashes that know a picture again, and named colours."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog.store import Transaction
from vaultd.domain.looks import CELLS, Looks

LOOKS_VERSION = 1
"""Version of what a worker makes of pixels, vectors apart; contents with an older one, or none, are looked at again."""

SHOWN_PERCENT = 12
"""A picture is of a colour if that much of it is: what `color:` finds and what a facet counts."""


@dataclass(frozen=True, slots=True)
class Seen:
    """The looks of some images, in columns. `places`: which of the images asked for have any, ascending.

    `phash`, `dhash`: uint64 [n]. `contrast`: [n]. `shape`: logarithm of width by height, [n]. `tint`: int8 [n, 32].
    """

    places: NDArray[np.int64]
    phash: NDArray[np.uint64]
    dhash: NDArray[np.uint64]
    contrast: NDArray[np.float64]
    shape: NDArray[np.float64]
    tint: NDArray[np.int8]

    def only(self, rows: NDArray[np.int64]) -> Seen:
        """Some of the rows."""
        return Seen(*(getattr(self, column.name)[rows] for column in fields(self)))


def of(sql: sqlite3.Connection, images: NDArray[np.int64]) -> Seen:
    """What was stored of these images, whatever version saw it."""
    rows = sql.execute(
        "SELECT given.key, phash, dhash, contrast, CAST(width AS REAL) / height, tint FROM json_each(?) AS given"
        " CROSS JOIN looks ON looks.image = given.value CROSS JOIN images ON images.id = given.value",
        (json.dumps(images.tolist()),),
    ).fetchall()
    places, phash, dhash, contrast, shape, tint = zip(*rows, strict=True) if rows else ((),) * 6
    return Seen(
        np.array(places, np.int64),
        np.array(phash, np.int64).view(np.uint64),
        np.array(dhash, np.int64).view(np.uint64),
        np.array(contrast, np.float64),
        np.log(np.array(shape, np.float64)),
        np.frombuffer(b"".join(tint), np.int8).reshape(-1, 2 * CELLS * CELLS),
    )


def colours_of(sql: sqlite3.Connection, image: int) -> dict[str, int]:
    """Percent of an image by colour, the greatest share first."""
    return dict(sql.execute("SELECT colour, share FROM colours WHERE image = ? ORDER BY share DESC, colour", (image,)))


def put(tx: Transaction, image: int, looks: Looks) -> None:
    """Makes this what a content looks like."""
    tx.sql.execute(
        "INSERT OR REPLACE INTO looks (image, version, phash, dhash, contrast, tint) VALUES (?, ?, ?, ?, ?, ?)",
        (image, LOOKS_VERSION, looks.phash, looks.dhash, looks.contrast, looks.tint),
    )
    tx.sql.execute("DELETE FROM colours WHERE image = ?", (image,))
    tx.sql.executemany(
        "INSERT INTO colours (image, colour, share) VALUES (?, ?, ?)",
        [(image, colour, share) for colour, share in looks.colours.items()],
    )
