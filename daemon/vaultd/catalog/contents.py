"""Images by what they are: their bytes' hash, or the part of it that a hit tells."""

from __future__ import annotations

import re
import sqlite3

from vaultipc.errors import NotFound, UserError

_TOLD = re.compile(r"[0-9a-f]{16}")


def with_content(sql: sqlite3.Connection, content: str) -> int:
    """The image of that content, the first 16 hex digits of its hash. Raises NotFound, UserError where it is none."""
    if not _TOLD.fullmatch(content):
        raise UserError(f"“{content[:40]}” is no content", hint="it is 16 hex digits, as a hit tells them")
    first = bytes.fromhex(content)
    row = sql.execute(
        "SELECT id FROM images WHERE hash >= ? AND hash <= ? LIMIT 1", (first + bytes(24), first + b"\xff" * 24)
    ).fetchone()
    if row is None:
        raise NotFound(f"there is no image with content {content}")
    return int(row[0])


def hash_of(sql: sqlite3.Connection, image: int) -> bytes:
    """The hash of an image's bytes. Raises NotFound."""
    row = sql.execute("SELECT hash FROM images WHERE id = ?", (image,)).fetchone()
    if row is None:
        raise NotFound(f"there is no image with id {image}")
    return bytes(row[0])
