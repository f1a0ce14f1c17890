"""Contents. An image is its bytes."""

from __future__ import annotations

import sqlite3

import msgspec

from vaultd.catalog import details, generations, keywords, looks, marks, texts
from vaultd.catalog.shown import IS_ONLINE
from vaultd.catalog.store import Transaction, now_ms
from vaultd.domain.content import Content, by_others
from vaultd.domain.sidecar import UNTOUCHED, Traces
from vaultd.prompts import PARSER_VERSION

METADATA_VERSION = 6 + PARSER_VERSION
"""Version of what a worker reads out of a file; contents stored with an older one are read again.

A sum, so that it grows with each of its parts: what is read here, and what is read of generators.
"""


def find(sql: sqlite3.Connection, content_hash: bytes) -> int | None:
    """The id of the content of this hash."""
    row = sql.execute("SELECT id FROM images WHERE hash = ?", (content_hash,)).fetchone()
    return int(row[0]) if row else None


def newest(sql: sqlite3.Connection) -> int:
    """The id of the content that came last, 0 if there is none."""
    return int(sql.execute("SELECT coalesce(max(id), 0) FROM images").fetchone()[0])


def is_complete(sql: sqlite3.Connection, image: int, model: int | None) -> bool:
    """Whether its bytes need not be decoded for what answers need; what an older reader left out is read later."""
    row = sql.execute(
        "SELECT ? IS NULL OR EXISTS (SELECT 1 FROM embeddings WHERE image = images.id AND model = ?)"
        " FROM images WHERE id = ?",
        (model, model, image),
    ).fetchone()
    return bool(row and row[0])


_OUTDATED = """FROM images LEFT JOIN looks ON looks.image = images.id
    WHERE (images.metadata_version < ? OR coalesce(looks.version, 0) < ?)"""
_VERSIONS = (METADATA_VERSION, looks.LOOKS_VERSION)


def outdated(sql: sqlite3.Connection, before: int, limit: int) -> list[int]:
    """Contents that an older version read, the newest first, from those of smaller ids than `before`."""
    rows = sql.execute(
        f"SELECT images.id {_OUTDATED} AND images.id < ? ORDER BY images.id DESC LIMIT ?", (*_VERSIONS, before, limit)
    )
    return [image for (image,) in rows]


def is_read(sql: sqlite3.Connection, image: int) -> bool:
    """Whether this version has read what a content's bytes say."""
    row = sql.execute("SELECT metadata_version >= ? FROM images WHERE id = ?", (METADATA_VERSION, image)).fetchone()
    return bool(row and row[0])


def count_outdated(sql: sqlite3.Connection) -> int:
    """How many contents that an older version read could be read again now."""
    query = f"WITH outdated AS MATERIALIZED (SELECT images.id {_OUTDATED}) SELECT count(*) FROM outdated AS images"
    return int(sql.execute(f"{query} WHERE {IS_ONLINE}", _VERSIONS).fetchone()[0])


def put(tx: Transaction, content: Content) -> tuple[int, bool]:
    """Stores a content's facts, keywords, texts and looks; returns its id and whether it is new."""
    known = find(tx.sql, content.hash)
    if known is None:
        row = tx.sql.execute(
            "INSERT INTO images (hash, type, size, width, height, taken_at, camera, lens, iso, added_at,"
            " metadata_version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0) RETURNING id",
            (*_facts(content), now_ms()),
        ).fetchone()
        image = int(row[0])
    else:
        image = known
    _write(tx, image, content)
    tx.changed("image", image)
    return image, known is None


def reread(tx: Transaction, content: Content) -> int | None:
    """As `put`, if the content is known; returns its id then.

    The followers are told only where its words, tags or dates are others than before: that an old library is read again
    must not keep the text index busy, nor those who wait until it has caught up.
    """
    image = find(tx.sql, content.hash)
    if image is None:
        return None
    before = _followed(tx.sql, image)
    _write(tx, image, by_others(content, _written_to(tx.sql, image)))
    details.named(tx, image)  # an older version knew no dates of names
    if _followed(tx.sql, image) != before:
        tx.changed("image", image)
    return image


def _written_to(sql: sqlite3.Connection, image: int) -> Traces:
    """What the vault wrote into the files of a content."""
    row = sql.execute(
        "SELECT traces FROM written_files JOIN files ON files.id = written_files.file WHERE image = ? LIMIT 1", (image,)
    ).fetchone()
    return msgspec.json.decode(row[0], type=Traces) if row else UNTOUCHED


