"""kill -9 while another model's vectors are being made: nothing is lost, and nothing is made twice."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from support.ingesting import draw
from support.outcome import health, outcome
from support.tinypack import write_pack
from support.vault import RunningVault, eventually
from vaultipc.blocking import Client
from vaultipc.messages import Status

# Whole vaults are started and read here, with workers that give way to everything else that runs.
pytestmark = pytest.mark.timeout(180)


PICTURES = 24


def library(vault: RunningVault) -> None:
    """A running vault with pictures that take one worker a while, all searchable; a pack named colours lies ready."""
    write_pack(vault.data / "models" / "colours", "colours", dimension=24)
    for number in range(PICTURES):
        draw(vault.pictures / f"{number}.png", f"rgb({10 * number}, 100, {250 - 10 * number})", size=(800, 600))
    vault.environ |= {"VVAULT_INGEST_WORKERS": "1", "VVAULT_INGEST_BATCH": "1"}
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()


@pytest.mark.parametrize("enough", [1, PICTURES // 2])
def test_a_daemon_killed_in_the_middle_of_a_switch_goes_on_where_it_was(vault: RunningVault, enough: int) -> None:
    library(vault)
    undisturbed = outcome(vault)
    with Client(vault.socket) as client:
        client.call("model.use", {"name": "colours"})
        eventually(lambda: made(client) >= enough, "the work is under way")
    kill(vault)
    kept = vectors(vault)
    assert enough <= kept < PICTURES, "the daemon was not killed in the middle"
    vault.start()
    eventually(lambda: vault.call("status")["model"]["name"] == "colours", "the switch is made")
    assert vault.call("status")["counters"]["embedded"] == PICTURES - kept
    assert outcome(vault) == undisturbed
    assert health(vault) == []
    assert vectors(vault) == PICTURES


def test_a_daemon_killed_right_after_the_switch_keeps_it(vault: RunningVault) -> None:
    library(vault)
    vault.call("model", "use", "colours", "--wait")
    kill(vault)
    vault.start()
    assert vault.call("status")["model"]["name"] == "colours"
    vault.settle()
    assert vault.call("search", "red", "--only", "meaning", "--level", "all")["total"] == PICTURES


def kill(vault: RunningVault) -> None:
    """kill -9 of the daemon; its workers notice and end."""
    workers = vault.workers()
    vault.kill_daemon()
    eventually(lambda: not any(Path(f"/proc/{worker}").exists() for worker in workers), "its workers end with it")


def made(client: Client) -> int:
    status: Status = client.call("status")
    assert status.model is not None
    return status.model.reembed["done"] if isinstance(status.model.reembed, dict) else 0


def vectors(vault: RunningVault) -> int:
    """Of the model named colours, as they stand in the catalog's file."""
    sql = sqlite3.connect(vault.data / "catalog.db")
    try:
        query = "SELECT count(*) FROM embeddings JOIN models ON models.id = model WHERE name = 'colours'"
        return int(sql.execute(query).fetchone()[0])
    finally:
        sql.close()
