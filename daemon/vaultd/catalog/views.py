"""Sets of images that are no answer to words: by date, recent, untagged, missing, offline, with several files.

All but the missing and the offline hold only what is shown (`catalog.shown`), and none what is private.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from vaultd.catalog.privacy import IS_PRIVATE
from vaultd.catalog.shown import IS_ONLINE, IS_SHOWN
from vaultd.domain.moments import milliseconds
from vaultd.domain.paths import name_of

_VISIBLE = """FROM files JOIN roots ON roots.id = files.root AND roots.removed_at IS NULL
    JOIN volumes ON volumes.id = files.volume"""


def recent(sql: sqlite3.Connection, most: int) -> list[int]:
    """The images that came last into the library, newest first."""
    return _column(sql, f"SELECT id FROM images WHERE {IS_SHOWN} ORDER BY added_at DESC, id DESC LIMIT ?", (most,))


def untagged(sql: sqlite3.Connection, most: int) -> list[int]:
    """The images without an active tag, newest first; what the model says is no tag here."""
    return _column(
        sql,
        "SELECT id FROM images WHERE NOT EXISTS (SELECT 1 FROM image_tags WHERE image_tags.image = images.id"
        f" AND state = 'active' AND source <> 'auto') AND {IS_SHOWN} ORDER BY added_at DESC, id DESC LIMIT ?",
        (most,),
    )


def favourites(sql: sqlite3.Connection, most: int) -> list[int]:
    """The user's favourites, the last made one first."""
    return _column(
        sql,
        "SELECT favourites.image FROM favourites JOIN images ON images.id = favourites.image"
        f" WHERE {IS_SHOWN} ORDER BY favourites.added_at DESC, favourites.image DESC LIMIT ?",
        (most,),
    )


def missing(sql: sqlite3.Connection, most: int) -> list[int]:
    """The images of watched folders of which no file is there any more and none is on a volume that is away."""
    return _column(
        sql,
        f"SELECT files.image {_VISIBLE} WHERE files.image IS NOT NULL GROUP BY files.image"
        " HAVING sum(files.state = 'present') = 0 AND sum(files.private) = 0"
        " ORDER BY max(files.seen_at) DESC, files.image LIMIT ?",
        (most,),
    )


def offline(sql: sqlite3.Connection, volume: int | None, most: int) -> list[int]:
    """The images that have a file on a volume that is away, this one or any, and none that can be opened."""
    return _column(
        sql,
        f"SELECT DISTINCT files.image {_VISIBLE} JOIN images ON images.id = files.image"
        " WHERE files.state = 'present' AND volumes.mount_point IS NULL AND (?1 IS NULL OR volumes.id = ?1)"
        f" AND NOT {IS_ONLINE} AND NOT {IS_PRIVATE} ORDER BY files.image DESC LIMIT ?2",
        (volume, most),
    )


def away(sql: sqlite3.Connection) -> list[tuple[int, bytes, int]]:
    """The volumes that are away and have `offline` images: id, what each is called, and how many."""
    rows = sql.execute(
        "SELECT volumes.id, volumes.last_mount_point, coalesce(fs_uuid, fingerprint), count(DISTINCT files.image)"
        f" {_VISIBLE} JOIN images ON images.id = files.image WHERE files.state = 'present'"
        f" AND volumes.mount_point IS NULL AND NOT {IS_ONLINE} AND NOT {IS_PRIVATE}"
        " GROUP BY volumes.id ORDER BY volumes.id"
    )
    return [(volume, name_of(place or b"") or known_by.encode(), count) for volume, place, known_by, count in rows]


def years(sql: sqlite3.Connection) -> list[int]:
    """The years in which images that are shown were taken, ascending."""
    return _column(
        sql,
        "SELECT DISTINCT CAST(strftime('%Y', taken_at / 1000, 'unixepoch') AS INTEGER) AS year FROM images"
        f" WHERE taken_at IS NOT NULL AND {IS_SHOWN} ORDER BY year",
    )


def months(sql: sqlite3.Connection, year: int) -> list[int]:
    """The months, 1 to 12, of a year in which images that are shown were taken, ascending."""
    return _column(
        sql,
        "SELECT DISTINCT CAST(strftime('%m', taken_at / 1000, 'unixepoch') AS INTEGER) AS month FROM images"
        f" WHERE taken_at >= ? AND taken_at < ? AND {IS_SHOWN} ORDER BY month",
        (milliseconds(year), _next(year, 12)),
    )


def of_month(sql: sqlite3.Connection, year: int, month: int) -> list[int]:
    """The images that are shown and were taken in a month, in the order in which they were taken."""
    return _column(
        sql,
        f"SELECT id FROM images WHERE taken_at >= ? AND taken_at < ? AND {IS_SHOWN} ORDER BY taken_at, id",
        (milliseconds(year, month), _next(year, month)),
    )


def with_several_files(sql: sqlite3.Connection, image: int | None = None) -> list[int]:
    """The images, or this one if it is such, of which several files are there now. Hard links are one file under
    several names."""
    return _column(
        sql,
        f"SELECT files.image {_VISIBLE} WHERE files.image {'IS NOT NULL' if image is None else '= ?'}"
        " AND files.state = 'present'"
        " AND volumes.mount_point IS NOT NULL GROUP BY files.image"
        " HAVING count(DISTINCT files.volume || ' ' || files.inode) > 1 AND sum(files.private) = 0"
        " ORDER BY files.image",
        () if image is None else (image,),
    )


def _next(year: int, month: int) -> int:
    """The start of the month after; the year 9999 ends where our dates do."""
    if (year, month) == (9999, 12):
        return milliseconds(9999, 12, 31) + 24 * 60 * 60 * 1000
    return milliseconds(year + month // 12, month % 12 + 1)


def _column(sql: sqlite3.Connection, query: str, values: tuple[Any, ...] = ()) -> list[int]:
    return [value for (value,) in sql.execute(query, values)]
