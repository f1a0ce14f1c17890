"""When subscriptions run: the service with a clock of the test's, and a process that has nothing to fetch."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import trio

from support.catalog_rows import gesture, opened
from vaultd.catalog import subscriptions
from vaultd.catalog.store import Catalog, now_ms
from vaultd.catalog.subscriptions import Run, Subscription
from vaultd.config import load
from vaultd.fetch import process
from vaultd.fetch.keeping import Ground
from vaultd.fetch.service import Fetcher
from vaultd.ingest.watched import Watched
from vaultipc.errors import Refused

DAY = 86_400_000
CHILD = """
import sys, time
sys.stdin.readline()
time.sleep({pause})
print('{{"type":"Ended","outcome":"{outcome}","problem":"{problem}"}}', flush=True)
"""


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with opened(tmp_path) as made:
        yield made


class Clock:
    """Milliseconds since 1970: when the test began, and later as it says."""

    def __init__(self) -> None:
        self.moment = now_ms() + 1000

    def __call__(self) -> int:
        return self.moment


def child(
    monkeypatch: pytest.MonkeyPatch, outcome: str = "done", pause: float = 0.0, problem: str = "so it is"
) -> None:
    script = CHILD.format(outcome=outcome, pause=pause, problem=problem)
    monkeypatch.setattr(process, "CHILD", [sys.executable, "-S", "-c", script])


def fetcher(catalog: Catalog, folder: Path, clock: Clock, **environ: str) -> Fetcher:
    config = load(None, {"HOME": str(folder), **environ})
    return Fetcher(catalog, config, Ground(no_roots, cast(Any, None)), clock)


def no_roots() -> Watched:
    raise Refused("there is no folder")


def subscribed(catalog: Catalog, url: str, site: str = "example.org") -> Subscription:
    with gesture(catalog) as action:
        return subscriptions.put(action, Subscription(0, url, site, "feed", 86_400, 0, "", None, 0, 0), "")


def runs(catalog: Catalog) -> list[Run]:
    with catalog.read() as sql:
        return subscriptions.runs(sql, None, 50)


async def ended(catalog: Catalog, count: int) -> None:
    """Waits until so many runs are over, and looks whether one more begins."""
    with trio.fail_after(60):
        while sum(run.ended_at is not None for run in runs(catalog)) < count:
            await trio.sleep(0.02)
    await trio.sleep(0.1)
    assert len(runs(catalog)) == count


async def test_what_was_missed_runs_once_and_then_when_it_is_due(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch)
    clock = Clock()
    subscribed(catalog, "https://example.org/feed.xml")
    for expected in (1, 2):
        async with trio.open_nursery() as nursery:
            await nursery.start(fetcher(catalog, tmp_path, clock).serve)
            await ended(catalog, expected)
            nursery.cancel_scope.cancel()
        clock.moment += 9 * DAY
    assert {run.outcome for run in runs(catalog)} == {"done"}


async def test_a_failure_is_told_and_tried_again_later(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, "failed")
    clock = Clock()
    subscribed(catalog, "https://example.org/feed.xml")
    async with trio.open_nursery() as nursery:
        await nursery.start(fetcher(catalog, tmp_path, clock).serve)
        await ended(catalog, 1)
        nursery.cancel_scope.cancel()
    (run,) = runs(catalog)
    assert (run.outcome, run.problem) == ("failed", "so it is")
    assert run.retry_at is not None
    assert clock.moment + 600_000 <= run.retry_at <= clock.moment + 720_000


async def test_a_site_is_asked_by_one_run_at_a_time_and_two_sites_at_once(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, pause=0.3)
    for number, site in enumerate(("a", "a", "b", "c")):
        subscribed(catalog, f"https://{site}/{number}", site)
    most: list[list[str]] = []
    async with trio.open_nursery() as nursery:
        await nursery.start(fetcher(catalog, tmp_path, Clock()).serve)
        with trio.fail_after(60):
            while sum(run.outcome == "done" for run in runs(catalog)) < 4:
                most.append(sorted(run.site for run in runs(catalog) if run.outcome == "running"))
                await trio.sleep(0.02)
        nursery.cancel_scope.cancel()
    assert all(len(sites) == len(set(sites)) <= 2 for sites in most)


async def test_a_site_that_asks_for_patience_is_left_alone_by_all_its_subscriptions(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch, "failed", problem="the site asks for patience (429)")
    for number, site in enumerate(("a", "a", "b")):
        subscribed(catalog, f"https://{site}/{number}", site)
    clock = Clock()
    async with trio.open_nursery() as nursery:
        await nursery.start(fetcher(catalog, tmp_path, clock).serve)
        await ended(catalog, 2)
        nursery.cancel_scope.cancel()
    assert sorted(run.site for run in runs(catalog)) == ["a", "b"]


async def test_a_run_of_a_daemon_that_was_killed_is_noted_as_cut_and_made_up_for(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch)
    clock = Clock()
    one = subscribed(catalog, "https://example.org/feed.xml")
    with catalog.write() as tx:
        subscriptions.begin(tx, one, clock() - 1000)
    async with trio.open_nursery() as nursery:
        await nursery.start(fetcher(catalog, tmp_path, clock).serve)
        await ended(catalog, 2)
        nursery.cancel_scope.cancel()
    assert [run.outcome for run in runs(catalog)] == ["done", "cut"]


async def test_where_the_daemon_has_no_network_and_no_systemd_to_start_one_that_has_the_run_says_so(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch)
    monkeypatch.setattr(process, "_may_reach_the_network", lambda: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    subscribed(catalog, "https://example.org/feed.xml")
    async with trio.open_nursery() as nursery:
        await nursery.start(fetcher(catalog, tmp_path, Clock()).serve)
        await ended(catalog, 1)
        nursery.cancel_scope.cancel()
    (run,) = runs(catalog)
    assert run.outcome == "failed"
    assert "no systemd-run" in run.problem


async def test_systemd_starts_what_fetches_where_the_daemon_has_no_network(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch)
    manager = tmp_path / "systemd-run"
    manager.write_text(
        f'#!/bin/sh\necho "$@" >{tmp_path}/asked\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n'
    )
    manager.chmod(0o755)
    monkeypatch.setattr(process, "_may_reach_the_network", lambda: False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("VVAULT_SECRET", "hush")
    subscribed(catalog, "https://example.org/feed.xml")
    async with trio.open_nursery() as nursery:
        await nursery.start(fetcher(catalog, tmp_path, Clock()).serve)
        await ended(catalog, 1)
        nursery.cancel_scope.cancel()
    assert [run.outcome for run in runs(catalog)] == ["done"]
    asked = (tmp_path / "asked").read_text()
    assert asked.startswith("--user --pipe --wait ")
    assert "--setenv=PATH" in asked
    assert "hush" not in asked


async def test_where_the_network_is_forbidden_nothing_runs_even_if_it_is_asked_for(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child(monkeypatch)
    one = subscribed(catalog, "https://example.org/feed.xml")
    forbidden = fetcher(catalog, tmp_path, Clock(), VVAULT_NETWORK_ENABLED="false")
    async with trio.open_nursery() as nursery:
        await nursery.start(forbidden.serve)
        with pytest.raises(Refused, match=r"network\.enabled"):
            forbidden.ask(one, whole=False)
        await trio.sleep(0.2)
        nursery.cancel_scope.cancel()
    assert runs(catalog) == []
