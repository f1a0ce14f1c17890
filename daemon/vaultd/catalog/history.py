"""Queries whose folders were opened, in the order in which they were first opened.

Remembering and forgetting are no actions: what a person asks to be forgotten must not live on in an undo record.
"""

from __future__ import annotations

import sqlite3

from vaultd.catalog.store import Transaction, now_ms
from vaultipc.errors import NotFound


def remember(tx: Transaction, query: str, keep: int = 50) -> None:
    """Puts a query at the end, unless it is there already, and forgets all but the newest `keep`."""
    cursor = tx.sql.execute(
        "INSERT INTO history (query, opened_at) VALUES (?, ?) ON CONFLICT (query) DO NOTHING", (query, now_ms())
    )
    if cursor.rowcount:
        tx.changed("history", cursor.lastrowid or 0)
    old = tx.sql.execute("SELECT id FROM history ORDER BY id DESC LIMIT -1 OFFSET ?", (keep,)).fetchall()
    for (entry,) in old:
        _delete(tx, entry)


def forget(tx: Transaction, query: str) -> None:
    """Forgets a query. Raises NotFound if it is not remembered."""
    row = tx.sql.execute("SELECT id FROM history WHERE query = ?", (query,)).fetchone()
    if row is None:
        raise NotFound(f"“{query}” is not among the recent searches")
    _delete(tx, row[0])


def clear(tx: Transaction) -> None:
    """Forgets all of them."""
    for (entry,) in tx.sql.execute("SELECT id FROM history").fetchall():
        _delete(tx, entry)


def listing(sql: sqlite3.Connection, limit: int) -> list[tuple[str, int]]:
    """The queries and when each was first opened (milliseconds since 1970), the newest first."""
    return sql.execute("SELECT query, opened_at FROM history ORDER BY id DESC LIMIT ?", (limit,)).fetchall()


def _delete(tx: Transaction, entry: int) -> None:
    tx.sql.execute("DELETE FROM history WHERE id = ?", (entry,))
    tx.changed("history", entry, "delete")
