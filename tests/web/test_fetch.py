"""Pictures from elsewhere over HTTP: told of, looked at now, paused and taken away, without what may be a key in an
address."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.elsewhere import Elsewhere, Post
from support.vault import RunningVault, eventually
from support.web import Web
from vaultweb.addresses import shown

SECRET = "0123456789abcdef"


@pytest.fixture(scope="module")
def site() -> Iterator[Elsewhere]:
    with Elsewhere() as running:
        running.fill(2)
        running.posts.append(Post("lost.jpg", b"", source=f"{running.url}/pictures/gone.jpg?signature={SECRET}"))
        yield running


@pytest.fixture(scope="module")
def demo_vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    """In place of the one with the demo library: these tests need no more pictures than they fetch."""
    with RunningVault(Path(tempfile.mkdtemp(prefix="w", dir=tmp_path_factory.getbasetemp().parent))) as vault:
        vault.environ |= {"VVAULT_FETCH_DELAY_MS": "0", "VVAULT_FETCH_KEEP_FREE_MB": "0"}
        vault.start()
        vault.call("add", vault.pictures)
        yield vault


@pytest.fixture(scope="module")
def subscription(demo_vault: RunningVault, site: Elsewhere) -> str:
    """The number of one that is looked at only when asked."""
    added = demo_vault.call(
        "fetch", "add", f"{site.url}/feed.xml?key={SECRET}&tag=boat#{SECRET}", "--every", "never", "--tag", "boats"
    )
    return str(added["subscription"])


def test_a_subscription_is_looked_at_when_a_page_asks_and_its_log_tells_how_it_went(
    web: Web, site: Elsewhere, subscription: str
) -> None:
    log = f"/api/fetch/{subscription}/log"
    before = len(web.get(log).json["runs"])
    asked = web.ask("POST", f"/api/fetch/{subscription}/run")
    assert (asked.status, asked.json) == (202, {"runs": []})
    eventually(lambda: len(web.get(log).json["runs"]) > before and web.get(log).json["runs"][0]["ended"], "run")
    (run,) = web.get(f"{log}?limit=1").json["runs"]
    assert (run["outcome"], run["failed"], run["fetched"] + run["known"]) == ("done", 1, 2)
    (told,) = web.get("/api/fetch").json["subscriptions"]
    assert (told["id"], told["site"], told["state"]) == (subscription, site.url.removeprefix("http://"), "asked")
    assert (told["pictures"], told["gone"], told["tag"], told["next"]) == (2, 0, "boats", None)
    assert told["last"] == run["began"]


def test_a_page_is_told_no_key_that_stands_in_an_address(web: Web, site: Elsewhere, subscription: str) -> None:
    told, log = web.get("/api/fetch"), web.get(f"/api/fetch/{subscription}/log")
    assert told.json["subscriptions"][0]["url"] == f"{site.url}/feed.xml?key=…&tag=boat"
    assert log.json["runs"][0]["failures"][0]["item"] == f"{site.url}/pictures/gone.jpg?signature=…"
    assert SECRET not in told.body.decode() + log.body.decode()


def test_a_subscription_is_paused_and_goes_on_over_http_and_each_is_taken_back_as_one_action(
    web: Web, subscription: str
) -> None:
    """It is one that runs only when asked for, so nothing else changes its state."""
    for does, state, other in (("pause", "paused", "asked"), ("resume", "asked", "paused")):
        done = web.ask("POST", f"/api/fetch/{subscription}/{does}")
        assert (done.status, done.json["changed"], state_of(web, subscription)) == (200, 1, state)
        assert web.ask("POST", f"/api/fetch/{subscription}/{does}").json["action"] is None
        assert web.post("/api/undo", {"id": done.json["action"]}).status == 200
        assert state_of(web, subscription) == other
        web.ask("POST", f"/api/fetch/{subscription}/{does}")


def test_a_subscription_is_taken_away_over_http_and_undo_brings_it_back(web: Web, subscription: str) -> None:
    removed = web.ask("DELETE", f"/api/fetch/{subscription}")
    assert (removed.status, removed.json["changed"]) == (200, 1)
    assert state_of(web, subscription) == ""
    assert web.ask("DELETE", f"/api/fetch/{subscription}").status == 404
    assert web.post("/api/undo", {"id": removed.json["action"]}).status == 200
    assert state_of(web, subscription) == "asked"


def state_of(web: Web, subscription: str) -> str:
    """Empty if there is no such subscription."""
    known = {one["id"]: one["state"] for one in web.get("/api/fetch").json["subscriptions"]}
    return str(known.get(subscription, ""))


def test_a_subscription_that_is_none_is_a_problem(web: Web) -> None:
    asked = [("GET", "/log"), ("POST", "/run"), ("POST", "/pause"), ("POST", "/resume"), ("DELETE", "")]
    for method, path in asked:
        answer = web.ask(method, f"/api/fetch/9999{path}")
        assert (answer.status, answer.json["code"]) == (404, 1002)
        assert answer.headers["content-type"] == "application/problem+json"
        assert web.ask(method, f"/api/fetch/x{path}").status == 422
        assert web.ask(method, f"/api/fetch/..%2f1{path}").status == 404


def test_nothing_is_subscribed_to_over_http(web: Web, site: Elsewhere, subscription: str) -> None:
    assert web.post("/api/fetch", {"url": f"{site.url}/feed.atom"}).status == 405
    assert web.post(f"/api/fetch/{subscription}", {"url": f"{site.url}/feed.atom"}).status == 405


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("https://me:secret@example.org/a", "https://example.org/a"),
        ("sftp://me@example.org:22/a", "sftp://example.org:22/a"),
        ("moebooru:https://example.org/post?tags=cats+dogs&login=me", "moebooru:https://example.org/post?tags=cats+dogs&login=…"),
        ("https://example.org/a?0123&TOKEN=x=y&&q=red#key", "https://example.org/a?…&TOKEN=…&…&q=red"),
        ("no answer from <https://u:p@[::1]:80/x?k=v>, twice", "no answer from <https://[::1]:80/x?k=…>, twice"),
        ("https://[::1/x?key=v", "https://…"),
        ("DCIM/2024/a.jpg 17-4000", "DCIM/2024/a.jpg 17-4000"),
    ],
)  # fmt: skip
def test_an_address_is_shown_without_user_fragment_and_unknown_values(written: str, expected: str) -> None:
    assert shown(written) == expected
