"""The previews that are kept, of a bounded size together: those that were shown the longest ago go first.

The files are the record. When one was shown last is its modification time, so that a restart forgets nothing; what
belongs to no picture any more is deleted at the start.
"""

from __future__ import annotations

import logging
import os
from collections import OrderedDict
from pathlib import Path

import trio

from vaultd.catalog.store import Catalog
from vaultd.worker.preview_files import Named, kept

logger = logging.getLogger(__name__)

FOLDER = "previews"
"""Beside the catalog."""
LEAVE = 0.9
"""When there is too much, so much of what is allowed is left: not every new one has to make room."""


class KeptPreviews:
    """`serve` it once. Everything in it belongs to the trio thread."""

    def __init__(self, catalog: Catalog, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self._catalog = catalog
        self._most_bytes = most_bytes
        self._sizes: OrderedDict[Named, int] = OrderedDict()
        self._bytes = 0

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Looks what is there, in the background, and returns. Meanwhile others can be shown and added."""
        task_status.started()
        found = await trio.to_thread.run_sync(self._found, abandon_on_cancel=True)
        self._sizes = OrderedDict({**found, **self._sizes})
        self._bytes = sum(self._sizes.values())
        await self._make_room()

    async def shown(self, named: Named) -> Path | None:
        """Where a preview is that is about to be shown, None if there is none."""
        place = named.place(self.folder)
        size = await trio.to_thread.run_sync(_shown, place)
        if not size:
            self._forget(named)
            return None
        self._put(named, size)
        return place

    async def add(self, named: Named, size: int) -> Path:
        """Keeps a preview that was just made, and deletes others where there are too many."""
        self._put(named, size)
        await self._make_room()
        return named.place(self.folder)

    def _put(self, named: Named, size: int) -> None:
        self._forget(named)
        self._sizes[named] = size
        self._bytes += size

    def _forget(self, named: Named) -> None:
        self._bytes -= self._sizes.pop(named, 0)

    async def _make_room(self) -> None:
        """The newest stays in any case."""
        gone = []
        most = self._most_bytes if self._bytes <= self._most_bytes else LEAVE * self._most_bytes
        while self._bytes > most and len(self._sizes) > 1:
            gone.append(next(iter(self._sizes)))
            self._forget(gone[-1])
        if gone:
            await trio.to_thread.run_sync(self._delete, gone)

    def _delete(self, some: list[Named]) -> None:
        try:
            for named in some:
                named.place(self.folder).unlink(missing_ok=True)
        except OSError as error:
            logger.warning("previews cannot be deleted: %s", error.strerror)

    def _found(self) -> dict[Named, int]:
        """What is there of pictures that are known, the one shown the longest ago first. Runs in a thread."""
        try:
            there = sorted(kept(self.folder), key=lambda one: one.shown_ns)
        except OSError as error:
            logger.warning("the folder of previews cannot be read: %s", error.strerror)
            return {}
        with self._catalog.read() as sql:
            known = {content for (content,) in sql.execute("SELECT lower(hex(hash)) FROM images")}
        self._delete([one.named for one in there if one.named.content not in known])
        return {one.named: one.size for one in there if one.named.content in known}


def _shown(place: Path) -> int:
    """The size of a preview that is shown now, 0 where there is none: a crash may leave an empty one."""
    try:
        os.utime(place)
        return place.stat().st_size
    except FileNotFoundError:
        return 0
    except OSError as error:
        logger.warning("a preview cannot be read: %s", error.strerror)
        return 0
