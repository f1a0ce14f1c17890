"""Opening the catalog, reading it, and writing it in transactions.

One connection writes, and only from the thread of the trio loop: a `with catalog.write()` block holds no checkpoint, so
whatever stands in it happens at once for every other task. Readers are separate connections that see the last
committed state; any number of threads may read. A commit is durable when the block ends (WAL, synchronous FULL).

Every module of this package is one noun of the schema and offers plain functions: reads take a `sqlite3.Connection`,
writes a `Transaction`.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Literal

from vaultd.catalog.backups.shelf import Shelf
from vaultd.catalog.migrations import LADDER
from vaultd.domain.private import NOTHING, Private
from vaultd.domain.sidecar import Traces
from vaultipc.errors import DiskFull, Held, Refused, VersionMismatch

log = logging.getLogger(__name__)

FILE = "catalog.db"
"""Its name in the folder of the library's data."""
WRITER_CACHE_KIB = 32_000
READER_CACHE_KIB = 8_000
"""Each reader has a cache of its own, beside that of the system."""
IDLE_READERS = 4
"""So many wait for the next question; more are made when many ask at once, and closed afterwards."""
SCHEMA_VERSION = 1 + len(LADDER)
Entity = Literal[
    "image", "embedding", "tag", "album", "saved", "feedback", "history", "root", "file", "rule", "model",
    "subscription",
]  # fmt: skip
Op = Literal["upsert", "delete"]
IDLE_TOPICS = frozenset({"history"})
"""Changes that no answer depends on."""


def now_ms() -> int:
    """Milliseconds since 1970, the unit of every `*_at` column."""
    return time.time_ns() // 1_000_000


def position(sql: sqlite3.Connection) -> int:
    """The newest position of the change log that a connection sees, 0 before the first entry."""
    row = sql.execute("SELECT seq FROM sqlite_sequence WHERE name = 'changes'").fetchone()
    return int(row[0]) if row else 0


@dataclass(frozen=True, slots=True)
class Left:
    """A file of the library is not called so any more: its row, and the absolute path that it had.

    `wrote`: what the vault did to a sidecar beside it, None for nothing.
    """

    file: int
    path: bytes
    wrote: Traces | None = None


@dataclass
class Transaction:
    """An open write transaction. `changed` is the only way to tell followers what to re-read.

    `private`: what makes a file private whose place is written. `left`: the names that files have no more.
    """

    sql: sqlite3.Connection
    topics: set[str]
    private: Private = NOTHING
    left: list[Left] = field(default_factory=list)

    def changed(self, entity: Entity, entity_id: int, op: Op = "upsert", model: int | None = None) -> None:
        """Appends to the change log, in this transaction."""
        self.topics.add(entity)
        self.sql.execute(
            "INSERT INTO changes (entity, entity_id, model, op) VALUES (?, ?, ?, ?)", (entity, entity_id, model, op)
        )


