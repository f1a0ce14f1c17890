"""Pictures that were made a moment ago to take the place of another one, as programs save: beside it, then renamed.

Whoever saves so slowly that the new file was read before it got the name edited the picture, as one who saves at once.
Whoever moves a picture of the library over another one did not.
"""

from __future__ import annotations

import sqlite3

from vaultd.catalog import files
from vaultd.catalog.files import File
from vaultd.catalog.store import now_ms

MADE_WITHIN_MS = 600_000
"""A picture that the library knows for longer than this is one of its own, whatever it is moved over."""
_NS_IN_MS = 1_000_000

_SAID = (
    ("image_tags", "(source = 'user' OR state = 'rejected')"),
    ("texts", "source = 'user'"),
    ("ratings", "source = 'user'"),
    ("favourites", "true"),
    ("album_images", "true"),
    ("feedback", "true"),
)
"""What a person says of a picture; what rules and files say is no reason to take it for one of its own."""

_OLDEST = """
WITH RECURSIVE line (image) AS (
    VALUES (?) UNION SELECT successor_of FROM images JOIN line ON images.id = line.image WHERE successor_of IS NOT NULL
)
SELECT min(added_at) FROM images WHERE id IN (SELECT image FROM line)
"""


def is_draft(sql: sqlite3.Connection, image: int, ctime_ns: int) -> bool:
    """Whether a content that got another name at `ctime_ns` had only just come, and nobody had said anything of it."""
    (oldest,) = sql.execute(_OLDEST, (image,)).fetchone()
    renamed = ctime_ns // _NS_IN_MS
    moment = renamed if renamed >= oldest else now_ms()  # not every file system keeps when a file was renamed
    return bool(moment - oldest < MADE_WITHIN_MS) and not _is_said(sql, image)


def other_files(sql: sqlite3.Connection, image: int, besides: int) -> list[File]:
    """Files that hold a content, or held it at last, but for one; some of them where there are many."""
    rows = sql.execute("SELECT id FROM files WHERE image = ? AND id <> ? LIMIT ?", (image, besides, files.NAMES))
    return [found for (row,) in rows.fetchall() if (found := files.by_id(sql, row)) is not None]


def _is_said(sql: sqlite3.Connection, image: int) -> bool:
    return any(
        sql.execute(f"SELECT 1 FROM {table} WHERE image = ? AND {condition} LIMIT 1", (image,)).fetchone()
        for table, condition in _SAID
    )
