"""Subscriptions in a whole vault, with the real gallery-dl, on a site of the loopback."""

from __future__ import annotations

import sysconfig
import time
from bisect import bisect
from collections import deque
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest

from support.elsewhere import Elsewhere, Post, Trouble, counted, picture
from support.vault import RunningVault, eventually
from vaultd.demo.library import write
from vaultd.service.remains import DATA

PATIENCE_S = 200.0

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        not (Path(sysconfig.get_path("scripts")) / "gallery-dl").exists(), reason="gallery-dl is not installed"
    ),
]


@pytest.fixture
def site() -> Iterator[Elsewhere]:
    with Elsewhere() as running:
        yield running


@pytest.fixture
def polite(vault: RunningVault) -> RunningVault:
    """A vault that does not wait between requests, as nobody is bothered."""
    vault.environ |= {"VVAULT_FETCH_DELAY_MS": "0", "VVAULT_FETCH_KEEP_FREE_MB": "0", "VVAULT_FETCH_TIMEOUT_S": "20"}
    vault.start()
    vault.call("add", vault.pictures)
    return vault


def folder(vault: RunningVault, site: Elsewhere) -> Path:
    return vault.pictures / "Fetched" / f"127.0.0.1_{site.port}"


def fetched(vault: RunningVault, site: Elsewhere) -> list[bytes]:
    """The bytes of every file that came, and nothing else may lie there."""
    return sorted(path.read_bytes() for path in folder(vault, site).rglob("*") if path.is_file())


def looked(vault: RunningVault, *flags: str) -> dict[str, object]:
    """What a run comes to that is asked for now."""
    (run,) = vault.call("fetch", "run", "1", "--wait", *flags, timeout=PATIENCE_S)["runs"]
    return dict(run)


def names(vault: RunningVault, query: str) -> list[str]:
    """The titles of what is found."""
    hits = vault.call("search", query)["hits"]
    texts = [vault.call("image", hit["id"])["texts"] for hit in hits]
    return sorted(
        one["text"] for image in texts for one in image if (one["kind"], one["source"]) == ("title", "provider")
    )


def test_a_gallery_is_subscribed_to_fetched_found_updated_and_marked_where_it_is_gone(
    polite: RunningVault, site: Elsewhere, tmp_path: Path
) -> None:
    vault = polite
    write(tmp_path / "demo", count=4)
    bodies = [path.read_bytes() for path in sorted((tmp_path / "demo").rglob("*.JPG"))][:2]
    site.posts = [
        Post(f"{number}.jpg", body, f"No. {number}", ("Anna", "Bert")[number]) for number, body in enumerate(bodies)
    ]
    site.fill(1, first=7)
    added = vault.call("fetch", "add", site.gallery, "--every", "never", "--tag", "inspiration")
    assert (added["provider"], added["subscription"]) == ("gallery", "1")
    assert looked(vault)["fetched"] == 3
    assert fetched(vault, site) == sorted([*bodies, picture(7)])
    vault.settle()
    assert names(vault, "artist:Bert") == ["No. 1"]
    seen = vault.call("search", "a photograph source:provider", "--only", "meaning", "--level", "all")["hits"]
    assert len([hit for hit in seen if hit["score"] is not None]) == 3
    assert names(vault, "source:provider tag:boat tag:inspiration") == ["No. 0", "No. 1", "No. 7"]
    site.posts = site.posts[1:]
    site.fill(1, first=8)
    run = looked(vault, "--whole")
    assert (run["fetched"], run["known"], run["outcome"], run["whole"]) == (1, 2, "done", True)
    vault.settle()
    assert names(vault, "tag:fetched/gone") == ["No. 7"]
    assert len(fetched(vault, site)) == 4
    (told,) = vault.call("fetch", "list")["subscriptions"]
    assert (told["pictures"], told["gone"], told["state"], told["tag"]) == (4, 1, "asked", "inspiration")
    assert {path.name for path in vault.data.iterdir()} <= set(DATA), "what a purge deletes"


