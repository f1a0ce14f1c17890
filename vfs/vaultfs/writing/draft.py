"""Query texts being edited: `.query` itself, and the files editors write beside it."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from vaultfs.attributes import TEXT, Attributes, blocks_of
from vaultfs.faults import Invalid, TooBig
from vaultfs.tree.node import AttributeChanges, File, Handle
from vaultfs.writing.question import Question, question
from vaultipc.messages import Level

if TYPE_CHECKING:
    from vaultfs.caller import Caller

LIMIT = 64 * 1024
"""Bytes of the longest text: what a person writes, not a picture that strayed here."""


class Searchable(Protocol):
    """What a `.query` belongs to."""

    query: str
    level: Level

    async def check(self, question: Question) -> None:
        """Raise QueryError if `question` cannot be asked."""

    async def edit(self, question: Question, caller: Caller) -> None:
        """Ask this from now on, or raise QueryError."""


class Text:
    """Bytes in memory that can be written anywhere up to the limit."""

    def __init__(self, data: bytes = b"") -> None:
        self.data = bytearray(data)

    def write(self, offset: int, data: bytes) -> None:
        if offset + len(data) > LIMIT:
            raise TooBig(f"a query text has at most {LIMIT} bytes")
        if offset > len(self.data):
            self.truncate(offset)
        self.data[offset : offset + len(data)] = data

    def truncate(self, size: int) -> None:
        if size > LIMIT:
            raise TooBig(f"a query text has at most {LIMIT} bytes")
        del self.data[size:]
        self.data.extend(bytes(size - len(self.data)))

    def question(self) -> Question:
        """Return what the text asks, without white space around it as editors leave; Invalid if nobody could."""
        try:
            return question(self.data.decode())
        except UnicodeDecodeError:
            raise Invalid("a query is UTF-8 text") from None


class _Writable(File):
    """A text file whose size the kernel must ask for."""

    __slots__ = ("_mtime_ns",)

    attribute_timeout = 0.0

    def __init__(self, inode: int) -> None:
        super().__init__(inode)
        self._mtime_ns = time.time_ns()

    def size(self) -> int:
        raise NotImplementedError

    def attributes(self) -> Attributes:
        size = self.size()
        return Attributes(self.inode, TEXT, size=size, blocks=blocks_of(size), mtime_ns=self._mtime_ns)


class Draft(_Writable):
    """A file an editor wrote in order to rename it to `.query`.

    `became`: what it is since then. The kernel calls the draft `.query` until it is told otherwise, a moment later.
    """

    __slots__ = ("became", "text")

    def __init__(self, inode: int) -> None:
        super().__init__(inode)
        self.text = Text()
        self.became: QueryFile | None = None

    def size(self) -> int:
        return len(self.text.data) if self.became is None else self.became.size()

    def question(self) -> Question:
        """Return what it would ask."""
        return self.text.question()

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if self.became is not None:
            return await self.became.open(write, truncate, caller)
        if truncate:
            self.text.truncate(0)
        return DraftHandle(self.text)

    async def set_attributes(self, changes: AttributeChanges) -> None:
        if self.became is not None:
            await self.became.set_attributes(changes)
        elif changes.size is not None:
            self.text.truncate(changes.size)


class DraftHandle(Handle):
    """An open draft: nothing happens when it is closed."""

    direct = True

    def __init__(self, text: Text) -> None:
        self.text = text

    async def read(self, offset: int, size: int) -> bytes:
        return bytes(self.text.data[offset : offset + size])

    async def write(self, offset: int, data: bytes) -> int:
        self.text.write(offset, data)
        return len(data)


class QueryFile(_Writable):
    """`.query`. What is written takes effect at close(2), whole, or not at all."""

    __slots__ = ("_pending", "_writers", "search")

    def __init__(self, inode: int, search: Searchable) -> None:
        super().__init__(inode)
        self.search = search
        self._pending: Text | None = None
        self._writers = 0

    def size(self) -> int:
        """Return the size of what is being written, else of the query."""
        return len(self._pending.data) if self._pending is not None and self._writers else len(_written(self.search))

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if not write and not truncate:
            return DraftHandle(Text(_written(self.search)))
        if truncate or self._pending is None:
            self._pending = Text(b"" if truncate else _written(self.search))
        self._writers += 1
        return QueryHandle(self, self._pending, truncate, caller)

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """truncate(2) before writing: the old query stays until new text is closed."""
        if changes.size is not None:
            pending = self._pending or Text(_written(self.search))
            pending.truncate(changes.size)
            self._pending = pending

    async def finish(self, text: Text, caller: Caller) -> None:
        """Make `text` the query. An empty text changes nothing: a shell's `>` closes one before it writes."""
        wanted = text.question()
        if not wanted.query:
            return
        self._mtime_ns = time.time_ns()
        if wanted != (self.search.query, self.search.level):
            await self.search.edit(wanted, caller)

    def done(self, text: Text) -> None:
        """A writer of `text` is gone."""
        self._writers -= 1
        if self._pending is text:
            self._pending = None


class QueryHandle(DraftHandle):
    """`.query` open for writing."""

    def __init__(self, file: QueryFile, text: Text, emptied: bool, caller: Caller) -> None:
        super().__init__(text)
        self._file = file
        self._caller = caller
        self._changed = emptied

    async def write(self, offset: int, data: bytes) -> int:
        if offset == 0 and not self.text.data and data.endswith(b"\n"):
            # All of it at once, as `echo` writes: shells look at the outcome of write(2) and never at that of close(2).
            await self._file.search.check(Text(data).question())
        self._changed = True
        return await super().write(offset, data)

    async def flush(self) -> None:
        if self._changed:
            await self._file.finish(self.text, self._caller)
            self._changed = False

    async def release(self) -> None:
        self._file.done(self.text)


def _written(search: Searchable) -> bytes:
    return Question(search.query, search.level).text().encode()
