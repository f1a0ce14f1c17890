"""Nodes: what the kernel can hold. Folders look up and list; whatever a folder does not allow is refused here.

Asking a node for its attributes never computes and never waits. Everything else may.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, NoReturn

from vaultfs.attributes import LINK, SEALED_FOLDER, SEALED_TEXT, WRITE_BITS, Attributes, blocks_of
from vaultfs.faults import Missing, NoAttribute, NotFolder, NotPermitted, ReadOnly, Unsupported
from vaultfs.tree import extended
from vaultfs.tree.names import check_length

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.writing.question import Question

IDENTITY = 8
UNKNOWN = bytes(IDENTITY)

LONG = 300.0
"""Seconds the kernel may keep what does not change by itself; what does is invalidated by name."""
SHORT = 1.0


@dataclass(frozen=True, slots=True)
class AttributeChanges:
    """What setattr asks for; None leaves a thing as it is. Times in nanoseconds."""

    size: int | None = None
    mode: int | None = None
    mtime_ns: int | None = None
    owner: bool = False


class Node:
    """Anything with an inode. `entry_timeout`, `attribute_timeout`: seconds the kernel may believe what it was told.

    `facts`: all that a node knows which is one of many, in one string of bytes, for a hundred thousand of them are held
    at once and every object more is felt. It begins with the identity, of `IDENTITY` bytes; what follows is the kind's.
    `held`: how often the kernel was told of it and has not forgotten it.
    """

    __slots__ = ("__weakref__", "facts", "held", "inode")

    entry_timeout = LONG
    attribute_timeout = LONG

    def __init__(self, inode: int) -> None:
        self.inode = inode
        self.facts = UNKNOWN
        self.held = 0

    @property
    def original(self) -> bytes:
        """The path of the picture's file that this shows, nothing if it shows none."""
        return b""

    def attributes(self) -> Attributes:
        raise NotImplementedError

    async def set_attributes(self, changes: AttributeChanges) -> None:
        raise ReadOnly("this cannot be changed here")

    async def extended(self, name: bytes) -> bytes:
        """Return an extended attribute, or raise NoAttribute."""
        raise NoAttribute(repr(name))

    async def extended_names(self) -> list[bytes]:
        """Return the names of the extended attributes that a copy should have too."""
        return []

    async def set_extended(self, name: bytes, value: bytes | None, caller: Caller) -> None:
        """Set an extended attribute; None removes it."""
        raise Unsupported(f"{name!r} cannot be set here")


Listing = tuple[tuple[bytes, Node], ...]


class Handle:
    """An open file. `keep_cache`: the kernel may keep pages it read before. `direct`: it must not rely on the size."""

    keep_cache = False
    direct = False

    async def read(self, offset: int, size: int) -> bytes:
        raise NotImplementedError

    async def write(self, offset: int, data: bytes) -> int:
        raise ReadOnly("the file was not opened for writing")

    async def flush(self) -> None:
        """Finish or refuse what was written: its outcome is that of close(2). May come several times."""

    async def sync(self) -> None:
        """Make what was written so far survive a crash."""

    async def release(self) -> None:
        """The last descriptor is gone; nobody hears of errors any more."""


class File(Node):
    """Something with bytes."""

    __slots__ = ()

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        raise NotImplementedError


class Symlink(Node):
    """A link. Its facts are a time, the number of the image that it stands for, 0 if for none, and the target."""

    __slots__ = ()

    def lead(self, target: bytes, mtime_ns: int = 0, image: int = 0) -> bool:
        """Let it lead there; return whether the kernel may believe otherwise.

        `mtime_ns`: the picture's, so that sorting by date works.
        """
        facts = self.facts[:IDENTITY] + _LEADS.pack(mtime_ns, image) + target
        if facts == self.facts:
            return False
        known, self.facts = len(self.facts) > IDENTITY, facts
        return known

    @property
    def target(self) -> bytes:
        """The exact bytes of readlink(2)."""
        return self.facts[_TARGET:]

    @property
    def size(self) -> int:
        """Of the target, in bytes."""
        return len(self.facts) - _TARGET

    @property
    def mtime_ns(self) -> int:
        mtime_ns: int = _LEADS.unpack_from(self.facts, IDENTITY)[0]
        return mtime_ns

    @property
    def number(self) -> int:
        """Of the image."""
        number: int = _LEADS.unpack_from(self.facts, IDENTITY)[1]
        return number

    def attributes(self) -> Attributes:
        return Attributes(self.inode, LINK, size=self.size, mtime_ns=self.mtime_ns)


_LEADS = Struct("<qQ")
_TARGET = IDENTITY + _LEADS.size


class TextFile(File):
    """A small read-only text, made when it is opened."""

    __slots__ = ()

    attribute_timeout = 0.0

    def text(self) -> bytes:
        raise NotImplementedError

    def attributes(self) -> Attributes:
        size = len(self.text())
        return Attributes(self.inode, SEALED_TEXT, size=size, blocks=blocks_of(size))

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if write or truncate:
            raise ReadOnly("this text is written by the vault")
        return TextHandle(self.text())


