"""What contents look like: hashes that know a picture again, and named colours."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog.store import Transaction
from vaultd.domain.looks import CELLS, Looks

LOOKS_VERSION = 3
"""Version of what a worker makes of pixels, vectors apart; contents with an older one, or none, are looked at again."""
WITHOUT_PLACEHOLDER = 2
"""The version that knew everything but the placeholder, which a thumbnail tells as well as the picture."""

MONO = 5
"""A picture is without colours if it is no more colourful than that; JPEG leaves a trace of some in greys."""
SHOWN_PERCENT = 12
"""A picture is of a colour if that much of it is: what `color:` finds and what a facet counts."""


@dataclass(frozen=True, slots=True)
class Details:
    """Of some images: `contrast` and `shape`, the logarithm of width by height, [n], and `tint`, int8 [n, 32].

    `several`: which hold more than the picture that was looked at, frames of a film or pages [n].
    """

    contrast: NDArray[np.float64]
    shape: NDArray[np.float64]
    tint: NDArray[np.int8]
    several: NDArray[np.bool_]


def is_seen(sql: sqlite3.Connection, image: int) -> bool:
    """Whether this version has looked at a content's pixels."""
    row = sql.execute("SELECT 1 FROM looks WHERE image = ? AND version >= ?", (image, LOOKS_VERSION)).fetchone()
    return row is not None


def lacks_placeholder(sql: sqlite3.Connection, image: int) -> bool:
    """Whether that is all that an older version did not see in a content."""
    row = sql.execute("SELECT version = ? FROM looks WHERE image = ?", (WITHOUT_PLACEHOLDER, image)).fetchone()
    return bool(row and row[0])


def put_placeholder(tx: Transaction, image: int, placeholder: bytes) -> None:
    """Adds what alone was lacking."""
    tx.sql.execute(
        "UPDATE looks SET placeholder = ?, version = ? WHERE image = ? AND version = ?",
        (placeholder, LOOKS_VERSION, image, WITHOUT_PLACEHOLDER),
    )


def placeholders(sql: sqlite3.Connection, images: list[int]) -> dict[int, bytes]:
    """Of those of these images that were looked at."""
    rows = sql.execute(
        "SELECT image, placeholder FROM json_each(?) AS given CROSS JOIN looks ON looks.image = given.value"
        " WHERE placeholder IS NOT NULL",
        (json.dumps(images),),
    )
    return dict(rows.fetchall())


def hashes_of(
    sql: sqlite3.Connection, images: NDArray[np.int64], least_contrast: float
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Which of these images have looks of some contrast, ascending, and uint64 [n, 2], their pHash and dHash."""
    rows = sql.execute(
        "SELECT given.key, phash, dhash FROM json_each(?) AS given"
        " CROSS JOIN looks ON looks.image = given.value WHERE contrast >= ?",
        (json.dumps(images.tolist()), least_contrast),
    ).fetchall()
    found = np.array(rows, np.int64).reshape(-1, 3)
    return found[:, 0], np.ascontiguousarray(found[:, 1:]).view(np.uint64)


def details_of(sql: sqlite3.Connection, images: NDArray[np.int64]) -> Details:
    """Of images that all have looks, in their order."""
    rows = sql.execute(
        "SELECT contrast, CAST(width AS REAL) / height, tint, frames > 1 FROM json_each(?) AS given"
        " CROSS JOIN looks ON looks.image = given.value CROSS JOIN images ON images.id = given.value",
        (json.dumps(images.tolist()),),
    ).fetchall()
    contrast, shape, tint, several = zip(*rows, strict=True) if rows else ((),) * 4
    cells = np.frombuffer(b"".join(tint), np.int8).reshape(-1, 2 * CELLS * CELLS)
    return Details(
        np.array(contrast, np.float64), np.log(np.array(shape, np.float64)), cells, np.array(several, np.bool_)
    )


def colours_of(sql: sqlite3.Connection, image: int) -> dict[str, int]:
    """Percent of an image by colour, the greatest share first."""
    return dict(sql.execute("SELECT colour, share FROM colours WHERE image = ? ORDER BY share DESC, colour", (image,)))


class Quality(NamedTuple):
    """`sharpness` and `brightness` in percent; each is None where it is not known."""

    mono: bool | None
    sharpness: int | None
    brightness: int | None


def quality_of(sql: sqlite3.Connection, image: int) -> Quality:
    """How a picture looks in other ways than colours."""
    row = sql.execute(
        "SELECT colourfulness <= ?, sharpness, brightness FROM looks WHERE image = ?", (MONO, image)
    ).fetchone()
    mono, sharpness, brightness = row or (None, None, None)
    return Quality(None if mono is None else bool(mono), sharpness, brightness)


COLUMNS = ("image", "version", "phash", "dhash", "contrast", "tint", "sharpness", "brightness", "colourfulness",
           "palette", "frames", "placeholder", "was_jpeg")  # fmt: skip


def row(image: int, looks: Looks) -> tuple[int | float | bytes | None, ...]:
    """What stands in COLUMNS for a content."""
    return (
        image, LOOKS_VERSION, looks.phash, looks.dhash, looks.contrast, looks.tint, looks.sharpness, looks.brightness,
        looks.colourfulness, looks.palette, looks.frames, looks.placeholder,
        looks.was_jpeg,
    )  # fmt: skip


def put(tx: Transaction, image: int, looks: Looks) -> None:
    """Makes this what a content looks like."""
    tx.sql.execute(
        f"INSERT OR REPLACE INTO looks ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})",
        row(image, looks),
    )
    tx.sql.execute("DELETE FROM colours WHERE image = ?", (image,))
    tx.sql.executemany(
        "INSERT INTO colours (image, colour, share) VALUES (?, ?, ?)",
        [(image, colour, share) for colour, share in looks.colours.items()],
    )
