"""What a restored catalog lacks of the damaged one, as far as that can be read."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from vaultd.catalog.backups.damage import UNREADABLE
from vaultd.catalog.backups.taking_over import readable, since
from vaultd.catalog.backups.writing import read_only
from vaultd.domain.moments import rfc3339

_COUNTED = {
    "tags": "tags",
    "tags given to pictures": "image_tags WHERE source = 'user'",
    "albums": "albums",
    "pictures in albums": "album_images",
    "saved searches": "saved",
    "rules": "rules",
    "subscriptions": "subscriptions",
    "favourites": "favourites",
    "merged copies": "copies",
    "ratings": "ratings WHERE source = 'user'",
    "texts you wrote": "texts WHERE source = 'user'",
    "results hidden or preferred": "feedback",
}


class Missing(NamedTuple):
    """`fewer`: noun → how many fewer there are. `actions`: when and what, of those done since the backup."""

    fewer: dict[str, int]
    unreadable: list[str]
    actions: list[str]


def compare(restored: sqlite3.Connection, damaged: Path) -> Missing:
    """Never raises because of what the damaged file is like."""
    fewer: dict[str, int] = {}
    unreadable = []
    with closing(sqlite3.connect(read_only(damaged), isolation_level=None, uri=True)) as old:
        for noun, rows in _COUNTED.items():
            there = _count(old, rows)
            if there is None:
                unreadable.append(noun)
            elif there > (here := _count(restored, rows) or 0):
                fewer[noun] = there - here
        return Missing(fewer, unreadable, _actions(restored, old))


def _count(sql: sqlite3.Connection, rows: str) -> int | None:
    try:
        return int(sql.execute(f"SELECT count(*) FROM {rows}").fetchone()[0])
    except UNREADABLE:
        return None


def _actions(restored: sqlite3.Connection, old: sqlite3.Connection) -> list[str]:
    """Those that the backup does not know, the oldest first; ids are never given twice."""
    query = "SELECT last_at, summary FROM actions WHERE id BETWEEN ? AND ? ORDER BY id"
    rows = [row for low, high in since(restored, old, "actions") for row in readable(old, query, low, high)]
    return [f"{_moment(at)}  {summary}" for at, summary in rows]


def _moment(at: object) -> str:
    try:
        return rfc3339(at) if isinstance(at, int) else "at a time that cannot be read"
    except OverflowError:
        return "at a time that cannot be read"
