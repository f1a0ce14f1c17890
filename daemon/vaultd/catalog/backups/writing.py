"""Making one file of a catalog that may be in use: all of it, or all that cannot be computed again.

Both see one committed state, write beside the final name and appear under it only when they lie on the disk.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from vaultipc.errors import Conflict, DiskFull

RECOMPUTABLE = frozenset({"embeddings", "looks", "colours", "changes", "followers"})
"""Tables whose rows are left out: they are made again from the pictures, or belong to the indexes of one catalog."""
RESERVE_BYTES = 32 * 1024 * 1024
"""What a backup leaves free for the catalog itself."""
_STEPS = 20_000
"""Instructions of SQLite between two questions whether to go on."""

GoesOn = Callable[[], bool]


class Abandoned(Exception):
    """Whoever asked for the backup does not want it any more; nothing is left of it."""


def always() -> bool:
    """The answer of one who waits for as long as it takes."""
    return True


def write_lean(catalog: Path, target: Path, goes_on: GoesOn = always) -> int:
    """Writes everything but what is RECOMPUTABLE; returns the bytes of the file.

    Raises Conflict if there is a `target`, Abandoned, DiskFull, and sqlite3.DatabaseError where the catalog cannot be
    read: every row is read and every index made anew, so damage does not go into a backup unseen.
    """
    with _beside(target, goes_on) as part, closing(sqlite3.connect(part, isolation_level=None, uri=True)) as sql:
        _ask(sql, goes_on)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "foreign_keys = OFF"):
            sql.execute(f"PRAGMA {pragma}")
        sql.execute("ATTACH ? AS live", (read_only(catalog),))
        sql.execute("BEGIN")
        _copy(sql)
        sql.execute("COMMIT")
    return target.stat().st_size


def write_full(catalog: Path, target: Path, goes_on: GoesOn = always) -> int:
    """Writes everything, vectors included, once there is room for it; returns the bytes. Raises as `write_lean`."""
    with closing(sqlite3.connect(read_only(catalog), isolation_level=None, uri=True)) as sql:
        _ask(sql, goes_on)
        (pages,), (size,) = sql.execute("PRAGMA page_count").fetchone(), sql.execute("PRAGMA page_size").fetchone()
        need_space(target.parent, pages * size)
        with _beside(target, goes_on) as part:
            sql.execute("VACUUM INTO ?", (os.fspath(part),))
    return target.stat().st_size


def need_space(folder: Path, size: int) -> None:
    """Raises DiskFull where a file of `size` bytes would leave nothing for the catalog."""
    free = shutil.disk_usage(folder).free
    if free < size + RESERVE_BYTES:
        lacking = -(-(size + RESERVE_BYTES - free) // 10**6)
        raise DiskFull(
            f"a backup of {size / 1e6:.0f} MB has no room in {folder}", hint=f"free at least {lacking} MB there"
        )


def read_only(path: Path) -> str:
    """The URI by which SQLite opens a file that it is not to change (sqlite.org/uri.html)."""
    return f"file:{quote(bytes(path.absolute()))}?mode=ro"


def _copy(sql: sqlite3.Connection) -> None:
    """From the schema `live` to the empty one: definitions as they are there, then rows, then the sequences of ids."""
    (version,) = sql.execute("PRAGMA live.user_version").fetchone()
    made = sql.execute(
        "SELECT type, name, sql FROM live.sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%'"
        " ESCAPE '\\' ORDER BY type <> 'table', rowid"
    ).fetchall()
    for kind, name, definition in made:
        sql.execute(definition)
        if kind == "table" and name not in RECOMPUTABLE:
            sql.execute(f'INSERT INTO main."{name}" SELECT * FROM live."{name}"')
    sql.execute("DELETE FROM main.sqlite_sequence")
    sql.execute("INSERT INTO main.sqlite_sequence SELECT * FROM live.sqlite_sequence")
    sql.execute(f"PRAGMA main.user_version = {version}")


def _ask(sql: sqlite3.Connection, goes_on: GoesOn) -> None:
    sql.set_progress_handler(lambda: int(not goes_on()), _STEPS)


@contextmanager
def _beside(target: Path, goes_on: GoesOn) -> Iterator[Path]:
    """A name to write under, which becomes `target`, durably and for this user only, or goes away."""
    if os.path.lexists(target):
        raise Conflict(f"there is a {target} already", hint="choose another name; backups overwrite nothing")
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    try:
        yield part
        _settle(part, target)
    except sqlite3.OperationalError as error:
        if not goes_on():
            raise Abandoned from error
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            raise DiskFull(f"there is no room for the backup in {target.parent}", hint="make room there") from error
        raise
    finally:
        part.unlink(missing_ok=True)


def _settle(part: Path, target: Path) -> None:
    sync(part)
    part.rename(target)
    sync(target.parent)


def sync(path: Path) -> None:
    """Returns when a file, or the names in a folder, lie on the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
