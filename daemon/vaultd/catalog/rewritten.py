"""Files that the vault wrote into: which, how to have them back, and what that makes of their contents.

Words were written, the picture is the same. So the content gets another hash and stays what it is, with all that is
said of it, its vectors and what it looks like; nothing is read or embedded again. Where other files hold the old bytes,
or the new ones are known already, there are two contents, and the one takes over what is said of the other.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

import msgspec

from vaultd.catalog import files, images
from vaultd.catalog.actions import Action, Cell
from vaultd.catalog.store import Transaction, now_ms
from vaultd.domain.facts import Facts
from vaultd.domain.paths import absolute
from vaultd.domain.sidecar import Traces

_ROWS = """
SELECT rewritten.id, rewritten.file, record, hash_before, hash_after, mtime_before, traces_before, place,
    volumes.mount_point, files.path
FROM rewritten LEFT JOIN files ON files.id = rewritten.file LEFT JOIN volumes ON volumes.id = files.volume
"""
_OF_ACTIONS = """
WHERE rewritten.id IN (SELECT json_extract(row_key, '$.id') FROM action_rows
    WHERE action IN (SELECT value FROM json_each(?)) AND table_name = 'rewritten' AND before IS NULL)
ORDER BY rewritten.id DESC
"""
_FACTS = (
    "type, width, height, taken_at, camera, added_at, metadata_version, lens, iso, zone, exposure, aperture, focal,"
    " latitude, longitude"
)
_COPIED = {
    "looks": "", "embeddings": "", "details": "", "generations": "", "loras": "", "generation_texts": "",
    "texts": "source <> 'user'", "ratings": "source <> 'user'", "image_tags": "source NOT IN ('user', 'rule')",
}  # fmt: skip
"""What follows from a picture, by table, and what of it does not."""


class Rewritten(NamedTuple):
    """A file that was written. `path`: absolute, where it is now, None where that is not known; `place`: where it was.

    The hashes are BLAKE2b-256 of all bytes; `record`: what the difference is kept under.
    """

    id: int
    file: int
    record: str
    hash_before: bytes
    hash_after: bytes
    mtime_before: int
    traces_before: Traces
    place: bytes
    path: bytes | None


class Entry(NamedTuple):
    """What is noted before a file is written."""

    image: int
    file: int
    place: bytes
    record: str
    hash_before: bytes
    hash_after: bytes
    mtime_before: int
    traces_before: Traces


def record(action: Action, entry: Entry) -> int:
    """Notes that a file is about to be written; returns the row's id."""
    values: dict[str, Cell] = {
        "image": entry.image,
        "file": entry.file,
        "place": quote_from_bytes(entry.place),
        "record": entry.record,
        "hash_before": entry.hash_before.hex(),
        "hash_after": entry.hash_after.hex(),
        "mtime_before": entry.mtime_before,
        "traces_before": msgspec.json.encode(entry.traces_before).decode(),
        "written_at": now_ms(),
    }
    return action.insert("rewritten", values)


def of_actions(sql: sqlite3.Connection, actions: Iterable[int]) -> list[Rewritten]:
    """What these actions wrote and nobody has taken back, the last first."""
    return [_row(*row) for row in sql.execute(_ROWS + _OF_ACTIONS, (json.dumps(list(actions)),))]


def of_record(sql: sqlite3.Connection, name: str) -> Rewritten | None:
    """What was written under the name of this record."""
    row = sql.execute(f"{_ROWS} WHERE record = ?", (name,)).fetchone()
    return _row(*row) if row else None


def records(sql: sqlite3.Connection) -> set[str]:
    """The names of all records that something still counts on."""
    return {name for (name,) in sql.execute("SELECT record FROM rewritten")}


def adopt(tx: Transaction, file: int, content_hash: bytes, facts: Facts) -> None:
    """A file, and every other name of it, holds the same picture in other bytes now, of this hash."""
    row = files.by_id(tx.sql, file)
    old = None if row is None else row.previous if row.image is None else row.image
    if row is None or old is None:
        return
    links = tx.sql.execute(
        "SELECT id FROM files WHERE volume = ? AND inode = ? AND coalesce(image, previous) = ?",
        (row.volume, row.inode, old),
    ).fetchall()
    now = _content(tx, old, content_hash, facts.size, {link for (link,) in links})
    for (link,) in links:
        files.assign(tx, link, now, facts)
    tx.changed("image", old)


def _content(tx: Transaction, old: int, content_hash: bytes, size: int, links: set[int]) -> int:
    """The content of this hash, made of the old one if there is none."""
    known = images.find(tx.sql, content_hash)
    if known == old:
        return old
    if known is not None:
        images.hand_over(tx, known, old)
        return known
    if not _is_elsewhere(tx.sql, old, links):
        tx.sql.execute("UPDATE images SET hash = ?, size = ? WHERE id = ?", (content_hash, size, old))
        return old
    new = _copied(tx, old, content_hash, size)
    images.inherit(tx, new, old)
    return new


def _is_elsewhere(sql: sqlite3.Connection, image: int, links: set[int]) -> bool:
    """Whether other files hold, or held, the content, or bytes of it are held."""
    rows = sql.execute("SELECT id FROM files WHERE coalesce(image, previous) = ?", (image,))
    held = sql.execute("SELECT 1 FROM holdings WHERE image = ? LIMIT 1", (image,)).fetchone()
    return held is not None or any(other not in links for (other,) in rows)


def _copied(tx: Transaction, old: int, content_hash: bytes, size: int) -> int:
    """A content of the same picture, with all that follows from it."""
    (new,) = tx.sql.execute(
        f"INSERT INTO images (hash, size, {_FACTS}) SELECT ?, ?, {_FACTS} FROM images WHERE id = ? RETURNING id",
        (content_hash, size, old),
    ).fetchone()
    for table, condition in _COPIED.items():
        every = [name for _, name, *_ in tx.sql.execute(f"PRAGMA table_info({table})") if name != "image"]
        columns = ", ".join(every)
        tx.sql.execute(
            f"INSERT INTO {table} (image, {columns}) SELECT ?, {columns} FROM {table}"
            f" WHERE image = ? AND {condition or 'true'}",
            (new, old),
        )
    for (model,) in tx.sql.execute("SELECT model FROM embeddings WHERE image = ?", (new,)).fetchall():
        tx.changed("embedding", new, model=model)
    return int(new)


def _row(
    row: int, file: int, name: str, before: str, after: str, mtime: int, traces: str, place: str,
    mount_point: bytes | None, path: bytes | None,
) -> Rewritten:  # fmt: skip
    there = None if mount_point is None or path is None else absolute(mount_point, path)
    known = msgspec.json.decode(traces, type=Traces)
    hashes = bytes.fromhex(before), bytes.fromhex(after)
    return Rewritten(row, file, name, *hashes, mtime, known, unquote_to_bytes(place), there)