@pytest.mark.long
def test_a_subscription_is_paused_removed_and_brought_back_and_what_it_brought_stays(
    polite: RunningVault, site: Elsewhere
) -> None:
    vault = polite
    site.fill(2)
    vault.call("fetch", "add", f"{site.url}/feed.json", "--every", "1d")
    eventually(lambda: len(fetched(vault, site)) == 2, "it is looked at by itself", PATIENCE_S)
    vault.call("fetch", "pause", "1")
    assert [one["state"] for one in vault.call("fetch", "list")["subscriptions"]] == ["paused"]
    vault.call("fetch", "remove", "1")
    assert vault.call("fetch", "list")["subscriptions"] == []
    vault.call("undo")
    vault.call("undo")
    vault.stop()
    vault.start()
    (told,) = vault.call("fetch", "list")["subscriptions"]
    assert (told["state"], told["pictures"], told["every"]) == ("waiting", 2, "1d")
    asked = len(site.asked)
    vault.call("fetch", "add", "https://me:hush@example.org/feed.xml", expect=4)
    assert len(site.asked) == asked
    vault.stop()
    vault.environ["VVAULT_NETWORK_ENABLED"] = "false"
    vault.start()
    vault.call("fetch", "run", expect=4)
    assert [one["state"] for one in vault.call("fetch", "list")["subscriptions"]] == ["off"]
    assert len(site.asked) == asked


def test_a_daemon_that_is_killed_in_the_middle_goes_on_and_no_picture_is_half_or_there_twice(
    polite: RunningVault, site: Elsewhere
) -> None:
    vault = polite
    site.fill(12)
    site.pace_s = 0.3
    vault.call("fetch", "add", site.gallery, "--every", "1d")
    eventually(lambda: len(fetched(vault, site)) >= 3, "some are there", PATIENCE_S)
    vault.kill_daemon()
    asked = len(site.asked)
    time.sleep(1.5)
    assert len(site.asked) <= asked + 1, "nothing goes on fetching for a dead daemon"
    vault.start()
    eventually(lambda: vault.call("fetch", "log")["runs"][0]["outcome"] == "done", "it went on", PATIENCE_S)
    assert fetched(vault, site) == sorted(picture(number) for number in range(12))
    assert [run["outcome"] for run in vault.call("fetch", "log")["runs"]] == ["done", "cut"]


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_thousand_pictures_come_whole_and_every_limit_is_held_on_the_way(
    vault: RunningVault, site: Elsewhere
) -> None:
    delay_s = 0.1
    vault.environ |= {"VVAULT_FETCH_DELAY_MS": f"{1000 * delay_s:g}", "VVAULT_FETCH_DAILY": "1000"}
    vault.start()
    vault.call("add", vault.pictures)
    site.fill(1000)
    site.most_a_second = 12  # whoever asks more often is refused
    refused = [f"/pictures/{number}.jpg" for number in range(50, 1000, 100)]
    site.trouble = {path: deque([Trouble(429)]) for path in refused}
    vault.call("fetch", "add", site.gallery, "--every", "never", "--limit", "400")
    began, runs = time.monotonic(), []
    for _ in range(3):
        runs += vault.call("fetch", "run", "1", "--wait", timeout=1800)["runs"]
    print(f"{1000 / (time.monotonic() - began):.2f} pictures/s")
    assert [(run["outcome"], run["fetched"], run["failed"]) for run in runs] == [
        ("capped", 400, 0),
        ("capped", 400, 0),
        ("capped", 200, 0),
    ]
    assert fetched(vault, site) == sorted(picture(number) for number in range(1000))
    asked = [one for one in site.asked if one.path.startswith("/pictures/")]
    pauses = [(later.at - one.at, one.path) for one, later in pairwise(asked)]
    assert min(pause for pause, _ in pauses) >= 0.95 * delay_s
    patient = [pause for pause, path in pauses if path in refused and counted(site)[path] == 2]
    assert sum(pause >= 30 * delay_s for pause in patient) == len(refused), "each refusal is followed by a longer pause"
    moments = [one.at for one in site.asked]
    assert max(bisect(moments, at + 1) - number for number, at in enumerate(moments)) <= site.most_a_second
    vault.settle(600)
    assert vault.call("search", "source:provider", "--limit", "1")["total"] == 1000
    site.fill(1, first=1000)
    before = len(site.asked)
    (run,) = vault.call("fetch", "run", "1", "--wait", timeout=600)["runs"]
    assert (run["fetched"], run["outcome"]) == (0, "capped")
    assert "fetch.daily" in run["problem"]
    assert len(site.asked) == before, "enough for today"