class Catalog:
    """The open catalog. Make one with `Catalog.open`, and `close` it in the same thread."""

    def __init__(self, path: Path, writer: sqlite3.Connection, lock_fd: int) -> None:
        self.path = path
        self._writer = writer
        self._lock_fd = lock_fd
        self._idle_readers: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._listeners: list[Callable[[frozenset[str], int], None]] = []
        self._on_left: list[Callable[[list[Left]], None]] = []
        self._closed = False
        self.private = NOTHING
        self.answers_seq = position(writer)
        """The position of the newest change that an answer may depend on, or a later one. Trio thread only."""

    @classmethod
    def open(cls, path: Path, first: Callable[[Path], object] = lambda path: None) -> Catalog:
        """Opens or creates the catalog, migrating it upwards; a full backup is made before that.

        `first` is called with the path once nobody else can have it open. Raises Held if another process has (naming
        its pid), VersionMismatch if its schema is newer than ours, Refused if it is no catalog at all, DiskFull where
        a catalog to be migrated has no room for a backup.
        """
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock_fd = lock(path)
        try:
            first(path)
            writer = _writer(path)
        except BaseException:
            os.close(lock_fd)
            raise
        return cls(path, writer, lock_fd)

    def close(self) -> None:
        """Checkpoints, closes every connection and releases the lock. May be called twice."""
        if self._closed:
            return
        self._closed = True
        while True:
            try:
                self._idle_readers.get_nowait().close()
            except Empty:
                break
        self._writer.close()
        os.close(self._lock_fd)

    @contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """A connection that sees one committed state for the length of the block. Any thread may call this."""
        try:
            reader = self._idle_readers.get_nowait()
        except Empty:
            reader = _connect(self.path, READER_CACHE_KIB)
            reader.execute("PRAGMA query_only = ON")
        try:
            reader.execute("BEGIN")
            yield reader
        finally:
            reader.rollback()
            if self._closed or self._idle_readers.qsize() >= IDLE_READERS:
                reader.close()
            else:
                self._idle_readers.put(reader)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """One transaction: committed and durable when the block ends, undone whole if it raises.

        Only in the trio thread, with no checkpoint inside; blocks do not nest.
        """
        tx = Transaction(self._writer, set(), self.private)
        self._writer.execute("BEGIN IMMEDIATE")
        try:
            yield tx
        except BaseException:
            self._writer.rollback()
            raise
        self._writer.commit()
        if tx.topics:
            seq = self.seq()
            if tx.topics - IDLE_TOPICS:
                self.answers_seq = seq
            for listener in list(self._listeners):
                listener(frozenset(tx.topics), seq)
        if tx.left:
            for hears in list(self._on_left):
                hears(tx.left)

    def on_commit(self, listener: Callable[[frozenset[str], int], None]) -> None:
        """Calls `listener(topics, seq)` after each commit that wrote to the change log. It must not raise or wait."""
        self._listeners.append(listener)

    def on_left(self, listener: Callable[[list[Left]], None]) -> None:
        """Calls `listener` after each commit by which files have other names, or none. It must not raise or wait."""
        self._on_left.append(listener)

    def off_commit(self, listener: Callable[[frozenset[str], int], None]) -> None:
        """Calls it no more."""
        self._listeners.remove(listener)

    def seq(self) -> int:
        """The newest position of the change log, 0 before the first entry. Trio thread only."""
        return position(self._writer)

    def rows_changed(self) -> int:
        """A number that grows with every row that is written. Trio thread only."""
        return self._writer.total_changes

    def meta(self, key: str) -> str:
        """A value of the meta table (`generation`, `library`, …), '' where there is none."""
        row = self._writer.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return str(row[0]) if row else ""


def _writer(path: Path) -> sqlite3.Connection:
    """The connection that writes, its schema up to date."""
    try:
        writer = _connect(path, WRITER_CACHE_KIB)
        try:
            _migrate(writer, path)
        except BaseException:
            writer.close()
            raise
    except sqlite3.OperationalError:
        raise
    except sqlite3.DatabaseError as error:
        raise Refused(
            f"the catalog {path} cannot be read ({error}); it was left as it is",
            hint="`vvault restore --from FILE` puts a copy in its place; or move it away to start with an empty one",
        ) from error
    return writer


def _connect(path: Path, cache_kib: int) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
    try:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", f"cache_size = -{cache_kib}"):
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


def lock(path: Path) -> int:
    """Takes the exclusive lock beside the catalog; the kernel drops it when the process ends, however it ends."""
    fd = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(fd)
        raise Held(
            f"the catalog {path} is in use by the daemon with process id {holder}",
            hint="stop that one first, or use another [library] data folder",
        ) from None
    os.ftruncate(fd, 0)
    os.pwrite(fd, f"{os.getpid()}\n".encode(), 0)
    return fd


def _migrate(writer: sqlite3.Connection, path: Path) -> None:
    version = int(writer.execute("PRAGMA user_version").fetchone()[0])
    if version > SCHEMA_VERSION:
        raise VersionMismatch(
            f"the catalog {path} has schema {version}, newer than {SCHEMA_VERSION}, the newest this program knows",
            hint="install the newer Visionary Vault that wrote it",
        )
    if version == 0:
        path.chmod(0o600)
        _create(writer)
        return
    if version < SCHEMA_VERSION:
        _keep_before_migration(path, version)
    for step, statements in enumerate(LADDER, start=2):
        if version < step:
            writer.executescript(f"BEGIN IMMEDIATE; {statements}; PRAGMA user_version = {step}; COMMIT;")


def _keep_before_migration(path: Path, version: int) -> None:
    """All of it, or where there is no room for that, all that cannot be computed again. Raises DiskFull."""
    shelf, now = Shelf(path), datetime.now(UTC)
    try:
        backup = shelf.put("full", now)
    except DiskFull:
        backup = shelf.put("daily", now)
    log.info("the catalog of schema %d was copied to %s before it is migrated", version, backup.path)


def _create(writer: sqlite3.Connection) -> None:
    schema = resources.files("vaultd.catalog").joinpath("schema.sql").read_text(encoding="utf-8")
    generation, library = secrets.token_hex(16), secrets.token_hex(16)
    writer.executescript(
        f"BEGIN IMMEDIATE; {schema}"
        f"INSERT INTO meta VALUES ('generation', '{generation}'), ('library', '{library}');"
        f"PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )
