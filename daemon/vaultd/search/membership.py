"""Following the saved searches: what entered their answers, and what left.

Each of them is asked again after the catalog has changed and come to rest, and after midnight, since "last week" is
another week then. One is asked at a time, and as long as that took nobody is asked: a person's own searches come first.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from time import perf_counter

import trio

from vaultd import __version__
from vaultd.catalog import members, models, saved
from vaultd.catalog.members import Difference, Following
from vaultd.catalog.saved import SavedSearch
from vaultd.catalog.store import IDLE_TOPICS, Catalog, now_ms
from vaultd.config import Config
from vaultd.query import canonical
from vaultd.search.engine import SearchEngine
from vaultd.search.parsing import parse
from vaultipc.errors import UserError

REST_S = 2.0
"""Without a change for so long, the catalog is at rest."""
LONGEST_S = 60.0
"""While it never rests, the searches are asked so often."""
LOOK_S = 600.0
"""How often somebody looks whether it is another day."""
RETRY_S = 30.0

log = logging.getLogger(__name__)


class Memberships:
    """The one writer of the members of saved searches. `caught_up` returns when a position can be searched."""

    def __init__(
        self, catalog: Catalog, config: Config, engine: SearchEngine, caught_up: Callable[[int], Awaitable[None]]
    ) -> None:
        self._catalog = catalog
        self._level = config.search.level
        self._engine = engine
        self._caught_up = caught_up
        self._changed = trio.Event()
        self._changed.set()
        self._day = date.today()

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled. Ready at once."""
        self._catalog.on_commit(self._hear)
        task_status.started()
        try:
            while True:
                await self._at_rest()
                try:
                    await self._follow()
                except Exception:
                    log.exception("following the saved searches failed; it is tried again in %.0f s", RETRY_S)
                    self._changed.set()
                    await trio.sleep(RETRY_S)
        finally:
            self._catalog.off_commit(self._hear)

    def _hear(self, topics: frozenset[str], seq: int) -> None:
        if not topics <= IDLE_TOPICS:
            self._changed.set()

    async def _at_rest(self) -> None:
        """Returns some time after a change, when no more come or enough came, and on another day."""
        while not self._changed.is_set() and date.today() == self._day:
            with trio.move_on_after(LOOK_S):
                await self._changed.wait()
        with trio.move_on_after(LONGEST_S):
            resting = False
            while not resting:
                self._changed = trio.Event()
                with trio.move_on_after(REST_S) as pause:
                    await self._changed.wait()
                resting = pause.cancelled_caught
        self._changed, self._day = trio.Event(), date.today()
        await self._caught_up(self._catalog.seq())

    async def _follow(self) -> None:
        """Asks every saved search once."""
        with self._catalog.read() as sql:
            searches = saved.listing(sql)
        for search in searches:
            began = perf_counter()
            await self._ask(search)
            await trio.sleep(perf_counter() - began)
        if searches:
            with self._catalog.write() as tx:
                members.trim(tx, now_ms())

    async def _ask(self, search: SavedSearch) -> None:
        """Asks one, and notes what is different. One that cannot be answered keeps its members."""
        answered_by = self._answerer()
        try:
            query = parse(search.query)
            images = await self._engine.ids_matching(search.query, search.level) if search.query.strip() else []
        except UserError as error:
            log.debug("the saved search %d is not followed: %s", search.id, error.message)
            return
        if answered_by != self._answerer():
            self._changed.set()  # the model was switched meanwhile: nobody knows which one answered
            return
        level = self._level if search.level == "default" else search.level
        await self._note(search.id, Following(f"{level} {canonical(query)}", answered_by, now_ms()), images)

    async def _note(self, search: int, now: Following, images: list[int]) -> None:
        def compare() -> tuple[Following | None, Difference]:
            with self._catalog.read() as sql:
                return members.following(sql, search), members.difference(sql, search, images)

        before, change = await trio.to_thread.run_sync(compare)
        if before is None or before.asked != now.asked:
            before, change = None, Difference(images, [])
            with self._catalog.write() as tx:
                members.begin(tx, search)
        for part in members.parts(change):
            with self._catalog.write() as tx:
                if before is None or before.answered_by == now.answered_by:
                    members.note(tx, search, part, now.since)
                else:
                    members.retell(tx, search, part, before.since)
            await trio.lowlevel.checkpoint()
        if before is None or before.answered_by != now.answered_by:
            with self._catalog.write() as tx:
                members.followed(tx, search, now)

    def _answerer(self) -> str:
        """What answers now: whatever it answers differently from another one is no news."""
        with self._catalog.read() as sql:
            model = models.active(sql)
        return f"{'' if model is None else model.title}, {__version__}"
