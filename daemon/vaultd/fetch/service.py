"""Fetching as the rest of the daemon sees it: a service that runs what is due, one run at a time for each site."""

from __future__ import annotations

import logging
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import trio

from vaultd.catalog import fetched, subscriptions
from vaultd.catalog.store import Catalog, now_ms
from vaultd.catalog.subscriptions import Run, Subscription
from vaultd.config import Config
from vaultd.fetch import schedule
from vaultd.fetch.keeping import Ground
from vaultd.fetch.order import READY, WORK, Order
from vaultd.fetch.run import Running
from vaultipc.errors import Refused

log = logging.getLogger(__name__)

STAGING = "fetching"
AT_ONCE = 2
"""Sites that are asked at the same time."""
LOOK_S = 600.0
RETRY_S = 60.0
DAY_MS = 86_400_000
AGENT = "visionary-vault (+https://github.com/visionary-vault/visionary-vault)"
_OFF = "the configuration forbids the network (network.enabled)"


class Fetcher:
    """Follows the subscriptions. `now`: milliseconds since 1970, for tests with a clock of their own."""

    def __init__(self, catalog: Catalog, config: Config, ground: Ground, now: Callable[[], int] = now_ms) -> None:
        self.ground = ground
        self._catalog, self._config, self._now = catalog, config, now
        self._wake = trio.Event()
        self._running: dict[int, tuple[Running, str]] = {}
        self._asked: dict[int, bool] = {}
        self._nursery: trio.Nursery | None = None
        self._cut_noted = False

    @property
    def enabled(self) -> bool:
        """Whether anything may be fetched at all."""
        return self._config.network.enabled

    def is_running(self, subscription: int) -> bool:
        """Whether a run of it is under way, or is about to be."""
        return subscription in self._running or subscription in self._asked

    def ask(self, subscription: Subscription, *, whole: bool) -> None:
        """Has it looked at as soon as its site is free. Raises Refused where the network is forbidden."""
        if not self.enabled:
            raise Refused(_OFF, hint="`vvault config set network.enabled true` allows it")
        self._asked[subscription.id] = whole
        self._wake.set()

    async def stop(self, subscription: int) -> None:
        """Ends a run of it that is under way, and waits until it has ended."""
        self._asked.pop(subscription, None)
        entry = self._running.get(subscription)
        if entry is not None:
            entry[0].stop()
            await entry[0].done.wait()

    async def settled(self, subscription: int) -> Run | None:
        """Waits until no run of it is under way, and returns the newest one."""
        while self.is_running(subscription):
            entry = self._running.get(subscription)
            if entry is not None:
                await entry[0].done.wait()
                await trio.lowlevel.checkpoint()
            else:
                await trio.sleep(0.05)
        with self._catalog.read() as sql:
            return next(iter(subscriptions.runs(sql, subscription, 1)), None)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled, and does nothing where the network is forbidden. Ready at once."""
        task_status.started()
        if not self.enabled:
            await trio.sleep_forever()
        self._catalog.on_commit(self._hear)
        try:
            async with trio.open_nursery() as self._nursery:
                while True:
                    self._wake = trio.Event()
                    try:
                        pause_s = self._start_due()
                    except (sqlite3.OperationalError, OSError) as error:  # a full disk, for one
                        log.error("nothing can be fetched at present, trying again in %.0f s: %s", RETRY_S, error)
                        pause_s = RETRY_S
                    with trio.move_on_after(pause_s):
                        await self._wake.wait()
        finally:
            self._nursery = None
            self._catalog.off_commit(self._hear)

    def _hear(self, topics: frozenset[str], seq: int) -> None:
        if "subscription" in topics:
            self._wake.set()

    def _start_due(self) -> float:
        """Starts what is due and may run; returns after how many seconds to look again."""
        self._note_cut()
        with self._catalog.read() as sql:
            known = subscriptions.listing(sql)
            runs = {one.id: subscriptions.runs(sql, one.id, 20) for one in known}
        moment, pause_ms = self._now(), int(LOOK_S * 1000)
        self._asked = {number: whole for number, whole in self._asked.items() if number in runs}
        newest = {one.id: next(iter(runs[one.id]), None) for one in known}
        left_alone = {one.site for one in known if schedule.is_left_alone(newest[one.id], moment)}
        for one in sorted(known, key=lambda one: one.id not in self._asked):
            due = schedule.due_at(one, newest[one.id])
            if one.id not in self._asked and one.site in left_alone and (due or 0) <= moment:
                continue  # it is looked at again before long
            if one.id not in self._asked and (due is None or due > moment):
                pause_ms = pause_ms if due is None else min(pause_ms, due - moment)
            elif self._may_start(one):
                whole = self._asked.pop(one.id, False) or schedule.is_whole_due(runs[one.id], moment)
                self._start(one, whole)
        return pause_ms / 1000

    def _note_cut(self) -> None:
        """Runs that a daemon began which was killed are over; nothing half of theirs stays."""
        if self._cut_noted:
            return
        with self._catalog.read() as sql:
            interrupted = {run.subscription for run in subscriptions.runs(sql, None, 100) if run.outcome == "running"}
            left = [one for one in subscriptions.listing(sql) if one.id in interrupted]
        for one in left:
            self.ground.tidy(one)
        if interrupted:
            with self._catalog.write() as tx:
                subscriptions.cut(tx, self._now())
        self._cut_noted = True

    def _may_start(self, subscription: Subscription) -> bool:
        busy = {site for _, site in self._running.values()}
        return len(busy) < AT_ONCE and subscription.site not in busy and subscription.id not in self._running

    def _start(self, subscription: Subscription, whole: bool) -> None:
        assert self._nursery is not None
        order = self._order(subscription, whole)
        run = Running(self._catalog, self.ground, subscription, order, self._now)
        self._running[subscription.id] = (run, subscription.site)
        self._nursery.start_soon(self._work, subscription, run)

    async def _work(self, subscription: Subscription, run: Running) -> None:
        try:
            await run.work()
        except Exception:
            log.exception("a run of subscription %d failed; it is looked at again in %.0f s", subscription.id, RETRY_S)
            await trio.sleep(RETRY_S)
        finally:
            run.done.set()
            del self._running[subscription.id]
            self._wake.set()

    def _order(self, subscription: Subscription, whole: bool) -> Order:
        settings, moment = self._config.fetch, self._now()
        with self._catalog.read() as sql:
            known = fetched.names(sql, subscription.id) if subscription.provider != "gallery" else []
            today = subscriptions.fetched_since(sql, subscription.site, moment - DAY_MS)
        staging = self.staging(subscription.id)
        for folder in (READY, WORK):
            (staging / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        return Order(
            provider=subscription.provider,
            url=subscription.url,
            staging=str(staging),
            archive=str(staging / "archive.sqlite3"),
            known=known,
            most=max(0, min(subscription.most or settings.limit, settings.daily - today)),
            whole=whole,
            delay_s=settings.delay_ms / 1000,
            timeout_s=settings.timeout_s,
            file_s=20.0 * settings.timeout_s,
            file_bytes=settings.max_file_mb << 20,
            run_bytes=settings.max_run_mb << 20,
            run_s=60.0 * settings.max_run_minutes,
            keep_free=settings.keep_free_mb << 20,
            gallery_dl=settings.gallery_dl,
            gallery_config=str(settings.gallery_config or self._beside("gallery-dl.json")),
            credentials=str(settings.credentials or self._beside("credentials.toml")),
            agent=AGENT,
        )

    def staging(self, subscription: int) -> Path:
        """Where its pictures lie until they are whole, and what its provider keeps."""
        return self._config.library.data / STAGING / str(subscription)

    def forget_work(self, subscription: int) -> None:
        """Throws away what is half fetched of one that was removed; what it had stays known."""
        shutil.rmtree(self.staging(subscription) / WORK, ignore_errors=True)

    def _beside(self, name: str) -> str:
        """A file beside the configuration, '' if it is not there."""
        path = self._config.file.with_name(name)
        return str(path) if path.exists() else ""
