"""The daemon's own files, torn or gone: indexes are made again, the catalog is never guessed at."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from support.outcome import Outcome, health, outcome
from support.vault import RunningVault
from vaultipc.errors import EXIT_AWAY, EXIT_BUG

pytestmark = pytest.mark.timeout(180)


def halved(index: Path) -> None:
    for file in (path for path in index.rglob("*") if path.is_file()):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def garbled(index: Path) -> None:
    for file in (path for path in index.rglob("*") if path.is_file()):
        file.write_bytes(b"\xa5" * file.stat().st_size)


@pytest.mark.parametrize("tear", [shutil.rmtree, halved, garbled])
def test_indexes_are_made_again_from_the_catalog(
    vault: RunningVault, undisturbed: Outcome, complete: Path, tear: Callable[[Path], None]
) -> None:
    shutil.copytree(complete, vault.data)
    tear(vault.data / "index")
    vault.start()
    assert outcome(vault) == undisturbed
    assert health(vault) == []
    assert vault.call("status")["counters"]["embedded"] == 0, "vectors come from the catalog, not from the pictures"


def test_a_catalog_of_a_newer_version_is_refused_and_left_alone(vault: RunningVault, complete: Path) -> None:
    shutil.copytree(complete, vault.data)
    catalog = vault.data / "catalog.db"
    with sqlite3.connect(catalog) as sql:
        sql.execute("PRAGMA user_version = 9999")
    sql.close()
    before = catalog.read_bytes()
    done = vault.run("daemon")
    assert done.returncode == EXIT_AWAY, done.stderr
    assert "9999" in done.stderr
    assert catalog.read_bytes() == before


def test_a_catalog_that_is_no_database_is_named_and_left_alone(vault: RunningVault) -> None:
    catalog = vault.data / "catalog.db"
    catalog.parent.mkdir(parents=True)
    catalog.write_bytes(b"this is not a database " * 400)
    done = vault.run("daemon")
    assert done.returncode not in (0, EXIT_BUG), done.stderr
    assert str(catalog) in done.stderr
    assert catalog.read_bytes().startswith(b"this is not")
