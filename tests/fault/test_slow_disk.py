"""The catalog on a disk that takes its time for every sync, or fails: nothing is lost, and searches go on."""

from __future__ import annotations

import errno
import statistics
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from support.ingesting import draw
from support.slow_disk import SlowDisk
from support.tinypack import write_pack
from support.vault import RunningVault
from vaultipc.blocking import Client
from vaultipc.errors import Refused

SYNC_S = 0.1
"""Ten times what an old hard disk needs."""
PICTURES = 4
PEOPLE, TAGS_EACH = 2, 3
SEARCH_S = 0.5
"""A search in the middle; the slowest waits for the commits that were asked for before it."""


@pytest.fixture(params=[SYNC_S])
def disk(request: pytest.FixtureRequest) -> Iterator[SlowDisk]:
    try:
        slow = SlowDisk(request.param)
    except OSError as error:
        pytest.skip(f"no disk can be made slow here: {error}")
    with slow:
        yield slow


@pytest.mark.timeout(120)
def test_on_a_slow_disk_everything_is_done_and_searches_go_on(disk: SlowDisk, vault: RunningVault) -> None:
    begin(vault)
    disk.within(vault.start)
    vault.call("add", vault.pictures)
    done = threading.Event()
    with ThreadPoolExecutor(PEOPLE + 1) as people:
        searching = people.submit(searched, vault, done)
        try:
            vault.settle()
            tagging = [people.submit(tagged, vault, f"person {number}") for number in range(PEOPLE)]
            vault.settle()  # what is on disk is searchable, whatever others say of it meanwhile
            for one in tagging:
                one.result()
        finally:
            done.set()
        took = searching.result()
    print(
        f"{disk.syncs} syncs; {len(took)} searches, median {statistics.median(took):.3f} s, longest {max(took):.3f} s"
    )
    assert disk.syncs > 20, "nothing was slow"
    assert statistics.median(took) < SEARCH_S
    assert vault.call("status")["images"] == PICTURES
    assert {tag["count"] for tag in vault.call("tags")["tags"]} == {PICTURES}
    assert len(vault.call("log")["actions"]) == PEOPLE * TAGS_EACH
    assert [check for check in vault.call("doctor", "--deep")["checks"] if check["state"] == "fail"] == []
    assert vault.stop() == 0


@pytest.mark.timeout(120)
@pytest.mark.expects_log("at present", "index failed", "cannot be written")
@pytest.mark.parametrize("disk", [0.0], indirect=True)
def test_a_disk_that_fails_is_named_and_what_was_answered_stays(disk: SlowDisk, vault: RunningVault) -> None:
    begin(vault)
    disk.within(vault.start)
    vault.call("add", vault.pictures)
    vault.settle()
    with Client(vault.socket, timeout=30) as client:
        images = [hit.id for hit in client.call("search", {"query": "width:>0"}).hits]
        client.call("tag", {"tag": "before", "images": images})
        disk.error = errno.EIO
        for tag in ("meanwhile", "again"):
            with pytest.raises(Refused, match=str(vault.data)):
                client.call("tag", {"tag": tag, "images": images})
        assert client.call("search", {"query": "tag:before"}).total == PICTURES
        disk.error = 0
        client.call("tag", {"tag": "after", "images": images})
    vault.settle()
    assert {tag["name"]: tag["count"] for tag in vault.call("tags")["tags"]} == {"before": PICTURES, "after": PICTURES}
    assert [check for check in vault.call("doctor", "--deep")["checks"] if check["state"] == "fail"] == []


def begin(vault: RunningVault) -> None:
    write_pack(vault.data / "models" / "tiny", "tiny")
    vault.environ |= {"VVAULT_MODEL_NAME": "tiny", "VVAULT_INGEST_WORKERS": "1"}
    for number in range(PICTURES):
        draw(vault.pictures / f"{number}.png", f"rgb({50 * number}, 90, 200)")


def searched(vault: RunningVault, done: threading.Event) -> list[float]:
    """Seconds that each search took, until it is done; each is another question."""
    took: list[float] = []
    with Client(vault.socket, timeout=30) as client:
        while not done.wait(0.02):
            began = time.monotonic()
            client.call("search", {"query": f"red {len(took)}"})
            took.append(time.monotonic() - began)
    return took


def tagged(vault: RunningVault, name: str) -> None:
    with Client(vault.socket, timeout=30) as client:
        images = [hit.id for hit in client.call("search", {"query": "width:>0"}).hits]
        for number in range(TAGS_EACH):
            client.call("tag", {"tag": f"{name}, {number}", "images": images})
