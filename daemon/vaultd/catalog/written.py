"""What the user's words are, file by file, and which of them stand in the attributes of the originals already.

It is noted before a file is written, without the wish, and completed after: whoever reads the file meanwhile, or after
a crash, knows the vault's own writing, and what was interrupted is done again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from vaultd.catalog import tags
from vaultd.catalog.store import Transaction
from vaultd.domain.paths import absolute
from vaultd.domain.written import UNTOUCHED, Traces, Wish

_SPOKEN_OF = """(
    EXISTS (SELECT 1 FROM image_tags WHERE image_tags.image = images.id
            AND (source = 'user' OR (source = 'xattr' AND state = 'rejected')))
 OR EXISTS (SELECT 1 FROM texts WHERE texts.image = images.id AND kind = 'description' AND source = 'user')
 OR EXISTS (SELECT 1 FROM ratings WHERE ratings.image = images.id AND source = 'user')
 OR EXISTS (SELECT 1 FROM files JOIN written_back ON written_back.file = files.id WHERE files.image = images.id))"""
_COMMENT = "SELECT text FROM texts WHERE image = ? AND source = 'user' AND kind = 'description'"
_FILES = """
SELECT files.id, files.volume, volumes.mount_point, files.path, files.inode, files.mtime_ns, files.size,
       written_back.wish, written_back.traces
  FROM files JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
  LEFT JOIN written_back ON written_back.file = files.id
 WHERE files.image = ? AND files.state = 'present' AND volumes.mount_point IS NOT NULL AND roots.removed_at IS NULL
"""


@dataclass(frozen=True)
class Due:
    """A file that does not say yet what the user says. `path` is absolute, `traces` is what was done to it before.

    `bytes_of`: inode, mtime in ns and size, by which it is known to be the file that the catalog means.
    """

    file: int
    volume: int
    path: bytes
    bytes_of: tuple[int, int, int]
    wish: Wish
    traces: Traces


def due(sql: sqlite3.Connection, images: Iterable[int]) -> list[Due]:
    """The files, of these contents and there, that do not say what the user says."""
    return [file for image in images for file in _of(sql, wish(sql, image))]


def spoken_of(sql: sqlite3.Connection, images: Iterable[int] | None = None) -> list[int]:
    """The contents, of these or of all, of which the user says or said something that files can say."""
    if images is None:
        rows = sql.execute(f"SELECT id FROM images WHERE {_SPOKEN_OF} ORDER BY id")
    else:
        given = json.dumps(sorted(images))
        rows = sql.execute(
            "SELECT images.id FROM json_each(?) AS given CROSS JOIN images ON images.id = given.value"
            f" WHERE {_SPOKEN_OF}",
            (given,),
        )
    return [image for (image,) in rows]


def carrying(sql: sqlite3.Connection, tag: int) -> list[int]:
    """The contents that have a tag, or one below it, by the user's word or against it."""
    below = json.dumps(tags.subtree(sql, tag))
    rows = sql.execute(
        "SELECT DISTINCT image FROM image_tags WHERE tag IN (SELECT value FROM json_each(?)) AND source <> 'auto'",
        (below,),
    )
    return [image for (image,) in rows]


def wish(sql: sqlite3.Connection, image: int) -> Wish:
    """What the user says of a content. A name with a comma cannot be told among others."""
    said = sql.execute(
        "SELECT tag, source FROM image_tags WHERE image = ? AND ((source = 'user' AND state = 'active')"
        " OR (source = 'xattr' AND state = 'rejected'))",
        (image,),
    ).fetchall()
    names = [(tags.full_name(sql, tag), source) for tag, source in said]
    comment = sql.execute(_COMMENT, (image,)).fetchone()
    rating = sql.execute("SELECT rating FROM ratings WHERE image = ? AND source = 'user'", (image,)).fetchone()
    return Wish(
        image=image,
        tags=tuple(sorted(name for name, source in names if source == "user" and "," not in name)),
        rejected=tuple(sorted(name for name, source in names if source == "xattr")),
        comment=comment[0] if comment else "",
        rating=rating[0] if rating else 0,
    )


def traces(sql: sqlite3.Connection, file: int) -> tuple[Traces, bool]:
    """What was done to a file, and whether that is finished."""
    row = sql.execute("SELECT traces, wish IS NOT NULL FROM written_back WHERE file = ?", (file,)).fetchone()
    return (UNTOUCHED, True) if row is None else (msgspec.json.decode(row[0], type=Traces), bool(row[1]))


def note(tx: Transaction, file: int, traces: Traces, wish: Wish | None) -> None:
    """Keeps what is done to a file: `wish` None before, and what was wished when it is done."""
    if traces == UNTOUCHED and (wish is None or wish.is_empty):
        forget(tx, file)
        return
    tx.sql.execute(
        "INSERT INTO written_back (file, wish, traces) VALUES (?, ?, ?)"
        " ON CONFLICT (file) DO UPDATE SET wish = excluded.wish, traces = excluded.traces",
        (file, None if wish is None else _text(wish), _text(traces)),
    )


def forget(tx: Transaction, file: int) -> None:
    """Another picture stands there now: what its attributes say is its own."""
    tx.sql.execute("DELETE FROM written_back WHERE file = ?", (file,))


def _of(sql: sqlite3.Connection, wished: Wish) -> Iterator[Due]:
    text = _text(wished)
    for file, volume, mount_point, path, *bytes_of, done, known in sql.execute(_FILES, (wished.image,)).fetchall():
        if done != text and not (wished.is_empty and known is None):
            before = UNTOUCHED if known is None else msgspec.json.decode(known, type=Traces)
            inode, mtime_ns, size = bytes_of
            yield Due(file, volume, absolute(mount_point, path), (inode, mtime_ns, size), wished, before)


def _text(value: Wish | Traces) -> str:
    return msgspec.json.encode(value).decode()