class TextHandle(Handle):
    """Frozen at open, so that a text that changes is read whole."""

    direct = True

    def __init__(self, text: bytes) -> None:
        self.text = text

    async def read(self, offset: int, size: int) -> bytes:
        return self.text[offset : offset + size]


class Folder(Node):
    """A folder. `negative_timeout`: seconds the kernel may believe that a name does not exist.

    `mtime_ns`: when it was first seen. It does not move with the entries: what opening finds would seem a change made
    meanwhile to a program that looks at the time before and after (tar).
    """

    __slots__ = ("mtime_ns",)

    mode = SEALED_FOLDER
    negative_timeout = SHORT

    def __init__(self, inode: int) -> None:
        super().__init__(inode)
        self.mtime_ns = time.time_ns()

    def attributes(self) -> Attributes:
        return Attributes(self.inode, self.mode, mtime_ns=self.mtime_ns)

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """Owner, time and mode of a folder that takes things in are fixed; to say so would fail every `cp -a`."""
        if not self.mode & WRITE_BITS:
            await super().set_attributes(changes)

    def question(self) -> Question | None:
        """Return the query whose answer this is, if it is one."""
        return None

    async def extended(self, name: bytes) -> bytes:
        question = self.question()
        if name != extended.QUERY or question is None:
            return await super().extended(name)
        return question.query.encode()

    async def extended_names(self) -> list[bytes]:
        return [] if self.question() is None else [extended.QUERY]

    async def lookup(self, name: bytes) -> Node:
        """Return the node of that name, or raise Missing."""
        raise Missing(repr(name))

    def hides(self, name: bytes, caller: Caller) -> bool:
        """Return whether a name that others find is not there for `caller`."""
        return False

    def looked_at(self, caller: Caller) -> None:
        """`caller` is about to list this folder."""

    async def open(self) -> Listing:
        """Return the entries, frozen: a listing in progress sees one state."""
        raise NotImplementedError

    async def listed(self) -> None:
        """Somebody reads what `open` returned. Who opens a folder as if it were a file, to find that it is none, does
        not: a program that looks for its `package.json` in `search/` asks nothing."""

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        refuse("make a folder", name)

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        refuse("remove a folder", name)

    async def link(self, name: bytes, target: bytes, caller: Caller) -> Symlink:
        refuse("link", name)

    async def remove(self, name: bytes, caller: Caller) -> None:
        refuse("remove", name)

    async def create(self, name: bytes, mode: int, caller: Caller) -> tuple[File, Handle]:
        refuse("create", name)

    async def to_move(self, name: bytes) -> Node:
        """Return the node that a rename takes from here, or raise why it may not leave."""
        refuse("move", name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        """Take in what a rename brings, under `name`; all or nothing."""
        refuse("move to", name)

    async def left(self, moved: Moved) -> None:
        """A rename took `moved` from here and succeeded."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A rename under way: `node` leaves `source`, where it is called `name`. `replace`: may take another's place."""

    source: Folder
    name: bytes
    node: Node
    replace: bool = True


class FixedFolder(Folder):
    """A folder whose entries are known when it is made."""

    __slots__ = ("_hidden", "_listed")

    def __init__(self, inode: int, listed: dict[bytes, Node], hidden: dict[bytes, Node] | None = None) -> None:
        super().__init__(inode)
        self._listed = listed
        self._hidden = hidden or {}

    async def lookup(self, name: bytes) -> Node:
        node = self._listed.get(name) or self._hidden.get(name)
        if node is None:
            raise Missing(repr(name))
        return node

    async def open(self) -> Listing:
        return tuple(self._listed.items())


def refuse(gesture: str, name: bytes) -> NoReturn:
    """Raise ReadOnly."""
    raise ReadOnly(f"cannot {gesture} {name!r} here")


async def walk(root: Folder, path: bytes, caller: Caller | None = None) -> Node:
    """Return the node at `path`, as `caller` sees it, components separated by '/'; links are not followed."""
    node: Node = root
    for name in path.split(b"/"):
        if not name:
            continue
        if not isinstance(node, Folder):
            raise NotFolder(repr(path))
        check_length(name)
        if caller is not None and node.hides(name, caller):
            raise Missing(repr(path))
        node = await node.lookup(name)
    return node


async def rename(source: Folder, name: bytes, target: Folder, new_name: bytes, replace: bool, caller: Caller) -> None:
    """Move `name` of `source` to `new_name` of `target`."""
    moved = Moved(source, name, await source.to_move(name), replace)
    if isinstance(moved.node, Folder) and moved.node is target:
        raise NotPermitted("a folder cannot be moved into itself")
    await target.receive(moved, new_name, caller)
    await source.left(moved)
