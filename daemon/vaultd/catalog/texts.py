"""Words about images."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from vaultd.catalog.store import Transaction
from vaultd.domain.content import Words


def replace(tx: Transaction, image: int, words: Iterable[Words]) -> None:
    """Makes these all that an image's bytes say; the user's and the models' own texts stay."""
    tx.sql.execute(
        "DELETE FROM texts WHERE image = ? AND source IN ('exif', 'xmp', 'iptc', 'png', 'generator')",
        (image,),
    )
    tx.sql.executemany(
        "INSERT INTO texts (image, kind, source, text) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(image, found.kind, found.source, found.text) for found in words],
    )


def of(sql: sqlite3.Connection, image: int) -> list[Words]:
    """All texts of an image."""
    rows = sql.execute("SELECT kind, source, text FROM texts WHERE image = ? ORDER BY kind, source", (image,))
    return [Words(*row) for row in rows]
