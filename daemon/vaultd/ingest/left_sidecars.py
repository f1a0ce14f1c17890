"""Sidecars that the vault made and that lie where their picture is no more: it was moved, renamed or deleted.

Left there they would speak of the next picture of that name, and cameras give names again. One that says more than the
vault wrote is its other writer's. What a crash leaves undone stays undone.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections import deque
from dataclasses import dataclass

import trio

from vaultd.catalog import files, written
from vaultd.catalog.store import Catalog, Left, Transaction
from vaultd.domain.sidecar import Traces
from vaultd.ingest.places import Places
from vaultd.ingest.writing_back import Another
from vaultd.ingest.writing_sidecars import taken_away
from vaultd.metadata import naming
from vaultd.metadata.xmp import Unreadable

logger = logging.getLogger(__name__)

REST_S = 5.0
"""Who moves a picture may be about to move its sidecar, too, be it to another disk."""


@dataclass(frozen=True)
class _Orphan:
    """`sidecar`: its absolute path. `traces`: what the vault did to it. `due`: when it goes, in trio's time."""

    file: int
    picture: bytes
    sidecar: bytes
    traces: Traces
    due: float


class LeftSidecars:
    """`serve` it where sidecars are written. Everything in it belongs to the trio thread, but for `__contains__`."""

    def __init__(self, catalog: Catalog, places: Places, wanted: bool) -> None:
        self._catalog = catalog
        self._places = places
        self._orphans: deque[_Orphan] = deque()
        self._paths: dict[bytes, int] = {}
        self._news = trio.Event()
        if wanted:
            catalog.on_left(self._hear)

    def __contains__(self, sidecar: object) -> bool:
        """Whether a sidecar is to go: nothing of another picture is to be written to it before."""
        return sidecar in self._paths

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled."""
        task_status.started()
        while True:
            await self._news.wait()
            self._news = trio.Event()
            while self._orphans:
                await trio.sleep_until(self._orphans[0].due)
                await self._next()

    def _hear(self, left: list[Left]) -> None:
        due = trio.current_time() + REST_S
        for one in left:
            if one.wrote is not None:
                self._orphans.append(_Orphan(one.file, one.path, one.path + naming.XMP, one.wrote, due))
                self._paths[one.path + naming.XMP] = self._paths.get(one.path + naming.XMP, 0) + 1
        if self._orphans:
            self._news.set()

    async def _next(self) -> None:
        """When the catalog cannot be written, as on a full disk, what waited is met at the next start."""
        try:
            await self._take_away(self._orphans[0])
            self._done(self._orphans[0])
        except sqlite3.OperationalError as error:
            logger.error("what became of a sidecar cannot be noted at present: %s", error)
        finally:
            self._leaves_no_more(self._orphans.popleft())

    def _leaves_no_more(self, orphan: _Orphan) -> None:
        self._paths[orphan.sidecar] -= 1
        if not self._paths[orphan.sidecar]:
            del self._paths[orphan.sidecar]

    async def _take_away(self, orphan: _Orphan) -> None:
        """Unless its own picture is back there."""
        with self._catalog.read() as sql:
            there = self._there(orphan)
            known = None if there is None else files.at(sql, *there)
        if known is not None and known.id == orphan.file and known.state == "present":
            return
        try:
            await trio.to_thread.run_sync(taken_away, orphan.sidecar, orphan.traces, abandon_on_cancel=True)
        except (OSError, Another, Unreadable) as error:
            logger.debug("a sidecar stays where its picture is no more: %a: %s", os.fsdecode(orphan.sidecar), error)

    def _done(self, orphan: _Orphan) -> None:
        """What waited for it can be written now: of the picture that is there, and of the one that left."""
        there = self._there(orphan)
        with self._catalog.write() as tx:
            known = None if there is None else files.at(tx.sql, *there)
            for file in {orphan.file, orphan.file if known is None else known.id}:
                _ask_again(tx, file)

    def _there(self, orphan: _Orphan) -> tuple[int, bytes] | None:
        try:
            return self._places.locate(orphan.picture)
        except LookupError:
            return None


def _ask_again(tx: Transaction, file: int) -> None:
    """What is written beside a file; of one that is gone nothing is, until it comes back."""
    known = files.by_id(tx.sql, file)
    if known is None or known.image is None:
        return
    if known.state == "present":
        written.SIDECARS.doubt(tx, file)
        tx.changed("image", known.image)
    else:
        written.SIDECARS.forget(tx, file)
