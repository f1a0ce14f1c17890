"""A catalog of every schema there ever was becomes today's, with all that was said in it."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from support import frozen
from vaultd.catalog import check
from vaultd.catalog.store import SCHEMA_VERSION, Catalog

STOPPED = """
import os, pathlib, signal, sys
from vaultd.catalog import store
step = int(sys.argv[2])
store.LADDER = tuple(statements + "; SELECT die()" if number == step else statements
                     for number, statements in enumerate(store.LADDER, start=2))
connect = store._connect
def connected(*arguments):
    connection = connect(*arguments)
    connection.create_function("die", 0, lambda: os.kill(os.getpid(), signal.SIGKILL))
    return connection
store._connect = connected
store.Catalog.open(pathlib.Path(sys.argv[1]))
"""
"""Opens a catalog and dies at the end of one step, before it is committed."""


def test_every_schema_is_frozen() -> None:
    missing = [version for version in frozen.versions() if not frozen.file_of(version).exists()]
    assert missing == [], "freeze today's with `PYTHONPATH=tests python -m support.frozen`"


@pytest.mark.parametrize("version", frozen.versions())
def test_an_older_catalog_keeps_all_that_was_said(tmp_path: Path, version: int) -> None:
    path = tmp_path / "catalog.db"
    frozen.restore(version, path)
    with closing(sqlite3.connect(path)) as sql:
        columns = frozen.columns(sql)
        told = frozen.story(sql, columns)
    assert_migrated(path, columns, told)


def test_the_newest_frozen_catalog_has_a_row_in_every_table(tmp_path: Path) -> None:
    """So that no step to come can lose what a table holds without being caught here."""
    frozen.restore(SCHEMA_VERSION, tmp_path / "catalog.db")
    with closing(sqlite3.connect(tmp_path / "catalog.db")) as sql:
        told = frozen.story(sql, frozen.columns(sql))
    assert [table for table, rows in told.items() if not rows] == [], "put one by support/frozen_rest"


@pytest.mark.parametrize("version", frozen.versions())
def test_an_upgraded_catalog_is_laid_out_like_a_new_one(tmp_path: Path, version: int) -> None:
    frozen.restore(version, tmp_path / "old.db")
    layouts = []
    for name in ("old.db", "new.db"):
        Catalog.open(tmp_path / name).close()
        layouts.append(layout(tmp_path / name))
    assert layouts[0] == layouts[1]


@pytest.mark.parametrize("step", range(2, SCHEMA_VERSION + 1))
def test_a_kill_in_the_middle_of_a_step_loses_nothing(tmp_path: Path, step: int) -> None:
    path = tmp_path / "catalog.db"
    frozen.restore(1, path)
    with closing(sqlite3.connect(path)) as sql:
        columns = frozen.columns(sql)
        told = frozen.story(sql, columns)
    done = subprocess.run([sys.executable, "-c", STOPPED, path, str(step)], capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with closing(sqlite3.connect(path)) as sql:
        assert sql.execute("PRAGMA user_version").fetchone() == (step - 1,)
    assert_migrated(path, columns, told)


def assert_migrated(path: Path, columns: dict[str, list[str]], told: dict[str, list[tuple[object, ...]]]) -> None:
    """The catalog opens as one of today's, is whole, and tells the same story."""
    catalog = Catalog.open(path)
    try:
        with catalog.read() as sql:
            assert sql.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
            assert frozen.story(sql, columns) == told
            away = "held bytes"  # of this machine, on which they never were
            assert [item for item in check.check(sql, deep=True) if item.state != "ok" and item.name != away] == []
    finally:
        catalog.close()
    assert os.stat(path).st_mode & 0o777 == 0o600


def layout(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """The columns of every table, and of every index, as SQLite knows them; where they stand may differ."""
    with closing(sqlite3.connect(path)) as sql:
        named = sql.execute("SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'").fetchall()
        pragma = {"table": "table_info", "index": "index_info"}
        return {
            f"{kind} {name}": sorted(
                [row[2 if kind == "index" else 1 :] for row in sql.execute(f"PRAGMA {pragma[kind]}({name})")], key=repr
            )
            for kind, name in named
        }
