"""Files beside pictures that speak of them, and what they say, as the source `sidecar` beside the user's own word.

It follows from the files, so storing it is no action and there is nothing to undo. What the user took off stays
rejected, also when no sidecar says it for a while: one that is renamed after its picture is away for a moment.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from vaultd.catalog import details, generations, keywords, sourced, written
from vaultd.catalog.store import Transaction
from vaultd.domain.details import SIDECAR
from vaultd.domain.facts import Facts
from vaultd.domain.paths import absolute
from vaultd.domain.sidecar import Said, by_others, in_order, together
from vaultd.metadata import naming

FactsOf = tuple[int, int, int, int]
"""Inode, mtime and ctime in ns, and size: what tells that a file is another than before."""
TOGETHER = 500


@dataclass(frozen=True)
class Sidecar:
    """A row of `sidecars`, `path` relative to its volume."""

    path: bytes
    facts: FactsOf
    said: Said
    problem: str


def facts_of(facts: Facts) -> FactsOf:
    """That part of what stat tells."""
    return facts.inode, facts.mtime_ns, facts.ctime_ns, facts.size


# ---- reading -----------------------------------------------------------------------------------------------------


def at(sql: sqlite3.Connection, volume: int, path: bytes) -> Sidecar | None:
    """The row of a path."""
    row = sql.execute(f"SELECT {_COLUMNS} FROM sidecars WHERE volume = ? AND path = ?", (volume, path)).fetchone()
    return _row(row) if row else None


def facts(sql: sqlite3.Connection, volume: int, paths: Sequence[bytes]) -> dict[bytes, FactsOf]:
    """What is known of those of these paths that are known."""
    found = {}
    for start in range(0, len(paths), TOGETHER):
        some = paths[start : start + TOGETHER]
        rows = sql.execute(
            "SELECT path, inode, mtime_ns, ctime_ns, size FROM sidecars WHERE volume = ?"
            f" AND path IN ({','.join('?' * len(some))})",
            (volume, *some),
        )
        found.update({path: (inode, mtime, ctime, size) for path, inode, mtime, ctime, size in rows})
    return found


def below(sql: sqlite3.Connection, volume: int, folder: bytes) -> list[bytes]:
    """The paths of all in a folder and beneath."""
    condition, values = _prefix(folder)
    rows = sql.execute(f"SELECT path FROM sidecars WHERE volume = ? AND {condition}", (volume, *values))
    return [path for (path,) in rows]


def of_file(sql: sqlite3.Connection, volume: int, path: bytes) -> list[Sidecar]:
    """The sidecars of a picture's file, the one whose words go first first."""
    folder, _, name = path.rpartition(b"/")
    found = {one.path.rpartition(b"/")[2]: one for one in _near(sql, volume, folder, naming.stem(name))}
    if not found:
        return []
    pictures = {name, *_pictures(sql, volume, folder, name, found)}
    order = naming.of_picture(name, {one: row.said.of for one, row in found.items()}, pictures)
    return [found[one] for one in order]


def pictures_of(sql: sqlite3.Connection, volume: int, sidecar: bytes) -> dict[int, int | None]:
    """The files that a sidecar of this path may be of, and their contents, None for one that was not read yet."""
    folder, _, name = sidecar.rpartition(b"/")
    found: dict[int, int | None] = {}
    for stem in naming.stems_of_pictures(name):
        for spelled in dict.fromkeys((stem, stem.lower(), stem.upper())):
            start = folder + b"/" + spelled if folder else spelled
            found.update(
                (file, image)
                for file, path, image in _starting(sql, volume, start)
                if naming.stem(path.rpartition(b"/")[2]) == naming.folded(stem)
            )
    return found


def files_with(sql: sqlite3.Connection, volume: int, sidecar: bytes) -> list[int]:
    """The files that a sidecar of this path is of."""
    these = json.dumps(list(pictures_of(sql, volume, sidecar)))
    rows = sql.execute(
        "SELECT id, path FROM files WHERE state = 'present' AND id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (these,),
    ).fetchall()
    return [file for file, path in rows if any(one.path == sidecar for one in of_file(sql, volume, path))]


