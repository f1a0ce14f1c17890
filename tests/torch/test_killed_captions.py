"""Captions of a real daemon: its worker is killed, it is held up, and every picture has its caption in the end."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing

import pytest

from support.captioners import MISSING, noted, repository
from support.ingesting import draw
from support.vault import RunningVault, eventually

if MISSING:
    pytest.skip(f"not installed: {', '.join(MISSING)}", allow_module_level=True)

PATIENCE_S = 1200
"""Each worker imports torch and transformers, and gives way to everything else on the machine."""
pytestmark = [pytest.mark.long, pytest.mark.timeout(3 * PATIENCE_S)]

COLOURS = ("red", "green", "blue", "white")


@pytest.mark.expects_log("a worker cannot be started: signal SIGKILL")  # killed before it was ready
def test_a_killed_worker_costs_no_captions_and_they_are_found_by_their_words(vault: RunningVault) -> None:
    models = vault.data / "models"
    repository("blip", models / "blip")
    noted(models / "blip", "blip")
    vault.environ |= {
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
        "VVAULT_CAPTIONS_MODEL": "blip",
        "VVAULT_OCR_ENABLED": "false",
    }
    for colour in COLOURS:
        draw(vault.pictures / f"{colour}.png", colour)
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    eventually(lambda: describer(vault), "a worker is at work", PATIENCE_S)
    os.kill(describer(vault)[0], signal.SIGKILL)
    eventually(lambda: len(captions(vault)) == len(COLOURS), "every picture has its caption", PATIENCE_S)
    status = vault.call("status")["captions"]
    assert status == {"source": "model:blip", "done": len(COLOURS), "total": len(COLOURS), "failed": 0}
    assert f"captions {len(COLOURS)} of {len(COLOURS)} pictures (blip)" in " ".join(vault.run("status").stdout.split())
    word = captions(vault)[0].split()[0]
    hits = vault.call("search", f"caption:{word}")["hits"]
    assert len(hits) == sum(word in caption.split() for caption in captions(vault))
    (told,) = vault.call("image", hits[0]["id"])["texts"]
    assert (told["kind"], told["source"]) == ("caption", "model:blip")
    assert 0 < told["confidence"] < 1


def describer(vault: RunningVault) -> list[int]:
    """The worker that has torch open, if there is one."""
    return vault.workers_with("/libtorch")


def captions(vault: RunningVault) -> list[str]:
    """As they stand in the catalog's file."""
    with closing(sqlite3.connect(vault.data / "catalog.db")) as sql:
        return [text for (text,) in sql.execute("SELECT text FROM texts WHERE kind = 'caption'")]
