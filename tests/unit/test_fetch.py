"""Subscriptions without the network: addresses, times, and what the catalog keeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.catalog_rows import gesture, image, opened
from vaultd.catalog import fetched, subscriptions, undo
from vaultd.catalog.fetched import Item
from vaultd.catalog.store import Catalog
from vaultd.catalog.subscriptions import Run, Subscription
from vaultd.domain.provided import Provided
from vaultd.fetch import schedule, sites
from vaultd.fetch.child.sniffing import tidy
from vaultd.fetch.child.telling import told
from vaultipc.errors import Conflict, Refused

HOUR = 3_600_000
ONE = Subscription(1, "https://example.org/feed.xml", "example.org", "feed", 86_400, 0, "", None, 0, 1000)


def run(**changed: object) -> Run:
    plain = Run(1, 1, "example.org", 10 * HOUR, 11 * HOUR, "done", 0, 0, 0, 0, 0, "", None)
    return plain._replace(**changed)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "provider", "site", "spoken"),
    [
        ("https://www.Example.org/feed.xml", "feed", "example.org", "https://www.Example.org/feed.xml"),
        ("https://example.org:8443/a?b=c#d", "gallery", "example.org:8443", "https://example.org:8443/a?b=c"),
        ("generic:http://example.org/a", "gallery", "example.org", "generic:http://example.org/a"),
        ("davs://cloud.example.org/dav", "webdav", "cloud.example.org", "https://cloud.example.org/dav"),
        ("sftp://me@host:2222/~/p", "sftp", "host:2222", "sftp://me@host:2222/~/p"),
    ],
)
def test_an_address_says_who_fetches_it(url: str, provider: str, site: str, spoken: str) -> None:
    assert sites.target(url) == (spoken, provider, site)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "https://me:secret@example.org/", "https://me@example.org/", "example.org", "3", "https://",
        "r:file:///etc/passwd", "https://exa mple.org", "ftp://example.org", "https://example.org:99999/",
        "https://example.org/" + "x" * 2000,
    ],
)  # fmt: skip
def test_an_address_that_must_not_be_fetched_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(Refused) as caught:
        sites.target(url)
    assert "secret" not in caught.value.message + caught.value.hint


def test_how_often_is_read_and_written() -> None:
    for text in ("10min", "12h", "1d", "2w", "never"):
        assert sites.spelled(sites.every_s(text)) == text
    for text in ("1s", "5min", "often", "", "-1d", "999999w"):
        with pytest.raises(Refused):
            sites.every_s(text)


def test_a_run_is_due_at_once_then_when_its_time_has_come_and_once_for_all_that_were_missed() -> None:
    assert schedule.due_at(ONE, None) == ONE.created_at
    assert schedule.due_at(ONE, run()) == 10 * HOUR + 24 * HOUR
    assert schedule.due_at(ONE, run(outcome="cut")) == 10 * HOUR
    assert schedule.due_at(ONE, run(outcome="failed", retry_at=12 * HOUR)) == 12 * HOUR
    assert schedule.due_at(ONE._replace(paused=1), None) is None
    assert schedule.due_at(ONE._replace(every_s=0), None) is None


def test_failures_are_followed_by_longer_and_longer_pauses_and_by_what_the_site_wishes() -> None:
    pauses = [schedule.retry_at(0, failing, None, 0.0) for failing in range(1, 12)]
    assert pauses[0] == 10 * 60_000
    assert pauses == sorted(pauses)
    assert pauses[-1] == 24 * HOUR
    assert schedule.retry_at(0, 1, 7200.0, 0.0) == 2 * HOUR


def test_everything_is_looked_at_first_and_then_once_a_week() -> None:
    whole = run(whole=1)
    assert schedule.is_whole_due([], 0)
    assert not schedule.is_whole_due([run(), whole], 11 * HOUR)
    assert schedule.is_whole_due([run(), whole], 10 * HOUR + 7 * 24 * HOUR)


def said(catalog: Catalog, number: int) -> tuple[dict[str, str], set[str]]:
    with catalog.read() as sql:
        texts = sql.execute("SELECT kind, text FROM texts WHERE image = ? AND source = 'provider'", (number,))
        words = dict(texts.fetchall())
        tags = sql.execute(
            "SELECT name FROM image_tags JOIN tags ON tags.id = tag WHERE image = ? AND source = 'provider'"
            " AND state = 'active'",
            (number,),
        )
        return words, {name for (name,) in tags}


def content_of(catalog: Catalog, number: int) -> bytes:
    with catalog.read() as sql:
        return bytes(sql.execute("SELECT hash FROM images WHERE id = ?", (number,)).fetchone()[0])


def test_what_a_place_tells_belongs_to_the_content_and_is_marked_when_it_is_gone(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            number = image(tx, "a.jpg")
        content = content_of(catalog, number)
        tale = Provided(
            title="Boat", artist="Anna", page="https://x/1", tags=("sea", "a/b"), date="2020-05-06T07:08:09Z"
        )
        with catalog.write() as tx:
            assert fetched.put(tx, 1, None, Item("one", content, tale))
            assert not fetched.put(tx, 1, None, Item("one", content, tale))
        assert said(catalog, number) == (
            {"title": "Boat", "creator": "Anna", "page": "https://x/1"},
            {"sea", "a-b"},
        )
        with catalog.write() as tx:
            assert fetched.seen(tx, 1, [], whole=False) == 0
            assert fetched.seen(tx, 1, [], whole=True) == 1
        assert "gone" in said(catalog, number)[1]
        with catalog.write() as tx:
            fetched.seen(tx, 1, ["one"], whole=False)
        assert "gone" not in said(catalog, number)[1]
        with catalog.read() as sql:
            assert sql.execute("SELECT taken_at FROM images WHERE id = ?", (number,)).fetchone()[0]


def test_a_tag_that_was_taken_off_does_not_come_back_with_the_next_look(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        with catalog.write() as tx:
            number = image(tx, "a.jpg")
        item = Item("one", content_of(catalog, number), Provided(tags=("sea",)))
        with catalog.write() as tx:
            fetched.put(tx, 1, None, item)
            tx.sql.execute("UPDATE image_tags SET state = 'rejected' WHERE source = 'provider'")
            fetched.put(tx, 1, None, item)
        assert said(catalog, number)[1] == set()


def test_subscribing_and_removing_can_be_undone_and_the_number_stays(tmp_path: Path) -> None:
    with opened(tmp_path) as catalog:
        with gesture(catalog) as action:
            made = subscriptions.put(action, ONE, "inspiration")
        with pytest.raises(Conflict), gesture(catalog) as action:
            subscriptions.put(action, ONE, "")
        with gesture(catalog) as action:
            action.delete("subscriptions", {"id": made.id})
        for left in ([made], []):
            with catalog.write() as tx:
                undo.undo(tx, undo.newest(tx.sql, 1), "test")
            with catalog.read() as sql:
                assert subscriptions.listing(sql) == left


def test_the_many_names_of_sites_mean_the_same_things() -> None:
    assert told({
        "tag_string": "blue_sky boat", "account": {"display_name": "Anna", "username": "a"},
        "content": "<p>Hi <b>you</b></p>", "created_at": "2020-01-02 03:04:05", "rating": "e",
        "vault_url": "https://x/y.jpg", "license": "CC0",
    }) == Provided(
        artist="Anna", page="https://x/y.jpg", date="2020-01-02T03:04:05", audience="explicit", licence="CC0",
        description="Hi you", tags=("blue sky", "boat"),
    )  # fmt: skip
    assert told({"tags_artist": "jo_maler anna_k"}).artist == "jo maler; anna k"
    assert told({"title": 3, "tags": [1, None, {"name": "x"}], "author": None, "nsfw": True}) == Provided(
        audience="explicit", tags=("x",)
    )


@pytest.mark.parametrize(
    ("name", "tame"),
    [("../../x.jpg", "x.jpg"), ("..\\x.jpg", "x.jpg"), (".hidden.jpg", "hidden.jpg"), ("a\n\tb\0.jpg", "a b .jpg"),
     ("", "picture"), ("...", "picture"), ("x" * 500 + ".jpg", "x" * 180 + ".jpg"), ("a\u202egpj.exe", "a gpj.exe")],
)  # fmt: skip
def test_a_name_from_outside_is_one_harmless_component(name: str, tame: str) -> None:
    assert tidy(name) == tame