def problems(sql: sqlite3.Connection) -> list[tuple[str, int, bytes]]:
    """Why sidecars cannot be read, how many for each reason, and the path of one; the most frequent reason first."""
    rows = sql.execute(
        "SELECT problem, count(*) AS number, coalesce(mount_point, last_mount_point, x''), min(path) FROM sidecars"
        " JOIN volumes ON volumes.id = sidecars.volume WHERE problem <> '' GROUP BY problem"
        " ORDER BY number DESC, problem"
    )
    return [(problem, number, absolute(top, path)) for problem, number, top, path in rows]


# ---- writing -----------------------------------------------------------------------------------------------------


def put(tx: Transaction, volume: int, sidecar: Sidecar) -> None:
    """Keeps what a sidecar says."""
    folder, _, name = sidecar.path.rpartition(b"/")
    subject = _subject(folder, naming.stem_of_sidecar(name))
    tx.sql.execute(
        "INSERT INTO sidecars (volume, path, subject, inode, mtime_ns, ctime_ns, size, said, problem)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (volume, path) DO UPDATE SET inode = excluded.inode,"
        " mtime_ns = excluded.mtime_ns, ctime_ns = excluded.ctime_ns, size = excluded.size, said = excluded.said,"
        " problem = excluded.problem",
        (volume, sidecar.path, subject, *sidecar.facts, msgspec.json.encode(sidecar.said).decode(), sidecar.problem),
    )


def drop(tx: Transaction, volume: int, path: bytes) -> None:
    """A sidecar is not there any more."""
    tx.sql.execute("DELETE FROM sidecars WHERE volume = ? AND path = ?", (volume, path))


def move_below(tx: Transaction, volume: int, old: bytes, new: bytes) -> None:
    """A folder has another name, on the same volume; whatever had the new names was replaced."""
    condition, values = _prefix(old)
    tx.sql.execute(
        "UPDATE OR REPLACE sidecars SET path = CAST(? || substr(path, ?) AS BLOB),"
        f" subject = CAST(? || substr(subject, ?) AS BLOB) WHERE volume = ? AND {condition}",
        (new, len(old) + 1, new, len(old) + 1, volume, *values),
    )


def forget_below(tx: Transaction, volume: int, folder: bytes) -> None:
    """The folder is forgotten, and so is what stands in it."""
    condition, values = _prefix(folder)
    tx.sql.execute(f"DELETE FROM sidecars WHERE volume = ? AND {condition}", (volume, *values))


def refresh(tx: Transaction, image: int, met: tuple[int, bytes] | None = None) -> None:
    """Makes what stands beside the files of a content all that its sidecars say.

    A content without any file keeps what was said of it: nothing tells that it would be otherwise. `met`: volume and
    path of the one file of it that is new or was touched. If nothing stands beside it and no sidecar says anything,
    its other files, of which there may be thousands, are not looked at.
    """
    if (
        met is not None
        and not of_file(tx.sql, *met)
        and not any(_stored(tx.sql, image))
        and (SIDECAR not in details.of(tx.sql, image))
    ):
        return
    files = tx.sql.execute(
        "SELECT id, volume, path FROM files WHERE image = ? AND state = 'present' ORDER BY path", (image,)
    ).fetchall()
    if files:
        found = together(_of_file(tx.sql, *file) for file in files)
        _replace(tx, image, found)
        details.beside(tx, image, found.details)
        details.named(tx, image)


def returned(tx: Transaction, image: int, file: int, said: Said) -> None:
    """Another program gave tags again after the vault had taken them out of the sidecar: they are meant."""
    traces, is_finished = written.SIDECARS.traces(tx.sql, file)
    for path in traces.removed if is_finished else ():
        fitting = keywords.fit_path(path)
        if path in said.tags and fitting:
            again = tx.sql.execute(
                "UPDATE image_tags SET state = 'active' WHERE image = ? AND tag = ? AND source = 'sidecar'"
                " AND state = 'rejected'",
                (image, keywords.made(tx, fitting)),
            )
            if again.rowcount:
                tx.changed("image", image)