def _followed(sql: sqlite3.Connection, image: int) -> list[object]:
    """What an index or a listing is made of."""
    return [
        sql.execute("SELECT type, width, height, taken_at FROM images WHERE id = ?", (image,)).fetchone(),
        sql.execute("SELECT source, rating FROM ratings WHERE image = ?", (image,)).fetchall(),
        sql.execute("SELECT tag, source, state FROM image_tags WHERE image = ?", (image,)).fetchall(),
        sql.execute("SELECT kind, source, text FROM texts WHERE image = ?", (image,)).fetchall(),
    ]


def _write(tx: Transaction, image: int, content: Content) -> None:
    tx.sql.execute(
        "UPDATE images SET hash = ?, type = ?, size = ?, width = ?, height = ?, taken_at = ?, camera = ?,"
        " lens = ?, iso = ?, metadata_version = ? WHERE id = ?",
        (*_facts(content), METADATA_VERSION, image),
    )
    keywords.replace(tx, image, content.keywords)
    texts.replace(tx, image, content.texts)
    details.replace(tx, image, content.details)
    marks.rate_by_file(tx, image, content.rating)
    generations.replace_packed(tx, image, content.generation)
    if content.looks is not None:
        looks.put(tx, image, content.looks)


def _facts(content: Content) -> tuple[bytes | str | int | None, ...]:
    return (
        content.hash, content.type, content.size, content.width, content.height,
        content.taken_at, content.camera, content.lens, content.iso,
    )  # fmt: skip


def inherit(tx: Transaction, new: int, old: int) -> None:
    """After an edit in place: the new content takes over what the user said of the old one, which keeps it too."""
    tx.sql.execute("UPDATE images SET successor_of = ? WHERE id = ? AND id <> ?", (old, new, old))
    for table, columns, condition in SAID:
        tx.sql.execute(
            f"INSERT INTO {table} (image, {columns}) SELECT ?, {columns} FROM {table} WHERE image = ? AND {condition}"
            " ON CONFLICT DO NOTHING",
            (new, old),
        )
    tx.sql.execute(  # the file may say again what the user took off
        "UPDATE image_tags SET state = 'rejected' WHERE image = ? AND source <> 'user' AND (tag, source) IN"
        " (SELECT tag, source FROM image_tags WHERE image = ? AND state = 'rejected')",
        (new, old),
    )
    tx.changed("image", new)


def hand_over(tx: Transaction, known: int, old: int) -> None:
    """A file of `old` is one of `known` again, the same picture in other bytes, which takes over what the user said
    since: all of it, if no other file of it is there for which something else was said."""
    if not tx.sql.execute("SELECT 1 FROM files WHERE image = ? LIMIT 1", (known,)).fetchone():
        for table, _, condition in SAID:
            tx.sql.execute(f"DELETE FROM {table} WHERE image = ? AND {condition}", (known,))
    inherit(tx, known, old)


SAID = (
    ("image_tags", "tag, source, state, score, added_at", "(source IN ('user', 'rule') OR state = 'rejected')"),
    ("ruled", "rule", "true"),
    ("texts", "kind, source, text", "source = 'user'"),
    ("ratings", "source, rating", "source = 'user'"),
    ("favourites", "added_at", "true"),
    ("album_images", "album, position", "true"),
    ("feedback", "query, verdict, added_at", "true"),
)
"""What an edited picture inherits, which no action records: tables, with the columns and the rows of them."""


def shown_now(sql: sqlite3.Connection, image: int) -> int:
    """What stands now where this image did: itself, or, where every file of it was edited in place, the edited one."""
    seen = {image}
    while not sql.execute("SELECT 1 FROM files WHERE image = ? LIMIT 1", (image,)).fetchone():
        query = "SELECT id FROM images WHERE successor_of = ? ORDER BY id DESC LIMIT 1"
        heir = sql.execute(query, (image,)).fetchone()
        if heir is None or heir[0] in seen:
            break
        image = heir[0]
        seen.add(image)
    return image


def replaces(sql: sqlite3.Connection, new: int, old: int, is_new: bool) -> bool:
    """Whether `new`, found where `old` was, is an edit of it: nobody knew it before, or it is an edit taken back."""
    if new == old:
        return False
    row = sql.execute("SELECT successor_of FROM images WHERE id = ?", (old,)).fetchone()
    return is_new or bool(row and row[0] == new)
