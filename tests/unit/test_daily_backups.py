"""Backups that make themselves, in a running daemon."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trio

from support.catalog_rows import gesture, image, opened
from vaultd.catalog import tags
from vaultd.catalog.backups import shelf, writing
from vaultd.catalog.store import Catalog
from vaultd.safekeeping import daily
from vaultd.safekeeping.daily import Backups
from vaultipc.errors import Conflict


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened(tmp_path) as made:
        with made.write() as tx:
            for number in range(300):
                image(tx, f"{number}.jpg")
        yield made


def tag(catalog: Catalog) -> None:
    with gesture(catalog) as action:
        tags.apply(action, tags.create(action, "x"), [1])


def kinds(backups: Backups) -> list[str]:
    return sorted(backup.kind for backup in backups.shelf.all())


def later(monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """Sets the clock that backups are dated by."""
    monkeypatch.setattr(daily, "now", lambda: datetime.now(UTC) + timedelta(days=days))


def test_the_first_look_makes_both_and_the_next_none(catalog: Catalog) -> None:
    backups = Backups(catalog.path)
    trio.run(backups.make_due)
    trio.run(backups.make_due)
    assert kinds(backups) == ["daily", "full"]
    assert backups.problem == ""


def test_a_day_later_there_is_one_more_if_anything_was_said(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    backups = Backups(catalog.path)
    trio.run(backups.make_due)
    later(monkeypatch, 1.1)
    trio.run(backups.make_due)
    assert kinds(backups) == ["daily", "full"]
    tag(catalog)
    trio.run(backups.make_due)
    assert kinds(backups) == ["daily", "daily", "full"]


def test_the_service_looks_by_itself_and_ends_at_once(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(daily, "FIRST_S", 0.0)
    backups = Backups(catalog.path)

    async def life() -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(backups.serve)
            while kinds(backups) != ["daily", "full"]:
                await trio.sleep(0.01)
            nursery.cancel_scope.cancel()

    trio.run(life)


def test_a_backup_under_way_is_given_up_when_the_daemon_ends(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_STEPS", 10)
    backups = Backups(catalog.path)

    async def life() -> None:
        with trio.CancelScope() as scope:
            scope.cancel()
            await backups.make_due()
        assert scope.cancelled_caught

    trio.run(life)
    assert list(backups.shelf.folder.glob("*")) == []


@pytest.mark.expects_log("no room")
def test_without_room_it_is_told_and_what_there_is_stays(catalog: Catalog, monkeypatch: pytest.MonkeyPatch) -> None:
    backups = Backups(catalog.path)
    trio.run(backups.make_due)
    before = backups.shelf.all()
    tag(catalog)
    later(monkeypatch, 8)
    monkeypatch.setattr(writing, "RESERVE_BYTES", 10**15)
    trio.run(backups.make_due)
    assert "has no room" in backups.problem
    assert backups.shelf.all() == before


@pytest.mark.expects_log("is damaged")
def test_damage_does_not_go_into_a_backup_and_no_good_one_goes_for_it(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = Backups(catalog.path)
    trio.run(backups.make_due)
    before = backups.shelf.all()
    tag(catalog)
    catalog.close()
    content = bytearray(catalog.path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 20_000] = b"\xa5" * 20_000
    catalog.path.write_bytes(content)
    later(monkeypatch, 8)
    trio.run(backups.make_due)
    assert "the catalog is damaged" in backups.problem
    assert backups.shelf.all() == before


def test_a_backup_on_request_tells_what_it_holds(catalog: Catalog, tmp_path: Path) -> None:
    tag(catalog)
    backups = Backups(catalog.path)

    async def make() -> daily.Made:
        return await backups.make(tmp_path / "mine.db", full=False)

    made = trio.run(make)
    assert (made.images, made.tags) == (300, 1)
    assert made.size == made.path.stat().st_size
    with closing(sqlite3.connect(made.path)) as sql:
        assert sql.execute("SELECT count(*) FROM image_tags").fetchone() == (1,)
    with pytest.raises(Conflict):
        trio.run(make)
    assert kinds(backups) == []
    assert shelf.KEPT == {"daily": 7, "full": 1}
