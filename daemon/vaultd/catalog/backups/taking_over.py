"""From a damaged catalog to the one that was restored: contents read since the backup, bytes held for them, and the
vectors of all.

What is computed again from the pictures costs hours in a large library, and is worth the trouble of reading around the
damage: a range of rows that cannot be read is halved until only what is broken is left out.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from vaultd.catalog.backups.damage import UNREADABLE
from vaultd.catalog.backups.writing import read_only

_RANGE = 512
PLAUSIBLE = 10_000_000
"""More ids than this are not given between two backups: the number is damaged."""
_LENGTH_TOLERANCE = 0.01
Rows = list[tuple[Any, ...]]


class Taken(NamedTuple):
    """How many contents and vectors were taken over."""

    images: int = 0
    vectors: int = 0


def take_over(restored: sqlite3.Connection, damaged: Path) -> Taken:
    """Copies what is readable and valid, by content and by name and revision of the model; commits. Never raises
    because of what the damaged file is like."""
    with closing(sqlite3.connect(read_only(damaged), isolation_level=None, uri=True)) as old:
        restored.execute("BEGIN IMMEDIATE")
        images = _images(restored, old)
        _models(restored, old)
        vectors = _vectors(restored, old)
        _looks(restored, old)
        _holdings(restored, old)
        restored.execute("COMMIT")
    return Taken(images, vectors)


def readable(sql: sqlite3.Connection, query: str, low: int, high: int) -> Rows:
    """The rows of a query between two ids, those left out that cannot be read."""
    return _together(sql, [query], low, high)[0]


def _together(sql: sqlite3.Connection, queries: list[str], low: int, high: int) -> list[Rows]:
    """The rows of several queries; an id for which one of them cannot be answered is left out of all."""
    try:
        return [sql.execute(query, (low, high)).fetchall() for query in queries]
    except UNREADABLE:
        if low == high:
            return [[] for _ in queries]
    middle = (low + high) // 2
    halves = zip(_together(sql, queries, low, middle), _together(sql, queries, middle + 1, high), strict=True)
    return [lower + upper for lower, upper in halves]


def since(restored: sqlite3.Connection, old: sqlite3.Connection, table: str) -> Iterator[tuple[int, int]]:
    """The ids that a table of the damaged file gave after the backup was made, in steps."""
    known, given = last_id(restored, table), last_id(old, table)
    for low in range(known + 1, min(given, known + PLAUSIBLE) + 1, _RANGE):
        yield low, min(low + _RANGE - 1, given)


def last_id(sql: sqlite3.Connection, table: str) -> int:
    """The highest id that a table ever gave, 0 where that cannot be read."""
    try:
        row = sql.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    except UNREADABLE:
        return 0
    return row[0] if row and isinstance(row[0], int) else 0


def _ranges(sql: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """All ids of images that can be in a catalog, in steps. The damaged file is not asked: it may say anything."""
    (last,) = sql.execute("SELECT coalesce(max(id), 0) FROM images").fetchone()
    for low in range(1, last + 1, _RANGE):
        yield low, low + _RANGE - 1


def _images(restored: sqlite3.Connection, old: sqlite3.Connection) -> int:
    """Contents that came since the backup, under their ids; what their files say is read again (version 0)."""
    taken = 0
    insert = (
        "INSERT OR IGNORE INTO images"
        " (id, hash, type, size, width, height, taken_at, camera, added_at, metadata_version)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0)"
    )
    query = (
        "SELECT id, hash, type, size, width, height, taken_at, camera, added_at FROM images NOT INDEXED"
        " WHERE id BETWEEN ? AND ?"
    )
    for low, high in since(restored, old, "images"):
        taken += sum(_inserted(restored, insert, row) for row in readable(old, query, low, high))
    return taken


def _models(restored: sqlite3.Connection, old: sqlite3.Connection) -> None:
    """Models chosen since the backup: their vectors count, the choice is made anew."""
    for row in readable(old, "SELECT name, revision, dimension FROM models WHERE id BETWEEN ? AND ?", 1, _RANGE):
        _inserted(restored, "INSERT OR IGNORE INTO models (name, revision, dimension) VALUES (?, ?, ?)", row)


def _vectors(restored: sqlite3.Connection, old: sqlite3.Connection) -> int:
    query = (
        "SELECT images.hash, models.name, models.revision, embeddings.vector FROM images NOT INDEXED"
        " JOIN embeddings ON embeddings.image = images.id JOIN models ON models.id = embeddings.model"
        " WHERE images.id BETWEEN ? AND ?"
    )
    insert = (
        "INSERT OR IGNORE INTO embeddings (vector, image, model) SELECT ?1, images.id, models.id FROM images, models"
        " WHERE images.hash = ?2 AND models.name = ?3 AND models.revision = ?4 AND length(?1) = 2 * models.dimension"
    )
    taken = 0
    for low, high in _ranges(restored):
        for content, name, revision, vector in readable(old, query, low, high):
            if _is_vector(vector):
                taken += _inserted(restored, insert, (vector, content, name, revision))
    return taken


def _looks(restored: sqlite3.Connection, old: sqlite3.Connection) -> None:
    """What pixels look like, with the colours or not at all: a picture that has the one is not looked at again."""
    columns = {table: _columns(restored, table) for table in ("looks", "colours")}
    queries = [
        f"SELECT hash, {', '.join(names)} FROM images NOT INDEXED JOIN {table} ON image = images.id"
        " WHERE images.id BETWEEN ? AND ?"
        for table, names in columns.items()
    ]
    inserts = [
        f"INSERT OR IGNORE INTO {table} (image, {', '.join(names)})"
        f" SELECT id, {', '.join(f'?{number}' for number in range(2, len(names) + 2))} FROM images WHERE hash = ?1"
        for table, names in columns.items()
    ]
    for low, high in _ranges(restored):
        for insert, rows in zip(inserts, _together(old, queries, low, high), strict=True):
            for row in rows:
                _inserted(restored, insert, row)


def _holdings(restored: sqlite3.Connection, old: sqlite3.Connection) -> None:
    """Bytes that were written into the mount since the backup lie where they were, and are as dear."""
    query = (
        "SELECT path, name, held_at, images.hash FROM holdings JOIN images ON images.id = holdings.image"
        " WHERE holdings.id BETWEEN ? AND ?"
    )
    insert = (
        "INSERT OR IGNORE INTO holdings (path, name, held_at, image) SELECT ?1, ?2, ?3, id FROM images WHERE hash = ?4"
    )
    for low, high in since(restored, old, "holdings"):
        for row in readable(old, query, low, high):
            _inserted(restored, insert, row)


def _columns(sql: sqlite3.Connection, table: str) -> list[str]:
    return [name for _, name, *_ in sql.execute(f"PRAGMA table_info({table})") if name != "image"]


def _inserted(restored: sqlite3.Connection, insert: str, row: tuple[Any, ...]) -> int:
    """How many rows that made; none where a value is of a kind that the schema forbids."""
    try:
        return restored.execute(insert, row).rowcount
    except sqlite3.IntegrityError:
        return 0


def _is_vector(vector: object) -> bool:
    """Whether these are half floats of length one, to the precision that they have."""
    if not isinstance(vector, bytes) or len(vector) % 2:
        return False
    with np.errstate(all="ignore"):  # bytes that were damaged may be numbers without end, or none
        length = float(np.linalg.norm(np.frombuffer(vector, "<f2").astype(np.float32)))
    return abs(length - 1) < _LENGTH_TOLERANCE
