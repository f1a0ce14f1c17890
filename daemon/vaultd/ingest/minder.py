"""What has to be looked after while nobody asks: drives, roots, held bytes, and scans that events call for."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable

import trio

from vaultd.catalog.roots import Root
from vaultd.ingest import walk
from vaultd.ingest.inbox import Inbox
from vaultd.ingest.keeper import Keeper
from vaultd.ingest.mountinfo import is_within
from vaultd.ingest.places import Places
from vaultd.ingest.scan import Scanner
from vaultd.ingest.watched import Watched
from vaultipc.messages import Counters

logger = logging.getLogger(__name__)

LOOK_S = 5.0
"""Between two looks at what is mounted, and whether the roots are there."""
ANSWER_S = 10.0
"""A share that does not answer for so long counts as away until it does: it would hold up whoever wants a file."""
POLL_S = 60.0
POLLING_SHARE = 20
"""A root that takes long to look through rests this many times as long: a quiet daemon must stay quiet."""
EXPIRE_S = 3600.0
RETRY_S = 10.0


class Minder:
    """Runs beside everything else. A catalog that cannot be written, as on a full disk, ends nothing here."""

    def __init__(
        self, places: Places, watched: Watched, scanner: Scanner, inbox: Inbox, keeper: Keeper, counters: Counters
    ) -> None:
        self._places = places
        self._watched = watched
        self._scanner = scanner
        self._inbox = inbox
        self._keeper = keeper
        self._counters = counters
        self._nursery: trio.Nursery | None = None
        self._asked_for: set[bytes | None] = set()
        self._asked_after: set[int] = set()
        """Roots that have not answered yet whether they are there."""
        self._looked_through: set[int] = set()
        """Roots of which that was the answer: they are asked on, for they may fall silent meanwhile."""
        self._unsettled: set[int] = set()
        """Roots where something was mounted or unmounted since they were last looked through."""

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Looks through every root, and then after everything, until cancelled."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                for root in self._watched.roots:
                    if root.folder is None:
                        self._watched.mark(root, "offline")
                    else:
                        self.rescan_soon(root.folder)
                nursery.start_soon(self._look_after)
                nursery.start_soon(self._look_after_held)
                task_status.started()
        finally:
            self._nursery = None

    @property
    def is_asked(self) -> bool:
        """Whether a scan is about to begin."""
        return bool(self._asked_for)

    def rescan_soon(self, folder: bytes | None) -> None:
        """A folder, or with None everything because events were lost; once, however often it is asked for."""
        if folder is None and None not in self._asked_for:
            self._counters.rescans += 1
        if self._nursery is not None and folder not in self._asked_for:
            self._asked_for.add(folder)
            self._nursery.start_soon(self._rescan_now, folder)

    async def _rescan_now(self, folder: bytes | None) -> None:
        await trio.lowlevel.checkpoint()
        self._asked_for.discard(folder)
        inside = self._watched.holding(folder) if folder is not None else None
        async with trio.open_nursery() as nursery:
            for root in [inside] if inside else self._watched.roots if folder is None else []:
                nursery.start_soon(self._rescan_root, root, None if folder in (None, root.folder) else folder)

    async def _rescan_root(self, root: Root, part: bytes | None) -> None:
        if not await self._survived(self._scanner.scan, root, part):
            await trio.sleep(RETRY_S)
            self.rescan_soon(part or root.folder)

    async def _survived(self, step: Callable[..., Awaitable[object]], *details: object) -> bool:
        """Does one thing; False if the catalog could not be written, as on a full disk. Nothing half-done stays."""
        try:
            await step(*details)
        except sqlite3.OperationalError as error:
            logger.error("the catalog cannot be written, trying again later: %s", error)
            return False
        return True

    async def _look_after(self) -> None:
        """Drives that come and go, roots that vanish and return, folders that must be polled."""
        async with trio.open_nursery() as nursery:
            while True:
                await trio.sleep(LOOK_S)
                await self._survived(self._look_once, nursery)

    async def _look_once(self, nursery: trio.Nursery) -> None:
        """Asks after each root in a task of its own: one that does not answer holds up no other."""
        changed = await self._places.refresh()
        if changed:
            self._watched.refresh()
        for root in self._watched.roots:
            if root.folder is not None and any(_concerns(path, root.folder) for path in changed):
                self._unsettled.add(root.id)
            if root.id not in self._asked_after:
                nursery.start_soon(self._look_at, root)

    async def _look_at(self, root: Root) -> None:
        self._asked_after.add(root.id)
        try:
            root, is_due = await self._answer_of(root)
        finally:
            self._asked_after.discard(root.id)
        if is_due and root.id not in self._looked_through:
            self._unsettled.discard(root.id)
            self._looked_through.add(root.id)
            try:
                await self._survived(self._scanner.scan, root)
            finally:
                self._looked_through.discard(root.id)

    async def _answer_of(self, root: Root) -> tuple[Root, bool]:
        """The root, and whether to look through it now; of a share that does not answer, once it does."""
        if root.kind != "network" or root.folder is None:
            return root, await self._is_due(root)
        with trio.move_on_after(ANSWER_S):
            await _asked(root.folder)
            return root, await self._is_due(root)
        logger.warning("a share does not answer and counts as away until it does")
        await self._stall(root, True)
        await _asked(root.folder)
        self._unsettled.add(root.id)
        root = await self._stall(root, False)
        return root, await self._is_due(root)

    async def _stall(self, root: Root, is_stalled: bool) -> Root:
        await self._survived(self._places.stall, root.volume, is_stalled)
        self._watched.refresh()
        for other in self._watched.roots:
            if other.volume == root.volume and is_stalled:
                self._watched.mark(other, "offline")
        return self._watched.by_id(root.id) or root

    async def _is_due(self, root: Root) -> bool:
        """Whether to look through a root now."""
        state = self._watched.state(root)
        if root.folder is None:
            return state != "offline"
        if root.id in self._unsettled:
            return True
        there = await trio.to_thread.run_sync(walk.identity, root.folder, abandon_on_cancel=True)
        if state in ("offline", "unreadable"):
            enter = os.R_OK | os.X_OK
            return there is not None and await trio.to_thread.run_sync(
                os.access, root.folder, enter, abandon_on_cancel=True
            )
        # Where the kernel is silent the root is polled anyway, and shares may number their folders anew.
        if there is None or (self._watched.is_another(root, there) and not self._places.is_silent(root.folder)):
            return True
        return state == "polling" and self._watched.is_late(root, POLL_S, POLLING_SHARE)

    async def _look_after_held(self) -> None:
        for step in (self._inbox.tidy, self._keeper.tidy):
            await self._survived(step)
        while True:
            await self._survived(self._keeper.rescue_lost)
            await self._survived(self._keeper.expire)
            await trio.sleep(EXPIRE_S)


def _concerns(mount_point: bytes, folder: bytes) -> bool:
    """Whether what is mounted there may be another thing in the folder; the system's own root always is there."""
    return mount_point != b"/" and (is_within(mount_point, folder) or is_within(folder, mount_point))


async def _asked(folder: bytes) -> None:
    """Returns when a file system has answered, be it that it is out of order. statvfs(3) is what no cache answers."""
    with contextlib.suppress(OSError):
        await trio.to_thread.run_sync(os.statvfs, folder, abandon_on_cancel=True)