# ---- the parts of it ---------------------------------------------------------------------------------------------


def _of_file(sql: sqlite3.Connection, file: int, volume: int, path: bytes) -> Said:
    """What the sidecars of a file say, but for what the vault wrote into the first."""
    beside = of_file(sql, volume, path)
    said = [one.said for one in beside]
    if beside and naming.is_xmp(beside[0].path):
        said[0] = by_others(said[0], written.SIDECARS.traces(sql, file)[0])
    return in_order(said)


def _replace(tx: Transaction, image: int, found: Said) -> None:
    before = _stored(tx.sql, image)
    if found == Said() and not any(before):
        return
    wanted = {keywords.made(tx, path) for path in map(keywords.fit_path, found.tags) if path}
    sourced.replace_tags(tx, image, "sidecar", wanted)
    sourced.replace_texts(tx, image, "sidecar", found.texts)
    sourced.replace_rating(tx, image, "sidecar", found.rating)
    generations.replace(tx, image, "sidecar", found.generation)
    if _stored(tx.sql, image) != before:
        tx.changed("image", image)


_Stored = tuple[list[tuple[int, str]], list[tuple[str, str]], list[tuple[int]], list[tuple[object, ...]]]


def _stored(sql: sqlite3.Connection, image: int) -> _Stored:
    return *sourced.stored(sql, image, "sidecar"), generations.stored(sql, image, "sidecar")


def _near(sql: sqlite3.Connection, volume: int, folder: bytes, stem: str) -> list[Sidecar]:
    """The sidecars of a folder that are named after this stem, or may be further versions of it."""
    first, last = (_subject(folder, end) for end in naming.versions(stem))
    rows = sql.execute(
        f"SELECT {_COLUMNS} FROM sidecars WHERE volume = ? AND subject = ?"
        f" UNION ALL SELECT {_COLUMNS} FROM sidecars WHERE volume = ? AND subject >= ? AND subject < ?",
        (volume, _subject(folder, stem), volume, first, last),
    )
    return [_row(row) for row in rows]


def _pictures(
    sql: sqlite3.Connection, volume: int, folder: bytes, picture: bytes, sidecars: Mapping[bytes, Sidecar]
) -> Iterator[bytes]:
    """The names of pictures that share the stem, and of those after which the sidecars are named in whole."""
    start = folder + b"/" if folder else b""
    yield from (
        path[len(start) :]
        for _, path, _ in _starting(sql, volume, start + os.path.splitext(picture)[0], only_present=True)
    )
    named = [start + os.path.splitext(name)[0] for name in sidecars]
    for path in named:
        if sql.execute(
            "SELECT 1 FROM files WHERE volume = ? AND path = ? AND state = 'present'", (volume, path)
        ).fetchone():
            yield path[len(start) :]


def _starting(
    sql: sqlite3.Connection, volume: int, start: bytes, *, only_present: bool = False
) -> Iterable[tuple[int, bytes, int | None]]:
    """Id, path and content of the files whose paths go on with an ending, and perhaps with more dots before it."""
    return sql.execute(
        "SELECT id, path, image FROM files WHERE volume = ? AND path >= ? AND path < ?"
        + (" AND state = 'present'" if only_present else ""),
        (volume, start + b".", start + b"/"),
    ).fetchall()


def _subject(folder: bytes, stem: str) -> bytes:
    return folder + b"/" + stem.encode("utf-8", "surrogateescape")


def _row(row: tuple[bytes, int, int, int, int, str, str]) -> Sidecar:
    path, inode, mtime_ns, ctime_ns, size, said, problem = row
    return Sidecar(path, (inode, mtime_ns, ctime_ns, size), msgspec.json.decode(said, type=Said), problem)


_COLUMNS = "path, inode, mtime_ns, ctime_ns, size, said, problem"


def _prefix(folder: bytes) -> tuple[str, tuple[bytes, ...]]:
    """An SQL condition for every path below a folder; '0' is the byte after '/'."""
    return ("path > ? AND path < ?", (folder + b"/", folder + b"0")) if folder else ("true", ())
