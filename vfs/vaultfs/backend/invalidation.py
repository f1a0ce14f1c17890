"""Telling the kernel that what it kept is no longer so: in one thread, never from a handler.

The kernel may hold the lock of the very folder whose entry is taken back until the handler that runs now has answered;
a handler that waited for it would never answer.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable

import trio

from vaultfs.tree.node import Folder, Node

log = logging.getLogger(__name__)

_QUEUE = 4096

EntryCall = Callable[[int, bytes], None]
NodeCall = Callable[[int], None]


class Invalidation:
    """A queue to one thread. When it is full what is added is dropped: the kernel's timeouts catch up with it."""

    def __init__(self, entry: EntryCall, node: NodeCall, known: Callable[[int], Node | None]) -> None:
        self._entry = entry
        self._node = node
        self._known = known
        self._put, self._queue = trio.open_memory_channel[Callable[[], None]](_QUEUE)

    def entry(self, folder: Folder, name: bytes) -> None:
        inode = folder.inode
        if self._known(inode):
            self._enqueue(lambda: self._entry(inode, name))

    def node(self, node: Node) -> None:
        inode = node.inode
        if self._known(inode):
            self._enqueue(lambda: self._node(inode))

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Pass on what is queued, for ever."""
        task_status.started()
        async for call in self._queue:
            try:
                await trio.to_thread.run_sync(call, abandon_on_cancel=True)
            except OSError as error:
                if error.errno != errno.ENOENT:  # the kernel did not know it: all is well
                    log.warning("the kernel refused an invalidation: %s", error)

    def _enqueue(self, call: Callable[[], None]) -> None:
        try:
            self._put.send_nowait(call)
        except trio.WouldBlock:
            log.debug("too many invalidations at once; one is left to its timeout")
