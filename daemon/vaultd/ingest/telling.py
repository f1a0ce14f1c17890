"""Words for pictures, found behind everything else: what is written in them, then captions.

New files, the vectors of another model and what an older version left out come before. Each program that finds words
has its turn (`telling_round`): everything that it has not seen.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable

import trio

from vaultd.catalog import images, telling
from vaultd.catalog.store import Catalog
from vaultd.catalog.telling import Kind, Teller
from vaultd.config import Config
from vaultd.ingest import tellers
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.suspects import Suspects
from vaultd.ingest.tellers import Plan
from vaultd.ingest.telling_round import Round, Telling

logger = logging.getLogger(__name__)

REST_S = 3.0
"""After the start, and after pictures came: everything else comes first."""
LOOK_EVERY_S = 30.0
"""A model may be pulled meanwhile, which nobody tells the daemon."""
LOOK_ANYWAY_S = 600.0
"""Between two countings of what is left, where nothing says that there is more."""
WAIT_S = 1.0
LONGEST_BACKOFF_S = 300.0
FORGET_TOGETHER = 500


class FindingWords:
    """`serve` it. Everything in it belongs to the trio thread. `busy`: whether there is better to do."""

    def __init__(self, catalog: Catalog, config: Config, feeder: Feeder, busy: Callable[[], bool]) -> None:
        self.standing: dict[Kind, Telling] = {}
        """Of the kinds that are installed, pulled and wanted."""
        self.suspects = Suspects(config.library.data / "finding-words")
        self._catalog = catalog
        self._config = config
        self._feeder = feeder
        self._busy = busy
        self._news = trio.Event()
        self._stale = True
        self._plans: list[Plan] = []
        self._newest = 0
        self._look_at = 0.0

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Finds words for what there is and for what comes, until cancelled."""
        self._catalog.on_commit(self._committed)
        self.suspects.load()
        try:
            task_status.started()
            await self._forget_unwanted()
            while True:
                await trio.sleep(REST_S)
                self._news = trio.Event()
                plans = await trio.to_thread.run_sync(tellers.plans, self._config)
                if self._is_due(plans):
                    await self._look(plans)
                    for plan in plans:
                        await Round(self, plan).run()
                with trio.move_on_after(LOOK_EVERY_S):
                    await self._news.wait()
        finally:
            self._catalog.off_commit(self._committed)

    def wake(self) -> None:
        """There may be more to do: what could not be read is tried again, too."""
        self._stale = True
        for one in self.standing.values():
            one.skipped.clear()
        self._news.set()

    def _committed(self, topics: frozenset[str], seq: int) -> None:
        if "root" in topics:
            self.wake()
        elif "image" in topics:
            self._news.set()

    def _is_due(self, plans: list[Plan]) -> bool:
        """Whether what is left must be counted again; tags, for one, change nothing of it."""
        with self._catalog.read() as sql:
            newest = images.newest(sql)
        now = trio.current_time()
        again = [one.again_at for one in self.standing.values() if one.problem]
        due = self._stale or plans != self._plans or newest != self._newest or now >= min([self._look_at, *again])
        if due:
            self._stale, self._plans, self._newest, self._look_at = False, plans, newest, now + LOOK_ANYWAY_S
        return due

    async def _forget_unwanted(self) -> None:
        """What was switched off leaves nothing behind."""
        kinds: tuple[Kind, ...] = ("caption", "ocr")
        for kind in kinds:
            if not tellers.is_wanted(self._config, kind):
                await self.forget(kind)

    async def forget(self, kind: Kind, source: str = "") -> int:
        """Takes away what a teller said, or all of a kind; returns of how many contents. Waits for room to write."""
        count, backoff_s = 0, 1.0
        while True:
            try:
                with self._catalog.write() as tx:
                    gone = telling.forget(tx, kind, source, FORGET_TOGETHER)
            except sqlite3.OperationalError as error:
                logger.error("words of pictures cannot be taken away at present: %s", error)
                await trio.sleep(backoff_s)
                backoff_s = min(2 * backoff_s, LONGEST_BACKOFF_S)
                continue
            count += gone
            await trio.lowlevel.checkpoint()
            if gone < FORGET_TOGETHER:
                return count

    async def _look(self, plans: list[Plan]) -> None:
        standing: dict[Kind, Telling] = {}
        for plan in plans:
            found = await trio.to_thread.run_sync(self._counted, plan.teller)
            known = self.standing.get(plan.teller.kind)
            one = known if known and known.teller == plan.teller else Telling(plan.teller)
            one.done, one.failed, one.left = found.done, found.failed, max(0, found.left - len(one.skipped))
            standing[plan.teller.kind] = one
        self.standing = standing

    def _counted(self, teller: Teller) -> telling.Standing:
        with self._catalog.read() as sql:
            return telling.standing(sql, teller)

    # ---- what a round asks ---------------------------------------------------------------------------------------

    @property
    def catalog(self) -> Catalog:
        return self._catalog

    @property
    def must_wait(self) -> bool:
        """Whether something comes before."""
        return self._feeder.paused or self._feeder.is_reading or self._busy()

    async def moved(self) -> None:
        """Until that may have changed."""
        await self._feeder.moved_within(WAIT_S)
