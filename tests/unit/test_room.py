"""What is said when the catalog cannot be written."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.catalog_rows import gesture, opened
from vaultd.catalog import room, tags
from vaultd.catalog.store import Catalog
from vaultipc.errors import DiskFull, Refused


def error_of(path: Path, statement: str, *, mode: str = "rw", pages: int = 0) -> sqlite3.Error:
    """The error of a statement, on a file opened so or bound to so many pages."""
    with closing(sqlite3.connect(f"file:{path}?mode={mode}", uri=True)) as sql:
        if pages:
            sql.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(sqlite3.Error) as raised:
            sql.execute(statement)
    return raised.value


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with opened(tmp_path) as catalog:
        return catalog.path


def test_a_full_disk_is_told_with_its_place_and_what_it_needs(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "_free", lambda folder: 4 * 10**6)
    error = error_of(path, "INSERT INTO meta VALUES ('x', hex(zeroblob(1000000)))", pages=1)
    told = room.mistake(error, path)
    assert isinstance(told, DiskFull)
    assert told.message == f"disk full, needs 64 MB at {path.parent}"


def test_a_catalog_that_nobody_may_write_is_told_by_name(path: Path) -> None:
    told = room.mistake(error_of(path, "DELETE FROM meta", mode="ro"), path)
    assert isinstance(told, Refused)
    assert str(path) in told.message


def test_a_mistake_of_ours_is_none_of_the_machine(path: Path) -> None:
    assert room.mistake(error_of(path, "DELETE FROM nothing"), path) is None


def test_a_write_that_finds_no_room_leaves_the_last_committed_state(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        with gesture(catalog) as action:
            tags.create(action, "kept")
        with catalog.write() as tx:
            tx.sql.execute("PRAGMA max_page_count = 1")
        _fill(catalog)
        with catalog.read() as sql:
            assert sql.execute("SELECT name FROM tags").fetchall() == [("kept",)]
            assert sql.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def _fill(catalog: Catalog) -> None:
    with pytest.raises(sqlite3.OperationalError, match="full"), catalog.write() as tx:
        tx.sql.executemany("INSERT INTO tags (name, created_at) VALUES (?, 0)", ((f"t{n}",) for n in range(100_000)))
