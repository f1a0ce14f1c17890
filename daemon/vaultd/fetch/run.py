"""One run of a subscription, from the process that is started to what is written down of it."""

from __future__ import annotations

import logging
import random
import sqlite3
from collections.abc import Callable
from pathlib import Path

import msgspec
import trio

from vaultd.catalog import fetched, subscriptions
from vaultd.catalog.store import Catalog
from vaultd.catalog.subscriptions import Failure, Run, Subscription
from vaultd.fetch import schedule
from vaultd.fetch.keeping import Ground, keep
from vaultd.fetch.order import READY, Ended, Missed, Order, Report, Seen, Staged
from vaultd.fetch.process import running
from vaultipc.errors import UserError

log = logging.getLogger(__name__)

FAILURES_KEPT = 1000
"""Of one run; all are counted."""
NOTE_S = 1.0
"""So often, at most, it is written down how far a run is: a commit for each picture would hold up the next."""
GRACE_S = 60.0
"""Beyond the time that the process gives itself."""


class Running:
    """A run that is under way. `work` returns when it is over and everything about it is written down; its caller sets
    `done`."""

    def __init__(
        self, catalog: Catalog, ground: Ground, subscription: Subscription, order: Order, now: Callable[[], int]
    ) -> None:
        self.done = trio.Event()
        self._catalog, self._ground, self._subscription, self._order = catalog, ground, subscription, order
        self._now = now
        self._listed: set[str] = set()
        self._scope = trio.CancelScope()
        self._stopped = False
        self._noted_at = -NOTE_S
        with catalog.write() as tx:
            self.number = subscriptions.begin(tx, subscription, now())
        with catalog.read() as sql:
            self._run = subscriptions.run_of(sql, self.number)

    def stop(self) -> None:
        """Ends it now: nobody wants it any more."""
        self._stopped = True
        self._scope.cancel()

    async def work(self) -> Run:
        """Fetches. What goes wrong with the site, the process or the disk becomes the run's problem."""
        ended = Ended(outcome="failed", problem=f"it took longer than {self._order.run_s:g} seconds")
        try:
            self._scope.deadline = trio.current_time() + self._order.run_s + GRACE_S
            with self._scope:
                ended = await self._work()
            if self._stopped:
                ended = Ended(outcome="capped", problem="it was stopped")
        except UserError as error:
            ended = Ended(outcome="failed", problem=f"{error.message}; {error.hint}" if error.hint else error.message)
        except (OSError, sqlite3.OperationalError, msgspec.MsgspecError) as error:
            log.error("a run of subscription %d failed: %s", self._subscription.id, error)
            ended = Ended(outcome="failed", problem=str(error))
        return self._note_end(ended)

    async def _work(self) -> Ended:
        """Takes in what an earlier run left, then what this one tells."""
        ready = Path(self._order.staging) / READY
        for staged in await trio.to_thread.run_sync(left_over, ready):
            await self._hear(staged)
        async with running(self._order) as reports:
            async for report in reports:
                if isinstance(report, Ended):
                    return report
                await self._hear(report)
        raise AssertionError("the last report is the end")

    async def _hear(self, report: Report) -> None:
        match report:
            case Staged():
                self._listed.add(report.item)
                ready = Path(self._order.staging) / READY
                is_new = await keep(self._catalog, self._ground, self._subscription, ready, report)
                self._run = self._run._replace(
                    bytes=self._run.bytes + report.size,
                    fetched=self._run.fetched + is_new,
                    known=self._run.known + (not is_new),
                )
            case Seen():
                self._listed.add(report.item)
                self._run = self._run._replace(known=self._run.known + report.known)
                return  # thousands may be known: it is written down with what comes next, or at the end
            case Missed():
                self._run = self._run._replace(failed=self._run.failed + 1)
                if self._run.failed > FAILURES_KEPT:
                    return
                with self._catalog.write() as tx:
                    failure = Failure(report.item[:2000], report.kind, report.reason[:2000])
                    subscriptions.note_failure(tx, self.number, failure)
            case Ended():
                raise AssertionError("the end is told once")
        if trio.current_time() >= self._noted_at + NOTE_S:
            self._noted_at = trio.current_time()
            with self._catalog.write() as tx:
                subscriptions.note(tx, self._run)

    def _note_end(self, ended: Ended) -> Run:
        """Writes down how it went, what is gone, and when to try again."""
        moment = self._now()
        with self._catalog.write() as tx:
            earlier = subscriptions.runs(tx.sql, self._subscription.id, 20)[1:]
            later = None
            if ended.outcome == "failed":
                failing = 1 + subscriptions.failing(earlier)
                later = schedule.retry_at(moment, failing, ended.retry_s, random.random())
            is_whole = ended.whole and ended.outcome == "done"
            fetched.seen(tx, self._subscription.id, self._listed, whole=is_whole)
            self._run = self._run._replace(
                ended_at=moment, outcome=ended.outcome, whole=int(is_whole), problem=ended.problem, retry_at=later
            )
            subscriptions.note(tx, self._run)
        return self._run


def left_over(ready: Path) -> list[Staged]:
    """Whole pictures that a run before did not hand over. Makes the folder where it is missing."""
    ready.mkdir(parents=True, exist_ok=True, mode=0o700)
    found = []
    for note in sorted(ready.glob("*.json")):
        staged = msgspec.json.decode(note.read_bytes(), type=Staged)
        if (ready / staged.file).exists():
            found.append(staged)
        else:
            note.unlink()
    return found
