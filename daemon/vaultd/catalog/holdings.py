"""Bytes written into the mount, kept until another file of the content is known to be whole."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from vaultd.catalog.store import Transaction, now_ms


@dataclass(frozen=True)
class Holding:
    """A row of `holdings`. `path` is absolute; `name` is what the user called it."""

    id: int
    image: int
    path: bytes
    name: bytes
    held_at: int


def put(tx: Transaction, image: int, path: bytes, name: bytes) -> None:
    """Keeps these bytes for this content; asking again for the same bytes changes nothing but what they are."""
    tx.sql.execute(
        "INSERT INTO holdings (image, path, name, held_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (path) DO UPDATE SET image = excluded.image, name = excluded.name, held_at = excluded.held_at",
        (image, path, name, now_ms()),
    )


def drop(tx: Transaction, holding: Holding) -> None:
    """Forgets held bytes; the caller removes their file afterwards."""
    tx.sql.execute("DELETE FROM holdings WHERE id = ?", (holding.id,))


def drop_of(tx: Transaction, image: int) -> list[bytes]:
    """Forgets all bytes held for a content; returns their paths, for the caller to remove the files afterwards."""
    rows = tx.sql.execute("DELETE FROM holdings WHERE image = ? RETURNING path", (image,)).fetchall()
    return [path for (path,) in rows]


def everything(sql: sqlite3.Connection, before: int | None = None) -> list[Holding]:
    """All holdings, or those held since before a moment (ms)."""
    rows = sql.execute(
        "SELECT id, image, path, name, held_at FROM holdings WHERE ? IS NULL OR held_at < ? ORDER BY id",
        (before, before),
    )
    return [Holding(*row) for row in rows]


def of(sql: sqlite3.Connection, image: int) -> Holding | None:
    """The newest bytes held for a content."""
    row = sql.execute(
        "SELECT id, image, path, name, held_at FROM holdings WHERE image = ? ORDER BY id DESC LIMIT 1", (image,)
    ).fetchone()
    return Holding(*row) if row else None
