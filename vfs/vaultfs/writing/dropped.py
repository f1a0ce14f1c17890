"""Files of `like/drop/`: bytes that are kept while the mount lasts, to search by, and belong to nobody's library."""

from __future__ import annotations

import stat
import time
from typing import TYPE_CHECKING, Protocol

from vaultfs.attributes import PERMISSIONS, Attributes, blocks_of
from vaultfs.tree.node import AttributeChanges, File, Handle
from vaultfs.writing.holding import Holding

if TYPE_CHECKING:
    from vaultfs.caller import Caller


class Room(Protocol):
    """What a dropped file takes its bytes from."""

    def must_fit(self, more: int) -> None:
        """Raise NoSpace unless there is room for so many bytes more."""


class Dropped(File):
    """A plain file: reads back what was written.

    Its bytes lie in the daemon's holding folder, where the daemon finds them to look at, and removes them after a day
    should this process be killed. The time a program sets is kept here and not there: that day begins with the bytes.
    """

    __slots__ = ("_gone", "_handles", "_holding", "_mode", "_mtime_ns", "_room", "since")

    entry_timeout = 0.0
    attribute_timeout = 0.0

    def __init__(self, inode: int, room: Room, holding: Holding, mode: int, now: float) -> None:
        super().__init__(inode)
        self._room = room
        self._holding = holding
        self._mode = stat.S_IFREG | (mode & PERMISSIONS)
        self._mtime_ns = time.time_ns()
        self._handles = 0
        self._gone = False
        self.since = now
        """When it was dropped, in seconds of the tree's clock."""

    @property
    def path(self) -> str:
        """The file that holds the bytes."""
        return self._holding.path

    @property
    def in_use(self) -> bool:
        return self._handles > 0

    def size(self) -> int:
        return 0 if self._gone and not self._handles else self._holding.stat().st_size

    def attributes(self) -> Attributes:
        size = self.size()
        return Attributes(self.inode, self._mode, size=size, blocks=blocks_of(size), mtime_ns=self._mtime_ns)

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """Copying programs also set an owner: it is the user's anyway."""
        if changes.mode is not None:
            self._mode = stat.S_IFREG | (changes.mode & PERMISSIONS)
        if changes.size is not None:
            await self.truncate(changes.size)
        if changes.mtime_ns is not None:
            self._mtime_ns = changes.mtime_ns

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if truncate:
            await self.truncate(0)
        self._handles += 1
        return DroppedHandle(self)

    async def read(self, offset: int, size: int) -> bytes:
        return await self._holding.read(offset, size)

    async def write(self, offset: int, data: bytes) -> None:
        self._room.must_fit(offset + len(data) - self.size())
        await self._holding.write(offset, data)
        self._mtime_ns = time.time_ns()

    async def truncate(self, size: int) -> None:
        self._room.must_fit(size - self.size())
        await self._holding.truncate(size)
        self._mtime_ns = time.time_ns()

    async def sync(self) -> None:
        await self._holding.sync()

    def discard(self) -> None:
        """Its name is gone; its bytes go when nobody reads them any more."""
        if not self._gone:
            self._gone = True
            self._let_go()

    def released(self) -> None:
        """One handle less."""
        self._handles -= 1
        self._let_go()

    def _let_go(self) -> None:
        if self._gone and not self._handles:
            self._holding.discard()


class DroppedHandle(Handle):
    """An open file among those dropped."""

    def __init__(self, file: Dropped) -> None:
        self._file = file

    async def read(self, offset: int, size: int) -> bytes:
        return await self._file.read(offset, size)

    async def write(self, offset: int, data: bytes) -> int:
        await self._file.write(offset, data)
        return len(data)

    async def sync(self) -> None:
        await self._file.sync()

    async def release(self) -> None:
        self._file.released()
