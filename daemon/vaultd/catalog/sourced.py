"""What one source other than the user says of an image: tags, texts and a rating, each replaced as a whole.

It follows from files or from elsewhere, so storing it is no action. A tag that the user took off stays rejected.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from vaultd.catalog.store import Transaction, now_ms


class Stored(NamedTuple):
    """`tags`: id and state; `texts`: kind and text; `ratings`: one or none."""

    tags: list[tuple[int, str]]
    texts: list[tuple[str, str]]
    ratings: list[tuple[int]]


def stored(sql: sqlite3.Connection, image: int, source: str) -> Stored:
    """All that the catalog has of it, in an order that does not change."""
    said = "WHERE image = ? AND source = ?"
    return Stored(
        sql.execute(f"SELECT tag, state FROM image_tags {said} ORDER BY tag", (image, source)).fetchall(),
        sql.execute(f"SELECT kind, text FROM texts {said} ORDER BY kind", (image, source)).fetchall(),
        sql.execute(f"SELECT rating FROM ratings {said}", (image, source)).fetchall(),
    )


def replace_tags(tx: Transaction, image: int, source: str, wanted: Iterable[int]) -> None:
    """Makes these the active tags of a source, but for those that are rejected."""
    tags = sorted(set(wanted))
    before = tx.sql.execute(
        "SELECT tag FROM image_tags WHERE image = ? AND source = ? AND state = 'active'", (image, source)
    ).fetchall()
    tx.sql.executemany(
        "DELETE FROM image_tags WHERE image = ? AND tag = ? AND source = ?",
        [(image, tag, source) for (tag,) in before if tag not in tags],
    )
    tx.sql.executemany(
        "INSERT INTO image_tags (image, tag, source, state, added_at) VALUES (?, ?, ?, 'active', ?)"
        " ON CONFLICT DO NOTHING",
        [(image, tag, source, now_ms()) for tag in tags],
    )


def replace_texts(tx: Transaction, image: int, source: str, texts: Iterable[tuple[str, str]]) -> None:
    """Makes these, each a kind and a text, all that a source says in words."""
    tx.sql.execute("DELETE FROM texts WHERE image = ? AND source = ?", (image, source))
    tx.sql.executemany(
        "INSERT INTO texts (image, kind, source, text) VALUES (?, ?, ?, ?)",
        [(image, kind, source, text) for kind, text in texts],
    )


def replace_rating(tx: Transaction, image: int, source: str, rating: int | None) -> None:
    """Makes this the rating of a source; none for None and 0."""
    tx.sql.execute("DELETE FROM ratings WHERE image = ? AND source = ?", (image, source))
    if rating:
        tx.sql.execute("INSERT INTO ratings (image, source, rating) VALUES (?, ?, ?)", (image, source, rating))
