"""Where contents were last seen."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from vaultd.catalog import details, failures, privacy, written
from vaultd.catalog.shown import ON_SHOWN_VOLUME, PLACE
from vaultd.catalog.store import Left, Transaction, now_ms
from vaultd.domain.facts import Facts
from vaultd.domain.paths import absolute

_COLUMNS = "id, volume, root, path, inode, mtime_ns, ctime_ns, size, state, image, previous, seen_at"
_VISIBLE = """files JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
    LEFT JOIN failures ON failures.file = files.id
    AND failures.size = files.size AND failures.mtime_ns = files.mtime_ns"""
_READABLE = "files.state = 'present' AND volumes.mount_point IS NOT NULL AND roots.removed_at IS NULL"

_LACKING = f"""FROM {_VISIBLE} JOIN images ON images.id = files.image
    WHERE {_READABLE} AND failures.file IS NULL AND NOT EXISTS
    (SELECT 1 FROM embeddings WHERE embeddings.image = images.id AND embeddings.model = ?)
    AND files.id NOT IN (SELECT value FROM json_each(?))"""

_SHOWN = f"""SELECT files.id, volumes.mount_point, files.path, files.mtime_ns FROM files
    JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
    JOIN images ON images.id = files.image WHERE {_READABLE} AND NOT {privacy.IS_PRIVATE}"""

TOGETHER = 500
"""Paths asked for at once: SQLite before 3.32 takes 999 values."""
NAMES = 8
"""Of the other names of a file that are compared with what is there."""
REPLACED_WITHIN_MS = 10_000
"""A file that comes back under its name this soon after it went away was replaced by a program that saved it."""


@dataclass(frozen=True)
class File:
    """A row of `files`, but for what only listings show."""

    id: int
    volume: int
    root: int
    path: bytes
    inode: int
    mtime_ns: int
    ctime_ns: int
    size: int
    state: str
    image: int | None
    previous: int | None
    seen_at: int

    def holds(self, facts: Facts) -> bool:
        """Whether these are the facts of the very bytes that the row describes."""
        return (self.inode, self.mtime_ns, self.size) == (facts.inode, facts.mtime_ns, facts.size)

    def replaced(self) -> int | None:
        """The content that gives way to whatever is found under the name now; None if it went away before that."""
        if self.state == "present" or self.seen_at > now_ms() - REPLACED_WITHIN_MS:
            return self.image if self.image is not None else self.previous
        return None

    def is_settled(self, root: int, facts: Facts) -> bool:
        """Whether a file of these facts, met in a root, changes nothing: all of the row is as it says."""
        same = self.holds(facts) and self.ctime_ns == facts.ctime_ns
        return same and self.root == root and self.state == "present" and self.image is not None


@dataclass(frozen=True)
class Shown:
    """A file of a picture that is not private, and its absolute path."""

    id: int
    path: bytes
    mtime_ns: int


@dataclass(frozen=True)
class Pending:
    """A file to be read: its absolute path as it is now, and the content it is to be compared with, if any."""

    id: int
    path: bytes
    image: int | None
    private: bool


# ---- reading -----------------------------------------------------------------------------------------------------


def at(sql: sqlite3.Connection, volume: int, path: bytes) -> File | None:
    """The row of a path relative to a volume."""
    row = sql.execute(f"SELECT {_COLUMNS} FROM files WHERE volume = ? AND path = ?", (volume, path)).fetchone()
    return File(*row) if row else None


def these(sql: sqlite3.Connection, volume: int, paths: Sequence[bytes]) -> Iterator[File]:
    """The rows of those of these paths, relative to a volume, that have one."""
    for start in range(0, len(paths), TOGETHER):
        some = paths[start : start + TOGETHER]
        places = ",".join("?" * len(some))
        rows = sql.execute(f"SELECT {_COLUMNS} FROM files WHERE volume = ? AND path IN ({places})", (volume, *some))
        yield from (File(*row) for row in rows)


def by_id(sql: sqlite3.Connection, file: int) -> File | None:
    """The row of an id."""
    row = sql.execute(f"SELECT {_COLUMNS} FROM files WHERE id = ?", (file,)).fetchone()
    return File(*row) if row else None


def by_inode(sql: sqlite3.Connection, volume: int, facts: Facts) -> list[File]:
    """Rows that describe these very bytes under whatever name, their content known; some of them where names are many.

    Snapshots made of hard links have hundreds: whoever asks asks the disk about each, and one is enough.
    """
    rows = sql.execute(
        f"SELECT {_COLUMNS} FROM files WHERE volume = ? AND inode = ? AND mtime_ns = ? AND size = ?"
        " AND image IS NOT NULL LIMIT ?",
        (volume, facts.inode, facts.mtime_ns, facts.size, NAMES),
    )
    return [File(*row) for row in rows]


def below(sql: sqlite3.Connection, volume: int, folder: bytes) -> Iterator[File]:
    """Every present file in a folder and beneath, `folder` relative to the volume, one after the other."""
    condition, values = _prefix(folder)
    rows = sql.execute(
        f"SELECT {_COLUMNS} FROM files WHERE volume = ? AND state = 'present' AND {condition}", (volume, *values)
    )
    return (File(*row) for row in rows)


def image_at(sql: sqlite3.Connection, path: bytes) -> int | None:
    """The content of the file at an absolute path, None if it is no file of the library or was not read yet.

    Where pictures on volumes that are away are shown, they are named by the paths that they had, unless somebody has
    those now.
    """
    volumes = f"SELECT id, {PLACE} FROM volumes WHERE {ON_SHOWN_VOLUME} ORDER BY mount_point IS NULL"
    for volume, place in sql.execute(volumes).fetchall():
        start = place.rstrip(b"/") + b"/"
        row = at(sql, volume, path[len(start) :]) if path.startswith(start) else None
        if row is not None and row.image is not None:
            return row.image
    return None


def best_file(sql: sqlite3.Connection, image: int, besides: Iterable[int] = ()) -> tuple[int, bytes] | None:
    """Id and absolute path of the online file a listing shows first, `besides` some; None if there is none."""
    row = sql.execute(
        "SELECT files.id, volumes.mount_point, files.path FROM files JOIN volumes ON volumes.id = files.volume"
        f" JOIN roots ON roots.id = files.root WHERE files.image = ? AND {_READABLE}"
        " AND files.id NOT IN (SELECT value FROM json_each(?))"
        " ORDER BY roots.position, length(files.path), files.path LIMIT 1",
        (image, json.dumps(list(besides))),
    ).fetchone()
    return (row[0], absolute(row[1], row[2])) if row else None


def everywhere(sql: sqlite3.Connection, image: int) -> list[tuple[int, bytes | None]]:
    """Id and absolute path of every file of a content that is there; the path is None on a volume that is away.

    Of several names of one inode, the one that was known first: what is attached to it is attached to all.
    """
    rows = sql.execute(
        "SELECT min(files.id), volumes.mount_point, files.path FROM files JOIN volumes ON volumes.id = files.volume"
        " WHERE files.image = ? AND files.state = 'present' GROUP BY files.volume, files.inode ORDER BY files.path",
        (image,),
    )
    return [(file, None if mount_point is None else absolute(mount_point, path)) for file, mount_point, path in rows]


def shown(sql: sqlite3.Connection, after: int, limit: int) -> list[Shown]:
    """Readable files of pictures that are not private, by id, from the first one after `after`."""
    rows = sql.execute(f"{_SHOWN} AND files.id > ? ORDER BY files.id LIMIT ?", (after, limit))
    return [_shown(*row) for row in rows]


def still_shown(sql: sqlite3.Connection, these: Iterable[int]) -> dict[int, Shown]:
    """Of these files, by id, those that can be read and are of pictures that are not private."""
    rows = sql.execute(f"{_SHOWN} AND files.id IN (SELECT value FROM json_each(?))", (json.dumps(list(these)),))
    return {row[0]: _shown(*row) for row in rows}


def of_image(sql: sqlite3.Connection, image: int) -> list[Shown]:
    """Files of a picture that is not private, of volumes that are away those at the paths that they had; these last."""
    rows = sql.execute(
        f"SELECT files.id, {PLACE}, files.path, files.mtime_ns FROM files JOIN volumes ON volumes.id = files.volume"
        " JOIN roots ON roots.id = files.root JOIN images ON images.id = files.image"
        f" WHERE images.id = ? AND files.state = 'present' AND roots.removed_at IS NULL AND NOT {privacy.IS_PRIVATE}"
        " ORDER BY volumes.mount_point IS NULL, files.id",
        (image,),
    )
    return [_shown(*row) for row in rows]


def pending(sql: sqlite3.Connection, limit: int, besides: Iterable[int] = ()) -> list[Pending]:
    """Files that can be read and were not, oldest first."""
    rows = sql.execute(
        f"SELECT files.id, volumes.mount_point, files.path, NULL, files.private FROM {_VISIBLE}"
        f" WHERE files.image IS NULL AND {_READABLE} AND failures.file IS NULL"
        " AND files.id NOT IN (SELECT value FROM json_each(?)) ORDER BY files.id LIMIT ?",
        (json.dumps(list(besides)), limit),
    )
    return [_pending(*row) for row in rows]


def count_pending(sql: sqlite3.Connection) -> int:
    """How many files `pending` would give without a limit."""
    return int(
        sql.execute(
            f"SELECT count(*) FROM {_VISIBLE} WHERE files.image IS NULL AND {_READABLE} AND failures.file IS NULL"
        ).fetchone()[0]
    )


def incomplete(sql: sqlite3.Connection, model: int) -> list[Pending]:
    """One readable file of each content that has no vector of this model."""
    rows = sql.execute(
        f"SELECT min(files.id), volumes.mount_point, files.path, images.id, files.private FROM {_VISIBLE}"
        f" JOIN images ON images.id = files.image WHERE {_READABLE} AND failures.file IS NULL"
        " AND NOT EXISTS (SELECT 1 FROM embeddings WHERE embeddings.image = images.id AND embeddings.model = ?)"
        " GROUP BY images.id",
        (model,),
    )
    return [_pending(*row) for row in rows]


def lacking(sql: sqlite3.Connection, model: int, limit: int, besides: Iterable[int] = ()) -> list[Pending]:
    """One readable file, `besides` some, of each content without a vector of this model, the newest pictures first."""
    rows = sql.execute(
        f"SELECT min(files.id), volumes.mount_point, files.path, images.id, files.private {_LACKING}"
        " GROUP BY images.id ORDER BY coalesce(images.taken_at, images.added_at) DESC, images.id DESC LIMIT ?",
        (model, json.dumps(list(besides)), limit),
    )
    return [_pending(*row) for row in rows]


def count_lacking(sql: sqlite3.Connection, model: int, besides: Iterable[int] = ()) -> int:
    """How many contents `lacking` would give without a limit."""
    values = (model, json.dumps(list(besides)))
    return int(sql.execute(f"SELECT count(DISTINCT images.id) {_LACKING}", values).fetchone()[0])


def is_somewhere(sql: sqlite3.Connection, image: int) -> bool:
    """Whether a content has a present file in a watched folder, be its volume online or not."""
    return bool(
        sql.execute(
            "SELECT EXISTS (SELECT 1 FROM files JOIN roots ON roots.id = files.root"
            " WHERE files.image = ? AND files.state = 'present' AND roots.removed_at IS NULL)",
            (image,),
        ).fetchone()[0]
    )


def last_place(sql: sqlite3.Connection, image: int) -> tuple[bytes | None, bytes, bool] | None:
    """Where a content was last seen: mount point of the volume (None: it is away), path on it, whether it was private.

    A private place goes before others, since one makes the picture private. None where every file of it was edited.
    """
    row = sql.execute(
        "SELECT volumes.mount_point, files.path, files.private FROM files JOIN volumes ON volumes.id = files.volume"
        " WHERE files.image = ? ORDER BY files.private DESC, files.seen_at DESC, files.id DESC LIMIT 1",
        (image,),
    ).fetchone()
    return row and (row[0], row[1], bool(row[2]))


def losing(sql: sqlite3.Connection, gone: Iterable[int]) -> list[int]:
    """The contents whose last present file is among `gone`, or becomes so when these go missing."""
    rows = sql.execute(
        "WITH gone AS (SELECT value AS id FROM json_each(?))"
        " SELECT DISTINCT image FROM files WHERE id IN (SELECT id FROM gone) AND image IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM files AS other JOIN roots ON roots.id = other.root"
        " WHERE other.image = files.image AND other.state = 'present' AND roots.removed_at IS NULL"
        " AND other.id NOT IN (SELECT id FROM gone))",
        (json.dumps(list(gone)),),
    )
    return [row[0] for row in rows]


# ---- writing -----------------------------------------------------------------------------------------------------


def insert(tx: Transaction, volume: int, root: int, path: bytes, facts: Facts, image: int | None = None) -> int:
    """A file seen for the first time; pending unless its content is known already."""
    row = tx.sql.execute(
        "INSERT INTO files (volume, root, path, inode, mtime_ns, ctime_ns, size, blocks, mode, uid, gid, state, image,"
        " seen_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'present', ?, ?) RETURNING id",
        (volume, root, path, *_values(facts), image, now_ms()),
    ).fetchone()
    privacy.judge(tx, row[0])
    _named(tx, image)
    _tell(tx, image)
    return int(row[0])


def refresh(tx: Transaction, file: File, root: int, facts: Facts) -> None:
    """The same bytes as before, seen again: it is present, and of this root and owner and mode.

    The followers are told only of what a listing shows: much else changes a file's ctime.
    """
    shown = tx.sql.execute("SELECT root, blocks, mode, uid, gid, state FROM files WHERE id = ?", (file.id,)).fetchone()
    tx.sql.execute(
        f"UPDATE files SET root = ?, {_SET_FACTS}, state = 'present', seen_at = ? WHERE id = ?",
        (root, *_values(facts), now_ms(), file.id),
    )
    if root != file.root:
        privacy.judge(tx, file.id)
    _tell_return(tx, file, root)
    if shown != (root, facts.blocks, facts.mode, facts.uid, facts.gid, "present"):
        _tell(tx, file.image)


def reread(tx: Transaction, file: File, root: int, facts: Facts) -> None:
    """Other bytes stand under the name: pending, and what was there becomes `previous` until they are known."""
    tx.sql.execute(
        f"UPDATE files SET root = ?, {_SET_FACTS}, state = 'present', seen_at = ?, image = NULL, previous = ?"
        " WHERE id = ?",
        (root, *_values(facts), now_ms(), file.replaced(), file.id),
    )
    if root != file.root:
        privacy.judge(tx, file.id)
    _tell(tx, file.image)


def assign(tx: Transaction, file: int, image: int, facts: Facts | None = None) -> None:
    """The content of a file is known now."""
    if facts is not None:
        tx.sql.execute(f"UPDATE files SET {_SET_FACTS} WHERE id = ?", (*_values(facts), file))
    tx.sql.execute("UPDATE files SET image = ?, previous = NULL WHERE id = ?", (image, file))
    failures.clear(tx, file)
    _named(tx, image)
    _tell(tx, image)


def move(tx: Transaction, file: File, volume: int, root: int, path: bytes, facts: Facts | None) -> None:
    """The file has another name now. Whatever row had that name is dropped: its file was replaced.

    It may have been read since `file` was looked up.
    """
    replaced = at(tx.sql, volume, path)
    if replaced is not None and replaced.id != file.id:
        drop(tx, replaced)
    _leave(tx, file)
    (image,) = tx.sql.execute(
        "UPDATE files SET volume = ?, root = ?, path = ?, state = 'present', seen_at = ? WHERE id = ? RETURNING image",
        (volume, root, path, now_ms(), file.id),
    ).fetchone() or (None,)
    if facts is not None:
        tx.sql.execute(f"UPDATE files SET {_SET_FACTS} WHERE id = ?", (*_values(facts), file.id))
    privacy.judge(tx, file.id)
    _named(tx, image)
    _tell_return(tx, file, root)
    _tell(tx, image)


def follow(tx: Transaction, file: int, old: int) -> None:
    """A file that is still to be read stands where this content stood."""
    tx.sql.execute("UPDATE files SET previous = ? WHERE id = ? AND image IS NULL", (old, file))


def drop(tx: Transaction, file: File) -> None:
    """Forgets a place; the content, its tags and its vector stay."""
    _leave(tx, file)
    tx.sql.execute("DELETE FROM files WHERE id = ?", (file.id,))
    _tell(tx, file.image)


def mark_missing(tx: Transaction, gone: Iterable[File]) -> list[int | None]:
    """These are not there any more, but for those that got another name meanwhile; returns the contents of the others.

    Of each that it has now: it may have been read since it was found to be gone.
    """
    contents: list[int | None] = []
    for file in gone:
        marked = tx.sql.execute(
            "UPDATE files SET state = 'missing', seen_at = ?"
            " WHERE id = ? AND volume = ? AND path = ? AND state = 'present' RETURNING image",
            (now_ms(), file.id, file.volume, file.path),
        ).fetchone()
        if marked is not None:
            failures.clear(tx, file.id)
            _leave(tx, file)
            _tell(tx, marked[0])
            contents.append(marked[0])
    return contents


def _shown(file: int, mount_point: bytes, path: bytes, mtime_ns: int) -> Shown:
    return Shown(file, absolute(mount_point, path), mtime_ns)


def _pending(file: int, mount_point: bytes, path: bytes, image: int | None, private: int) -> Pending:
    return Pending(file, absolute(mount_point, path), image, bool(private))


def _named(tx: Transaction, image: int | None) -> None:
    """A date in the name of a file counts where nothing else tells one."""
    if image is not None:
        details.named(tx, image)


def _tell(tx: Transaction, image: int | None) -> None:
    if image is not None:
        tx.changed("image", image)


def _leave(tx: Transaction, file: File) -> None:
    """Whoever keeps something under the file's name hears that it has it no more; on a volume that is away it may.

    Nothing that was written beside it is certain to be where the file is now.
    """
    (mount_point,) = tx.sql.execute("SELECT mount_point FROM volumes WHERE id = ?", (file.volume,)).fetchone()
    if mount_point is not None:
        traces, _ = written.SIDECARS.traces(tx.sql, file.id)
        tx.left.append(Left(file.id, absolute(mount_point, file.path), traces if traces.made else None))
        written.SIDECARS.doubt(tx, file.id)


def _tell_return(tx: Transaction, file: File, root: int) -> None:
    """With a file that was missing, a content may return that another model has not seen yet."""
    if file.state == "missing":
        tx.changed("root", root)


_SET_FACTS = "inode = ?, mtime_ns = ?, ctime_ns = ?, size = ?, blocks = ?, mode = ?, uid = ?, gid = ?"


def _values(facts: Facts) -> tuple[int, ...]:
    return (
        facts.inode, facts.mtime_ns, facts.ctime_ns, facts.size, facts.blocks, facts.mode, facts.uid, facts.gid
    )  # fmt: skip


def _prefix(folder: bytes) -> tuple[str, tuple[bytes, ...]]:
    """An SQL condition for every path below a folder; '0' is the byte after '/'."""
    return ("path > ? AND path < ?", (folder + b"/", folder + b"0")) if folder else ("true", ())
