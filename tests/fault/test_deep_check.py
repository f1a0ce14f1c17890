"""`vvault doctor --deep` finds what it is there to find: each kind of fault is planted into a vault that is whole."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import faults
from support.crash.ledger import Ledger, tags
from support.faults import FAULTS, Fault
from support.ingesting import draw
from support.tinypack import write_pack
from support.vault import RunningVault
from vaultipc.blocking import Client
from vaultipc.messages import Check

pytestmark = pytest.mark.timeout(120)

PICTURES = 4


@pytest.fixture(scope="module")
def whole() -> Iterator[RunningVault]:
    """A vault with some pictures, tags, and an action that was undone; it is mended after every test."""
    with RunningVault(Path(tempfile.mkdtemp(prefix="w"))) as vault:
        pack = write_pack(vault.data / "models" / "tiny", "tiny")
        for number in range(PICTURES):
            draw(vault.pictures / f"{number}.png", f"rgb({60 * number}, 100, {250 - 60 * number})")
        vault.environ |= {"VVAULT_MODEL_NAME": str(pack), "VVAULT_INGEST_WORKERS": "1"}
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        with Client(vault.socket, timeout=20) as client:
            ids = [hit.id for hit in client.call("search", {"query": "width:>0"}).hits]
            for tag in ("first", "taken back"):
                client.call("tag", {"tag": tag, "images": ids})
            client.call("undo")
            client.call("tag", {"tag": "second", "images": ids})
        yield vault


def found(vault: RunningVault) -> list[Check]:
    """What the deep check has against the vault."""
    with Client(vault.socket, timeout=30) as client:
        checks: list[Check] = client.call("doctor", {"deep": True}).checks
    beside = ("disk space", "indexes")  # of this machine, and of this moment
    return [check for check in checks if check.state in ("fail", "warn") and check.name not in beside]


def test_a_vault_that_is_whole_has_nothing_against_it(whole: RunningVault) -> None:
    assert found(whole) == []


@pytest.mark.parametrize("fault", FAULTS, ids=[fault.name for fault in FAULTS])
def test_a_planted_fault_is_found_and_named(whole: RunningVault, tmp_path: Path, fault: Fault) -> None:
    faults.kept(whole, tmp_path / "kept.db")
    fault.plant(whole)
    try:
        told = {check.name: check.message for check in found(whole)}
    finally:
        faults.mended(whole, tmp_path / "kept.db")
        for thumbnail in whole.home.rglob("thumbnails/*/*.png"):
            thumbnail.unlink()
    assert fault.check in told
    assert "not true" in told[fault.check]
    assert found(whole) == []


def test_an_action_that_was_answered_and_left_no_trace_is_found_by_who_was_told(
    whole: RunningVault, tmp_path: Path
) -> None:
    """As an older copy of the catalog would be: whole in itself, so only the one who was told can know."""
    with Client(whole.socket, timeout=30) as client:
        told = [action.id for action in client.call("log").actions]
        ledger = Ledger(images=[], state=tags(client), actions=told)
        assert ledger.found(client) == []
        faults.kept(whole, tmp_path / "kept.db")
        faults.unmake(whole, "second")
        try:
            assert [check.name for check in found(whole) if check.name != "text index"] == []
            assert f"action {max(told, key=int)} is lost" in ledger.found(client)
        finally:
            faults.mended(whole, tmp_path / "kept.db")
        assert ledger.found(client) == []


def test_a_draft_that_a_killed_worker_left_is_found_and_cleared_by_the_next_start(whole: RunningVault) -> None:
    folder = whole.home / ".cache/thumbnails/normal"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f".{'0' * 32}.png.{4_194_305}"
    draft.write_bytes(b"\x89PNG")
    assert [check.name for check in found(whole)] == ["thumbnails"]
    whole.kill_daemon()
    whole.start()
    whole.settle()
    assert not draft.exists()
    assert found(whole) == []
