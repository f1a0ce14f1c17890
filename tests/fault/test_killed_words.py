"""kill -9 while words are found for pictures: nothing is lost or said twice, and no picture is tried for ever."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from support.installed import missing
from support.poisoned import poison, poisoned
from support.vault import RunningVault, eventually
from support.written import font
from vaultd.ingest.suspects import DEATHS

if missing("rapidocr", "cv2"):
    pytest.skip("rapidocr is not installed (pip install 'visionary-vault[ocr]')", allow_module_level=True)

PATIENCE_S = 600
"""Each worker loads a library, and gives way to everything else on the machine."""
pytestmark = [pytest.mark.long, pytest.mark.timeout(1500)]


@pytest.fixture
def watched(vault: RunningVault, tmp_path: Path) -> RunningVault:
    """A vault in which poison works."""
    vault.environ["PYTHONPATH"] = os.pathsep.join([poisoned(tmp_path), os.environ.get("PYTHONPATH", "")])
    return vault


def number(count: int) -> str:
    return f"Number {count:03}7"


def write(vault: RunningVault, count: int) -> None:
    """So many pictures, with a number in each."""
    for each in range(count):
        picture = Image.new("RGB", (720, 130), "white")
        ImageDraw.Draw(picture).text((40, 40), number(each), "black", font(40))
        picture.save(vault.pictures / f"{each}.png")


def standing(vault: RunningVault) -> dict[str, Any]:
    """What `vvault status` says of the text in pictures."""
    said: dict[str, Any] = vault.call("status").get("ocr", {})
    return said


def finder(vault: RunningVault) -> list[int]:
    """The worker that has the reader's libraries open, if there is one."""
    return vault.workers_with("/cv2/")


def kept(vault: RunningVault) -> list[str]:
    """What the reader said, as it stands in the catalog's file."""
    return rows(vault, "SELECT source || ' ' || text FROM texts WHERE kind = 'ocr' ORDER BY text")


def outcomes(vault: RunningVault) -> list[str]:
    """What came of the pictures that were gone through. Asked of the file, as a command would take the time that the
    worker is to have."""
    return rows(vault, "SELECT outcome FROM told_by ORDER BY outcome")


def rows(vault: RunningVault, query: str) -> list[str]:
    with closing(sqlite3.connect(vault.data / "catalog.db")) as sql:
        return [row[0] for row in sql.execute(query)]


@pytest.mark.expects_log("a worker cannot be started: signal SIGKILL")  # killed before it was ready
def test_a_worker_and_a_daemon_that_are_killed_cost_no_words_and_a_pause_holds_them_up(watched: RunningVault) -> None:
    pictures = 30
    write(watched, pictures)
    watched.start()
    watched.call("add", watched.pictures)
    watched.settle()
    eventually(lambda: finder(watched), "a worker is at work", PATIENCE_S)
    os.kill(finder(watched)[0], signal.SIGKILL)
    eventually(lambda: kept(watched), "it goes on with another worker", PATIENCE_S)
    watched.call("pause")
    time.sleep(3)  # the picture that it was at
    watched.kill_daemon()
    before = len(kept(watched))
    assert before < pictures, "it was not held up in the middle"
    watched.start()
    eventually(lambda: "ocr" in watched.call("status"), "it is counted", PATIENCE_S)
    time.sleep(2)
    assert standing(watched)["done"] == before, "done twice, or held up no more"
    watched.call("resume")
    eventually(lambda: len(outcomes(watched)) == pictures, "all are gone through", PATIENCE_S)
    assert standing(watched) == {"source": "ocr:rapidocr", "done": pictures, "total": pictures, "failed": 0}
    assert f"text read {pictures} of {pictures} pictures (rapidocr)" in " ".join(watched.run("status").stdout.split())
    assert kept(watched) == [f"ocr:rapidocr {number(each)}" for each in range(pictures)]
    assert len(watched.call("search", "ocr:0117")["hits"]) == 1


def test_a_picture_that_ends_its_worker_is_counted_as_failed_and_the_others_are_read(watched: RunningVault) -> None:
    write(watched, 3)
    poison(watched.pictures / "poison.png", "words")
    watched.start()
    watched.call("add", watched.pictures)
    watched.settle()
    eventually(lambda: len(outcomes(watched)) == 4, "all are gone through", PATIENCE_S)
    assert outcomes(watched) == ["failed", "told", "told", "told"]
    assert kept(watched) == [f"ocr:rapidocr {number(each)}" for each in range(3)]
    status = watched.call("status")
    assert (status["ocr"]["failed"], status["failed"]) == (1, 0), "the picture itself can be searched"


def test_a_picture_that_ends_the_program_each_time_does_so_a_few_times_only(watched: RunningVault) -> None:
    poison(watched.pictures / "poison.png", "words and all")
    watched.start()
    watched.call("add", watched.pictures)
    for _ in range(DEATHS):
        assert watched.daemon is not None
        watched.daemon.wait(PATIENCE_S)
        watched.start()
    eventually(lambda: outcomes(watched) == ["failed"], "it is tried no more", PATIENCE_S)
    status = watched.call("status")
    assert (status["ocr"]["failed"], status["failed"], status["images"]) == (1, 0, 1)
    assert finder(watched) == []
