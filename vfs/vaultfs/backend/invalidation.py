"""Telling the kernel that what it kept is no longer so: in one thread, never from a handler.

The kernel may hold the lock of the very folder whose entry is taken back until the handler that runs now has answered;
a handler that waited for it would never answer.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable
from itertools import islice

import trio

from vaultfs.tree.node import Folder, Node

log = logging.getLogger(__name__)

_BATCH = 500
"""What one round of the thread passes on: going there and back takes longer than telling the kernel."""

EntryCall = Callable[[int, bytes], None]
NodeCall = Callable[[int], None]


class Invalidation:
    """What waits to be told, each thing once, and one thread that tells it."""

    def __init__(self, entry: EntryCall, node: NodeCall, known: Callable[[int], Node | None]) -> None:
        self._entry = entry
        self._node = node
        self._known = known
        self._waiting: dict[tuple[int, bytes | None], None] = {}
        self._awake = trio.Event()

    def entry(self, folder: Folder, name: bytes) -> None:
        self._enqueue(folder.inode, name)

    def node(self, node: Node) -> None:
        self._enqueue(node.inode, None)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Pass on what waits, for ever."""
        task_status.started()
        while True:
            await self._awake.wait()
            batch = list(islice(self._waiting, _BATCH))
            for told in batch:
                del self._waiting[told]
            if not self._waiting:
                self._awake = trio.Event()
            await trio.to_thread.run_sync(self._tell, batch, abandon_on_cancel=True)

    def _enqueue(self, inode: int, name: bytes | None) -> None:
        if self._known(inode):
            self._waiting[inode, name] = None
            self._awake.set()

    def _tell(self, batch: list[tuple[int, bytes | None]]) -> None:
        for inode, name in batch:
            try:
                if name is None:
                    self._node(inode)
                else:
                    self._entry(inode, name)
            except OSError as error:
                if error.errno != errno.ENOENT:  # the kernel did not know it: all is well
                    log.warning("the kernel refused an invalidation: %s", error)
