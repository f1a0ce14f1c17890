"""The change log as its followers read it, and how far each of them has come.

An entry says what to re-read, not what it was. Entries that every follower has passed are trimmed, but for the newest,
by which a client's change of what it read before is known to be stale; a follower that finds a gap before its position
rebuilds.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from vaultd.catalog.store import Transaction, now_ms
from vaultd.catalog.store import position as newest
from vaultipc.errors import Conflict

FORGOTTEN_MS = 30 * 24 * 60 * 60 * 1000
"""A follower not seen for so long holds back no trimming: it will rebuild."""
KEPT = 20_000
"""So many entries stay in any case: some minutes of the quickest ingest, months of what a person does."""


@dataclass(frozen=True, slots=True)
class Change:
    """An entry of the change log."""

    seq: int
    entity: str
    entity_id: int
    model: int | None
    op: str


def of_vectors(model: int) -> str:
    """The name of the follower that indexes a model's vectors."""
    return f"vector-{model}"


def after(sql: sqlite3.Connection, position: int, limit: int) -> list[Change]:
    """The entries after a position, oldest first."""
    rows = sql.execute(
        "SELECT seq, entity, entity_id, model, op FROM changes WHERE seq > ? ORDER BY seq LIMIT ?", (position, limit)
    )
    return [Change(*row) for row in rows]


def reaches(sql: sqlite3.Connection, position: int) -> bool:
    """Whether the log still holds everything after this position, so that a follower can go on from it."""
    last = newest(sql)
    if position >= last:
        return position == last
    oldest = sql.execute("SELECT min(seq) FROM changes").fetchone()[0]
    return oldest is not None and oldest <= position + 1


def only_images(sql: sqlite3.Connection, position: int) -> bool:
    """Whether the log names every image that may be shown otherwise than at this position: no disk came or went."""
    wider = "SELECT 1 FROM changes WHERE seq > ? AND entity IN ('root', 'file') LIMIT 1"
    return position > 0 and reaches(sql, position) and sql.execute(wider, (position,)).fetchone() is None


def refuse_stale(sql: sqlite3.Connection, images: Sequence[int], position: int) -> None:
    """Raises Conflict if one of these images changed after this position, or nobody knows any more."""
    if not reaches(sql, position):
        raise Conflict(
            "so much changed since this was read that nobody knows whether it is still true", hint="read it again"
        )
    row = sql.execute(
        "SELECT entity_id FROM changes WHERE seq > ? AND entity = 'image'"
        " AND entity_id IN (SELECT value FROM json_each(?)) ORDER BY seq DESC LIMIT 1",
        (position, json.dumps(list(images))),
    ).fetchone()
    if row is not None:
        raise Conflict(f"image {row[0]} was changed since it was read", hint="read it again, and change what it is now")


def join(tx: Transaction, follower: str) -> bool:
    """Makes a follower known before it has a position, so that nothing it will need is trimmed.

    Returns whether it was known: if not, the log may lack what happened since it kept something, and it rebuilds.
    """
    return not tx.sql.execute(
        "INSERT INTO followers VALUES (?, 0, ?) ON CONFLICT DO NOTHING", (follower, now_ms())
    ).rowcount


def leave(tx: Transaction, follower: str) -> None:
    """Makes a follower unknown: nothing is held back for it, and should it return, it rebuilds."""
    tx.sql.execute("DELETE FROM followers WHERE name = ?", (follower,))


def follow(tx: Transaction, follower: str, position: int) -> None:
    """Notes that a follower has kept everything up to this position."""
    tx.sql.execute(
        "INSERT INTO followers (name, position, seen_at) VALUES (?, ?, ?)"
        " ON CONFLICT (name) DO UPDATE SET position = excluded.position, seen_at = excluded.seen_at",
        (follower, position, now_ms()),
    )


def trim(tx: Transaction, kept: int | None = None) -> int:
    """Drops the entries that every follower has passed, but for the newest (`KEPT`); returns how many."""
    tx.sql.execute("DELETE FROM followers WHERE seen_at < ?", (now_ms() - FORGOTTEN_MS,))
    passed = "SELECT min(position) FROM followers"
    return tx.sql.execute(
        f"DELETE FROM changes WHERE seq <= ({passed}) AND seq <= ?",
        (newest(tx.sql) - (KEPT if kept is None else kept),),
    ).rowcount
