"""Names of one inode: whichever of them is written to, the bytes of all are others."""

from __future__ import annotations

import sqlite3

from vaultd.catalog import files
from vaultd.catalog.files import File
from vaultd.catalog.store import Transaction
from vaultd.domain.facts import Facts


def others(sql: sqlite3.Connection, file: File) -> list[File]:
    """The other files of the inode of this one that are there, so far as the catalog knows."""
    rows = sql.execute(
        "SELECT id FROM files WHERE volume = ? AND inode = ? AND state = 'present' AND id <> ? ORDER BY id",
        (file.volume, file.inode, file.id),
    ).fetchall()
    return [found for (row,) in rows if (found := files.by_id(sql, row)) is not None]


def reread(tx: Transaction, file: File, facts: Facts) -> None:
    """The inode of a file has these facts now: its other names are to be read again, too.

    The kernel tells of a change under the one name by which it was made.
    """
    for other in others(tx.sql, file):
        if not other.holds(facts):
            files.reread(tx, other, other.root, facts)


def assign(tx: Transaction, file: File, old: int, image: int) -> list[File]:
    """The content of a file is known now, and so is that of its other names which held `old` as well; returns these."""
    waiting = [
        other
        for other in others(tx.sql, file)
        if other.image is None and other.previous == old and (other.mtime_ns, other.size) == (file.mtime_ns, file.size)
    ]
    for other in waiting:
        files.assign(tx, other.id, image)
    return waiting
