"""Writing what the user says of pictures to where other programs read it, if the configuration asks for it by name.

It follows the change log, so undoing, editing in place and copying need nothing of their own, and nothing is lost when
the daemon ends in between. A file is written only when what the *user* says of it has changed: what another program
writes there is never fought over. Where it is written, and how, is a `Place`: the attributes of the files
(`writing_attributes`), or sidecars beside them (`writing_sidecars`).
"""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
from itertools import islice
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

import trio

from vaultd.catalog import changes, written
from vaultd.catalog.changes import Change
from vaultd.catalog.store import Catalog, Transaction
from vaultd.catalog.written import Book, Due, Traces, Wish
from vaultd.metadata.xmp import Unreadable

ENTRIES = 500
"""Entries of the change log, or contents, that are looked at together."""
TOGETHER = 50
"""Files that are noted in one transaction."""
RETRY_S = 30.0
AGAIN_S = 60.0
"""What could not be written is tried again so often: somebody may have made room, or the place writable."""

logger = logging.getLogger(__name__)


REMEDIES = {
    errno.ENOSPC: "free some space there",
    errno.EDQUOT: "free some space there",
    errno.EROFS: "make the place writable",
    errno.EACCES: "make the place writable",
    errno.EPERM: "make the place writable",
}


def remedy_of(error: OSError) -> str:
    """What can be done about an error that any file system may have."""
    return REMEDIES.get(error.errno or 0, "look what is wrong with that disk")


class Another(Exception):
    """The file is not the one that the catalog means, any more or yet, or not ours to write: it will be met again."""


class Problem(NamedTuple):
    """What could not be written: the file that it is about, and what can be done."""

    volume: int
    path: bytes
    reason: str
    remedy: str


class Plan(Protocol):
    """What is to be written to a file. `traces`: what the vault has done to it then, in the form of its place."""

    @property
    def traces(self) -> Any: ...
    @property
    def is_nothing(self) -> bool:
        """Whether all that is to stand there stands there."""
        ...


PlanOf = TypeVar("PlanOf", bound=Plan)


class Place(Protocol[Wish, Traces, PlanOf]):
    """Where it is written. `follower`: its name in the change log. `what`: what is written, for a person."""

    follower: str
    what: str
    book: Book[Wish, Traces]

    def attempt(self, file: Due[Wish, Traces], plan: PlanOf | None) -> PlanOf:
        """What is to be written to a file; with a plan, writes it and returns what came of it. Runs in a thread.

        Raises Another, also where the plan would not be the same any more, Unreadable, OSError.
        """
        ...

    def noted(self, tx: Transaction, file: Due[Wish, Traces], done: PlanOf) -> None:
        """It is written, and noted."""
        ...

    def reason(self, error: OSError) -> str:
        """Why it could not be written, for a person."""
        ...

    def remedy(self, error: OSError) -> str:
        """What can be done about it."""
        ...


