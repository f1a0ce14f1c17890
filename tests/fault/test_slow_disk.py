"""The catalog on a disk that takes its time for every sync, or fails: nothing is lost, and searches go on."""

from __future__ import annotations

import errno
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.ingesting import draw
from support.slow_disk import SlowDisk
from support.tinypack import write_pack
from support.vault import RunningVault
from vaultipc.blocking import Client
from vaultipc.errors import Refused
from vaultipc.messages import Check

pytestmark = [pytest.mark.timeout(120), pytest.mark.expects_log("at present", "index failed", "cannot be written")]

SYNC_S = 0.06
"""Several times what an old hard disk needs."""
PICTURES = 4
PEOPLE, TAGS_EACH = 2, 2
SEARCH_S = 0.5
"""A search in the middle; the slowest waits for the commits that were asked for before it."""


@pytest.fixture(scope="module")
def disk() -> Iterator[SlowDisk]:
    try:
        slow = SlowDisk(SYNC_S)
    except OSError as error:
        pytest.skip(f"no disk can be made slow here: {error}")
    with slow:
        yield slow


@pytest.fixture(scope="module")
def vault(disk: SlowDisk) -> Iterator[RunningVault]:
    """A vault on that disk, that has begun to read a few pictures."""
    with RunningVault(Path(tempfile.mkdtemp(prefix="d"))) as running:
        write_pack(running.data / "models" / "tiny", "tiny")
        running.environ |= {"VVAULT_MODEL_NAME": "tiny", "VVAULT_INGEST_WORKERS": "1"}
        for number in range(PICTURES):
            draw(running.pictures / f"{number}.png", f"rgb({50 * number}, 90, 200)")
        disk.within(running.start)
        yield running


@pytest.fixture
def client(vault: RunningVault) -> Iterator[Client]:
    with Client(vault.socket, timeout=60) as asking:
        asking.call("add", {"paths": [str(vault.pictures)]})
        yield asking


def test_on_a_slow_disk_everything_is_done_and_searches_go_on(
    disk: SlowDisk, vault: RunningVault, client: Client
) -> None:
    done = threading.Event()
    with ThreadPoolExecutor(PEOPLE + 1) as people:
        searching = people.submit(searched, vault, done)
        try:
            client.call("wait")
            tagging = [people.submit(tagged, vault, f"person {number}") for number in range(PEOPLE)]
            assert client.call("wait", {"timeout": 60.0}).pending == 0, "what others say meanwhile is no matter"
            for one in tagging:
                one.result()
        finally:
            done.set()
        took = searching.result()
    print(f"{disk.syncs} syncs; {len(took)} searches, in {statistics.median(took):.3f} s, {max(took):.3f} s at most")
    assert disk.syncs > 20, "nothing was slow"
    assert statistics.median(took) < SEARCH_S
    assert client.call("status").images == PICTURES
    assert {tag.count for tag in client.call("tags").tags} == {PICTURES}
    assert len(client.call("log").actions) == PEOPLE * TAGS_EACH
    assert failed_checks(client) == []


def test_a_disk_that_fails_is_named_and_what_was_answered_stays(
    disk: SlowDisk, vault: RunningVault, client: Client
) -> None:
    disk.seconds = 0.0
    client.call("wait")
    images = [hit.id for hit in client.call("search", {"query": "width:>0"}).hits]
    before = {tag.name for tag in client.call("tags").tags}
    client.call("tag", {"tag": "before", "images": images})
    disk.error = errno.EIO
    for tag in ("meanwhile", "again"):
        with pytest.raises(Refused, match=str(vault.data)):
            client.call("tag", {"tag": tag, "images": images})
    with pytest.raises(Refused, match=str(vault.data)):
        client.call("backup")
    assert client.call("search", {"query": "tag:before"}).total == PICTURES
    disk.error = 0
    client.call("tag", {"tag": "after", "images": images})
    client.call("wait")
    assert {tag.name for tag in client.call("tags").tags} - before == {"before", "after"}
    assert failed_checks(client) == []


def failed_checks(client: Client) -> list[Check]:
    checks: list[Check] = client.call("doctor", {"deep": True}).checks
    return [check for check in checks if check.state == "fail"]


def searched(vault: RunningVault, done: threading.Event) -> list[float]:
    """Seconds that each search took, until it is done; each is another question."""
    took: list[float] = []
    with Client(vault.socket, timeout=30) as client:
        while not done.wait(0.1):
            began = time.monotonic()
            client.call("search", {"query": f"red {len(took)}"})
            took.append(time.monotonic() - began)
    return took


def tagged(vault: RunningVault, name: str) -> None:
    with Client(vault.socket, timeout=30) as client:
        images = [hit.id for hit in client.call("search", {"query": "width:>0"}).hits]
        for number in range(TAGS_EACH):
            client.call("tag", {"tag": f"{name}, {number}", "images": images})
