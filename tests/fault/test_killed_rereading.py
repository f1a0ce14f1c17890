"""kill -9 while an older library is read again: nothing is lost, and nothing is done twice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from support.ingesting import draw
from support.outcome import health, outcome
from support.vault import RunningVault, eventually

# Whole vaults are started and read here, with workers that give way to everything else that runs.
pytestmark = pytest.mark.timeout(180)

PICTURES = 20


def test_a_daemon_killed_while_it_reads_an_older_library_again_goes_on_where_it_was(vault: RunningVault) -> None:
    for number in range(PICTURES):
        draw(vault.pictures / f"{number}.png", f"rgb({6 * number}, 100, {250 - 6 * number})", size=(1600, 1200))
    vault.environ |= {"VVAULT_INGEST_WORKERS": "1"}
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    undisturbed = outcome(vault)
    kill(vault)
    with closing(sqlite3.connect(vault.data / "catalog.db", isolation_level=None)) as sql:
        sql.executescript("DELETE FROM looks; DELETE FROM colours; UPDATE images SET metadata_version = 1")
    vault.start()
    vault.settle()
    eventually(lambda: looked_at(vault) > 0, "the work is under way")
    kill(vault)
    kept = looked_at(vault)
    assert 0 < kept < PICTURES, "the daemon was not killed in the middle"
    vault.start()
    eventually(lambda: looked_at(vault) == PICTURES, "the rest is read")
    assert "reread" not in vault.call("status")
    assert vault.call("status")["counters"]["embedded"] == 0
    assert outcome(vault) == undisturbed
    assert health(vault) == []


def kill(vault: RunningVault) -> None:
    """kill -9 of the daemon; its workers notice and end."""
    workers = vault.workers()
    vault.kill_daemon()
    eventually(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), "its workers end with it")


def looked_at(vault: RunningVault) -> int:
    """Pictures whose looks stand in the catalog's file."""
    with closing(sqlite3.connect(vault.data / "catalog.db")) as sql:
        return int(sql.execute("SELECT count(*) FROM looks").fetchone()[0])