class WritingBack(Generic[Wish, Traces, PlanOf]):
    """The one writer of a place. Make it, `serve` it."""

    def __init__(self, catalog: Catalog, place: Place[Wish, Traces, PlanOf], enabled: bool) -> None:
        self._catalog = catalog
        self._place = place
        self.enabled = enabled
        self._changed = trio.Event()
        self._problems: dict[int, tuple[int, Problem]] = {}
        """By file, each with its content; those that were tried last at the end."""
        self._failed: set[int] = set()
        """Those of the files that are looked at now."""
        self._told: set[tuple[int, str]] = set()

    @property
    def problems(self) -> list[Problem]:
        """What could not be written, and is still to be."""
        return [problem for _, problem in self._problems.values()]

    async def preview(self, files: list[Due[Wish, Traces]]) -> list[tuple[Due[Wish, Traces], PlanOf]]:
        """What would be written to each of these files, but for those that cannot be."""
        return await trio.to_thread.run_sync(self._plan, files)

    def refused(self, files: list[Due[Wish, Traces]]) -> list[tuple[Due[Wish, Traces], str]]:
        """Which of these files could not be written, and why."""
        return [(file, self._problems[file.file][1].reason) for file in files if file.file in self._problems]

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled; ready at once. Where it is off, nothing is followed and nothing written."""
        task_status.started()
        if not self.enabled:
            with self._catalog.write() as tx:
                changes.leave(tx, self._place.follower)
            return
        self._catalog.on_commit(self._hear)
        try:
            position = self._join()
            while True:
                position = await self._survive(position)
        finally:
            self._catalog.off_commit(self._hear)

    def _hear(self, topics: frozenset[str], seq: int) -> None:
        self._changed.set()

    def _join(self) -> int | None:
        """From where to go on; None where everything has to be looked at."""
        with self._catalog.write() as tx:
            changes.join(tx, self._place.follower)
        return None  # files may have come and gone, and what failed is tried again

    async def _survive(self, position: int | None) -> int | None:
        try:
            return await self._follow(position)
        except sqlite3.OperationalError as error:
            logger.error("what was written to files cannot be noted; it is tried again: %s", error)
            await trio.sleep(RETRY_S)
            return position

    async def _follow(self, position: int | None) -> int:
        """Does what the next entries of the change log ask for, waiting for some; returns how far it came."""
        self._changed = trio.Event()
        seq = self._catalog.seq()
        if position is None:
            await self._write_of(None)
            return self._done(seq)
        with self._catalog.read() as sql:
            entries = changes.after(sql, position, ENTRIES)
        if entries:
            await self._write_of(entries)
            return self._done(entries[-1].seq)
        with trio.move_on_after(AGAIN_S if self._problems else float("inf")) as patience:
            await self._changed.wait()
        if patience.cancelled_caught:
            await self._try_again()
        return position

    def _done(self, position: int) -> int:
        with self._catalog.write() as tx:
            changes.follow(tx, self._place.follower, position)
        return position

    async def _write_of(self, entries: list[Change] | None) -> None:
        """Writes the files that these changes concern, or of the whole library."""
        concerned, spoken_of = await trio.to_thread.run_sync(self._concerned, entries)
        images = iter(spoken_of)
        self._failed.clear()
        while some := list(islice(images, ENTRIES)):
            await self.write(await trio.to_thread.run_sync(self._due, some))
        self._forget_problems(concerned)

    def _concerned(self, entries: list[Change] | None) -> tuple[set[int] | None, list[int]]:
        """The contents that changed, None for any, and those of them that the user speaks of; a folder or volume that
        comes brings any."""
        with self._catalog.read() as sql:
            if entries is None or any(entry.entity == "root" for entry in entries):
                return None, self._place.book.spoken_of(sql)
            images = {entry.entity_id for entry in entries if entry.entity == "image"}
            for entry in entries:
                if entry.entity == "tag" and entry.op == "upsert":
                    images.update(written.carrying(sql, entry.entity_id))
            return images, self._place.book.spoken_of(sql, images)

    async def _try_again(self) -> None:
        """Writes what could not be written, the longest ago first, until nothing more comes of it."""
        waiting = list(self._problems.items())
        for start in range(0, len(waiting), TOGETHER):
            some = {file: image for file, (image, _) in waiting[start : start + TOGETHER]}
            images = set(some.values())
            self._failed.clear()
            await self.write(await trio.to_thread.run_sync(self._due, sorted(images)))
            self._forget_problems(images)
            if some.keys() <= self._problems.keys():
                return

    def _forget_problems(self, images: set[int] | None) -> None:
        """These, all if None, were looked at: what did not fail now is done, or is not to be done any more."""
        gone = [file for file, (image, _) in self._problems.items() if images is None or image in images]
        for file in gone:
            if file not in self._failed:
                del self._problems[file]

    def _due(self, images: list[int]) -> list[Due[Wish, Traces]]:
        with self._catalog.read() as sql:
            return self._place.book.due(sql, images)

    async def write(self, files: list[Due[Wish, Traces]]) -> set[int]:
        """Notes, writes, and notes that it is written; what cannot be written now keeps what was known of it.

        Returns which files say it now, by id.
        """
        waiting, book, written_now = iter(files), self._place.book, set[int]()
        while some := list(islice(waiting, TOGETHER)):
            plans = await trio.to_thread.run_sync(self._plan, some)
            with self._catalog.write() as tx:
                for file, plan in plans:
                    book.note(tx, file.file, plan.traces, None)
            done = await trio.to_thread.run_sync(self._carry_out, plans)
            written_now.update(done)
            with self._catalog.write() as tx:
                for file, plan in plans:
                    if file.file in done:
                        book.note(tx, file.file, plan.traces, file.wish)
                        self._place.noted(tx, file, done[file.file])
                    else:
                        book.note(tx, file.file, file.traces, None)
        return written_now

    def _plan(self, files: list[Due[Wish, Traces]]) -> list[tuple[Due[Wish, Traces], PlanOf]]:
        """What is to be written to each, but for those that cannot be opened. Runs in a thread, as all that asks the
        disk."""
        plans = [(file, self._attempt(file, None)) for file in files]
        return [(file, plan) for file, plan in plans if plan is not None]

    def _carry_out(self, plans: list[tuple[Due[Wish, Traces], PlanOf]]) -> dict[int, PlanOf]:
        """Writes, and returns what came of it for the files that were written, by id."""
        done = {file.file: self._attempt(file, plan) for file, plan in plans}
        return {file: plan for file, plan in done.items() if plan is not None}

    def _attempt(self, file: Due[Wish, Traces], plan: PlanOf | None) -> PlanOf | None:
        """What is to be written to a file; with a plan, writes it. None where that cannot be."""
        try:
            found = self._place.attempt(file, plan)
        except (Another, FileNotFoundError):
            return None
        except OSError as error:
            self._tell(file, self._place.reason(error), self._place.remedy(error))
            return None
        except Unreadable as problem:
            self._tell(file, str(problem), "save the sidecar again with the program that wrote it, or delete it")
            return None
        if plan is not None or found.is_nothing:
            self._problems.pop(file.file, None)
        return found

    def _tell(self, file: Due[Wish, Traces], reason: str, remedy: str) -> None:
        """Says once for each volume what is the matter there."""
        self._failed.add(file.file)
        self._problems.pop(file.file, None)
        self._problems[file.file] = file.wish.image, Problem(file.volume, file.path, reason, remedy)
        if (file.volume, reason) not in self._told:
            self._told.add((file.volume, reason))
            logger.warning(
                "what you say of pictures cannot be written to %s of volume %d: %s; the catalog keeps it",
                self._place.what,
                file.volume,
                reason,
            )
        logger.debug("it is of %a: %s", os.fsdecode(file.path), reason)
