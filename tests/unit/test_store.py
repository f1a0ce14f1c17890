"""The catalog's file: opening, refusing, surviving."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from support.catalog_rows import opened
from vaultd.catalog.store import SCHEMA_VERSION, Catalog
from vaultipc.errors import Held, VersionMismatch

HOLDER = """
import sys, pathlib
from vaultd.catalog.store import Catalog
catalog = Catalog.open(pathlib.Path(sys.argv[1]))
with catalog.write() as tx:
    tx.sql.execute("INSERT INTO meta VALUES ('committed', 'yes')")
    tx.changed("tag", 1)
if len(sys.argv) > 2:
    with catalog.write() as tx:
        tx.sql.executemany("INSERT INTO meta VALUES (?, 'x')", ((f"half {n}",) for n in range(50_000)))
        tx.changed("tag", 2)
        print("inside", flush=True)
        sys.stdin.read()
print("open", flush=True)
sys.stdin.read()
"""


def start(path: Path, *more: str) -> subprocess.Popen[str]:
    """A process that holds the catalog, once it does."""
    command = [sys.executable, "-c", HOLDER, str(path), *more]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline().strip() in ("open", "inside")
    return process


def end(process: subprocess.Popen[str], signal_number: int) -> None:
    process.send_signal(signal_number)
    process.communicate()


def test_a_new_catalog_is_private_and_has_a_generation(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        assert catalog.path.stat().st_mode & 0o777 == 0o600
        assert len(catalog.meta("generation")) == 32
        assert catalog.seq() == 0


def test_a_catalog_keeps_its_identity_when_it_is_opened_again(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        library = catalog.meta("library")
    with opened(tmp_path) as catalog:
        assert catalog.meta("library") == library


def test_a_newer_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        path = catalog.path
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(VersionMismatch, match=f"schema {SCHEMA_VERSION + 1}, newer than {SCHEMA_VERSION}"):
        Catalog.open(path)
    assert path.read_bytes() == before


def test_a_second_daemon_is_refused_and_told_who_holds_the_catalog(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    holder = start(path)
    try:
        with pytest.raises(Held, match=rf"process id {holder.pid}$") as refusal:
            Catalog.open(path)
        assert refusal.value.hint
    finally:
        end(holder, signal.SIGKILL)
    Catalog.open(path).close()


def test_a_kill_in_the_middle_of_a_transaction_leaves_the_last_committed_state(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite"
    end(start(path, "half"), signal.SIGKILL)
    with opened(tmp_path) as catalog, catalog.read() as sql:
        keys = {key for (key,) in sql.execute("SELECT key FROM meta")}
        assert keys == {"generation", "library", "committed"}
        assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert catalog.seq() == 1


def _change_and_fail(catalog: Catalog) -> None:
    with catalog.write() as tx:
        tx.changed("tag", 1)
        raise ZeroDivisionError


def test_a_transaction_that_raises_leaves_nothing_and_tells_nobody(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        told: list[int] = []
        catalog.on_commit(lambda topics, seq: told.append(seq))
        with pytest.raises(ZeroDivisionError):
            _change_and_fail(catalog)
        assert told == []
        assert catalog.seq() == 0


def test_a_commit_tells_listeners_its_topics_and_position(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        told: list[tuple[frozenset[str], int]] = []
        catalog.on_commit(lambda topics, seq: told.append((topics, seq)))
        with catalog.write() as tx:
            tx.changed("tag", 1)
            tx.changed("image", 7, "delete")
        assert told == [(frozenset({"tag", "image"}), 2)]


def test_a_reader_sees_one_committed_state_for_the_length_of_its_block(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog, catalog.read() as sql:
        count = "SELECT count(*) FROM changes"
        assert sql.execute(count).fetchone() == (0,)
        with catalog.write() as tx:
            tx.changed("tag", 1)
        assert sql.execute(count).fetchone() == (0,)
        with catalog.read() as later:
            assert later.execute(count).fetchone() == (1,)


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog, catalog.read() as sql, pytest.raises(sqlite3.OperationalError, match="readonly"):
        sql.execute("INSERT INTO meta VALUES ('a', 'b')")


def test_an_id_is_never_used_twice(tmp_path: Path) -> None:
    insert = "INSERT INTO tags (name, created_at) VALUES (?, 0) RETURNING id"
    with opened(tmp_path) as catalog, catalog.write() as tx:
        (first,) = tx.sql.execute(insert, ("a",)).fetchone()
        tx.sql.execute("DELETE FROM tags")
        (second,) = tx.sql.execute(insert, ("b",)).fetchone()
        assert second > first


def test_the_lock_file_is_private(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        lock = catalog.path.with_name("catalog.sqlite.lock")
        assert lock.stat().st_mode & 0o777 == 0o600
        assert lock.read_text().strip() == str(os.getpid())
