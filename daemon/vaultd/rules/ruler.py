"""Giving the tags of rules: a follower of the change log, and one pass over the library for a new rule.

What the log names is asked as it comes, some at a time, and no other picture is looked at. Where nothing can tell what
may match now (a disk came back, the log was trimmed), every rule is asked of the whole library again. Asking twice
changes nothing, so the position is written after the tags, and a daemon that is killed goes on where it was.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import trio

from vaultd.catalog import changes, rules
from vaultd.catalog.actions import LONGEST_S, Action
from vaultd.catalog.changes import Change
from vaultd.catalog.rules import UNKNOWN, Rule
from vaultd.catalog.store import Catalog
from vaultd.rules.asking import asked, needs_indexes
from vaultd.search.engine import SearchEngine
from vaultipc.errors import UserError

ENTRIES = 2000
"""Lines of the change log looked at together."""
BATCH = 2000
"""Images of the whole library asked about together."""
ROWS = 500
"""Tags given in one transaction: for so long nobody else writes, and the daemon answers nobody."""
PACE_S = 0.25
"""Between two looks at the change log, so that pictures that come one by one are asked a few at a time."""
REST_S = 0.02
NOTE_S = 30.0
"""How often the position is kept while it moves and nothing is tagged: it holds back the trimming of the log."""
RETRY_S = 30.0
JOIN_S = 60.0
"""What one rule tags without a longer pause is one action."""
ORIGIN = "rule"
FAR = 2**63
"""Beyond every position of the log."""

log = logging.getLogger(__name__)


@dataclass
class Given:
    """What asking a rule came to: images that match, and that have its tag new."""

    matched: int = 0
    given: int = 0
    action: str | None = None


class Gesture(NamedTuple):
    """The action that tags are given in: as `Action` takes it."""

    kind: str
    summary: str
    origin: str
    group: str
    within_s: float = LONGEST_S


class Ruler:
    """The one writer of the tags of rules. `caught_up` returns when a position can be searched.

    `problems`: why a rule could not be asked, by its number.
    """

    def __init__(self, catalog: Catalog, engine: SearchEngine, caught_up: Callable[[int], Awaitable[None]]) -> None:
        self.problems: dict[int, str] = {}
        self._catalog = catalog
        self._engine = engine
        self._caught_up = caught_up
        self._wake = trio.Event()
        self._moved = trio.Event()
        self._asking: set[int] = set()
        """Rules that somebody has asked of the whole library at present: all of that is one action of theirs."""
        self._again = FAR
        """From here on the log is followed again, as what changed since was not asked of a rule of those."""
        self._seen = UNKNOWN
        self._noted_at = -NOTE_S

    # ---- what others ask -----------------------------------------------------------------------------------------

    async def try_out(self, rule: Rule) -> Given:
        """What asking this rule, which need not stand in the catalog, would come to. Raises what asking it raises."""
        return await self._ask_all(rule, None)

    async def ask(self, rule: Rule, gesture: Gesture) -> Given:
        """Asks a rule of the whole library, and gives its tag in this action. Raises what asking it raises."""
        self._asking.add(rule.id)
        began = self._catalog.seq()
        try:
            return await self._ask_all(rule, gesture)
        finally:
            self._asking.discard(rule.id)
            self._again = min(self._again, began)
            self._wake.set()

    async def settled(self) -> None:
        """Returns when everything that happened before the call was asked about."""
        wanted = self._catalog.seq()
        while not self._is_settled(wanted):
            await self._moved.wait()

    def _is_settled(self, wanted: int) -> bool:
        with self._catalog.read() as sql:
            if not rules.listing(sql):
                return True
            waiting = [rule.id for rule in rules.unasked(sql) if rule.id not in self.problems]
        return min(self._seen, self._again) >= wanted and not waiting

    # ---- the service ---------------------------------------------------------------------------------------------

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled. Ready at once."""
        self._catalog.on_commit(self._hear)
        task_status.started()
        try:
            while True:
                try:
                    await self._follow()
                except sqlite3.OperationalError as error:  # a full disk, for one
                    log.error("rules cannot tag at present, trying again in %.0f s: %s", RETRY_S, error)
                except Exception:
                    log.exception("following the rules failed; it is tried again in %.0f s", RETRY_S)
                await trio.sleep(RETRY_S)
        finally:
            self._catalog.off_commit(self._hear)

    def _hear(self, topics: frozenset[str], seq: int) -> None:
        self._wake.set()

    async def _follow(self) -> None:
        with self._catalog.read() as sql:
            self._seen = rules.position(sql)
        while True:
            self._wake = trio.Event()
            worked = await self._step()
            self._moved.set()
            self._moved = trio.Event()
            if worked:
                await trio.sleep(PACE_S)
            else:
                await self._wake.wait()

    async def _step(self) -> bool:
        """Does the next piece of work; returns whether there was any."""
        self._seen, self._again = min(self._seen, self._again), FAR
        with self._catalog.read() as sql:
            known, new = rules.listing(sql), rules.unasked(sql)
            reaches = changes.reaches(sql, self._seen)
            entries = changes.after(sql, self._seen, ENTRIES) if reaches else []
        numbers = {rule.id for rule in known}
        self.problems = {rule: why for rule, why in self.problems.items() if rule in numbers}
        if not known:
            self._rest()
        elif not reaches or any(entry.entity == "root" for entry in entries):
            self._begin_again()
        elif entries:
            await self._ask_about(known, _images(entries), entries[-1].seq)
        else:
            return await self._ask_next([rule for rule in new if rule.id not in self.problems.keys() | self._asking])
        return bool(known)

    def _rest(self) -> None:
        """Without a rule, nothing is held back for one; the first one is asked of everything."""
        self._seen = self._catalog.seq()
        with self._catalog.read() as sql:
            follows = rules.position(sql) != UNKNOWN
        if follows:
            with self._catalog.write() as tx:
                changes.leave(tx, rules.FOLLOWER)

    def _begin_again(self) -> None:
        """The log does not tell what may match now: every rule is asked of the whole library."""
        with self._catalog.write() as tx:
            rules.ask_all_again(tx)
            changes.follow(tx, rules.FOLLOWER, self._catalog.seq())
        self._seen, self.problems = self._catalog.seq(), {}

    async def _ask_about(self, known: Sequence[Rule], images: list[int], position: int) -> None:
        """Asks every rule about images that came or changed, and keeps how far that is."""
        given = 0
        for rule in [one for one in known if one.id not in self._asking] if images else ():
            with self._catalog.read() as sql:
                fresh = rules.untagged(sql, rule, images)
            try:
                found = await self._matched(rule, fresh, position) if fresh else []
            except UserError as error:
                self._cannot(rule, error)
            else:
                given += (await self._give(rule, found, following(rule)))[0]
        self._seen = position
        if given or trio.current_time() - self._noted_at >= NOTE_S:
            with self._catalog.write() as tx:
                changes.follow(tx, rules.FOLLOWER, position)
                changes.trim(tx)
            self._noted_at = trio.current_time()

    async def _ask_next(self, new: Sequence[Rule]) -> bool:
        """Asks the next rule that was not yet asked of the whole library; returns whether there was one."""
        for rule in new[:1]:
            try:
                await self._ask_all(rule, following(rule))
            except UserError as error:
                self._cannot(rule, error)
        return bool(new)

    def _cannot(self, rule: Rule, error: UserError) -> None:
        """Tells why a rule is not asked; when it can be again, it is asked of everything, for it missed something."""
        if rule.id not in self.problems:
            log.debug("rule %d cannot be asked at present: %s", rule.id, error.message)
            with self._catalog.write() as tx:
                rules.ask_all_again(tx, rule)
        self.problems[rule.id] = error.message

    # ---- asking, and giving --------------------------------------------------------------------------------------

    async def _ask_all(self, rule: Rule, gesture: Gesture | None) -> Given:
        """Asks a rule of the whole library. Without a gesture, nothing is given, and it is told what would be."""
        outcome, position = Given(), self._catalog.seq()
        for images in self._library():
            found = await self._matched(rule, images, position)
            outcome.matched += len(found)
            if gesture is None:
                with self._catalog.read() as sql:
                    outcome.given += len(rules.lacking(sql, rule, found))
            else:
                with self._catalog.read() as sql:
                    fresh = rules.untagged(sql, rule, found)
                given, action = await self._give(rule, fresh, gesture)
                outcome.given, outcome.action = outcome.given + given, outcome.action or action
        if gesture is not None:
            with self._catalog.write() as tx:
                rules.note_asked(tx, rule)
            self.problems.pop(rule.id, None)
        return outcome

    def _library(self) -> Iterator[list[int]]:
        """The images there are now, in parts."""
        with self._catalog.read() as sql:
            last = sql.execute("SELECT coalesce(max(id), 0) FROM images").fetchone()[0]
        for low in range(0, last, BATCH):
            with self._catalog.read() as sql:
                rows = sql.execute("SELECT id FROM images WHERE id > ? AND id <= ?", (low, low + BATCH)).fetchall()
            yield [image for (image,) in rows]

    async def _matched(self, rule: Rule, images: Sequence[int], position: int) -> list[int]:
        """Those of these images that a rule matches, when a position can be searched."""
        query = asked(rule.query)
        if needs_indexes(query):
            await self._caught_up(position)
        found = await self._engine.judged(query, rule.level, images)
        self.problems.pop(rule.id, None)
        return found

    async def _give(self, rule: Rule, images: Sequence[int], gesture: Gesture) -> tuple[int, str | None]:
        """Gives the tag, some images in each transaction; how many have it new, and the action that says so.

        A rule that was removed meanwhile gives no more.
        """
        given, number = 0, None
        for start in range(0, len(images), ROWS):
            with self._catalog.write() as tx:
                action = Action(tx, *gesture)
                if rules.find(tx.sql, rule.id) == rule:
                    given += rules.give(action, rule, images[start : start + ROWS])
                number = number or action.id
            await trio.sleep(REST_S)
        return given, number


def following(rule: Rule) -> Gesture:
    """The action in which a rule tags what comes in."""
    return Gesture(rules.KIND, f"rule {rule.id}: {rule.query}", ORIGIN, f"rule {rule.id}", JOIN_S)


def _images(entries: Sequence[Change]) -> list[int]:
    """The images that lines of the log speak of, and that there still are."""
    named = (entry.entity_id for entry in entries if entry.entity in ("image", "embedding") and entry.op != "delete")
    return list(dict.fromkeys(named))
