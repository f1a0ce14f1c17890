"""A result, copied into a saved search by who copies a whole saved search where entries are files.

What is saved is the query, and the results come by themselves: the copy is there for the program that makes it, and
for nobody to rely on. So that nothing is ever lost in it, it takes only the very bytes of a result of that name.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from vaultfs.attributes import TEXT, Attributes, blocks_of
from vaultfs.caller import Caller
from vaultfs.faults import ReadOnly
from vaultfs.tree.node import AttributeChanges, File, Handle


class CopiedFile(File):
    """It seems to hold what was written. `originals`: the results of its name, of which it may be a copy."""

    __slots__ = ("_mtime_ns", "originals", "size")

    entry_timeout = 0.0
    attribute_timeout = 0.0

    def __init__(self, inode: int) -> None:
        super().__init__(inode)
        self._mtime_ns = time.time_ns()
        self.originals: Sequence[File] = ()
        self.size = 0

    def attributes(self) -> Attributes:
        return Attributes(self.inode, TEXT, size=self.size, blocks=blocks_of(self.size), mtime_ns=self._mtime_ns)

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if truncate:
            self.size = 0
        return CopiedHandle(self, caller)

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """Owner and time are set on what will be gone in a moment; the size, where the copy ends with a hole."""
        if changes.size is not None:
            self.size = changes.size


class CopiedHandle(Handle):
    """Compares what is written with the originals, each of which is open as long as it may be the one."""

    def __init__(self, file: CopiedFile, caller: Caller) -> None:
        self._file = file
        self._caller = caller
        self._open: list[tuple[int, Handle]] | None = None

    async def read(self, offset: int, size: int) -> bytes:
        for _, original in await self._originals():
            return (await original.read(offset, size))[: max(0, self._file.size - offset)]
        return b""

    async def write(self, offset: int, data: bytes) -> int:
        """Raise ReadOnly for what is in no result: it is not taken in here."""
        for one in list(await self._originals()):
            if await one[1].read(offset, len(data)) != data:
                await self._give_up(one)
        if not self._open:
            raise ReadOnly("only the vault's own results are copied with a saved search")
        self._file.size = max(self._file.size, offset + len(data))
        return len(data)

    async def flush(self) -> None:
        """Refuse what is only a part of a result."""
        if self._file.size and all(size != self._file.size for size, _ in await self._originals()):
            raise ReadOnly("only whole results are copied with a saved search")

    async def release(self) -> None:
        for one in list(self._open or ()):
            await self._give_up(one)

    async def _originals(self) -> list[tuple[int, Handle]]:
        if self._open is None:
            self._open = []
            for original in self._file.originals:
                handle = await original.open(False, False, self._caller)
                self._open.append((original.attributes().size, handle))
        return self._open

    async def _give_up(self, one: tuple[int, Handle]) -> None:
        assert self._open is not None
        self._open.remove(one)
        await one[1].release()
