"""`like/drop/`: takes any picture to search by. It is never taken into the library, and gone with the mount."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vaultfs.attributes import OWN_FOLDER
from vaultfs.faults import Exists, Missing, NoSpace, NotPermitted, Unavailable
from vaultfs.tree.names import check_length
from vaultfs.tree.node import File, Folder, Handle, Listing, Moved, Node, Symlink
from vaultfs.tree.portable import renamed, shown
from vaultfs.writing.dropped import Dropped
from vaultfs.writing.holding import Holding

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree

KEPT = 24 * 3600.0
"""Seconds after which a dropped file goes by itself."""
MOST_FILES = 100
MOST_BYTES = 1 << 30
"""Of all dropped files together."""


class DropFolder(Folder):
    """Plain files under the names they were given. `told` hears each name that means another file, or none, now."""

    __slots__ = ("_files", "_made", "_told", "_tree")

    mode = OWN_FOLDER
    negative_timeout = 0.0

    def __init__(self, inode: int, tree: Tree, told: Callable[[bytes], None]) -> None:
        super().__init__(inode)
        self._tree = tree
        self._told = told
        self._files: dict[bytes, Dropped] = {}
        self._made = 0
        tree.tidied.append(self.expire)
        tree.ended.append(self.empty)

    def files(self) -> dict[bytes, Dropped]:
        """Return what is here, by name."""
        return dict(self._files)

    async def lookup(self, name: bytes) -> Node:
        check_length(name)
        name = self._called(name)
        if name not in self._files:
            raise Missing(repr(name))
        return self._files[name]

    async def open(self) -> Listing:
        return tuple((renamed(self._files)[0] if self._tree.portable else self._files).items())

    async def create(self, name: bytes, mode: int, caller: Caller) -> tuple[File, Handle]:
        check_length(name)
        if name in self._files:
            raise Exists(repr(name))
        if len(self._files) >= MOST_FILES:
            raise NoSpace(f"{MOST_FILES} files at once can be dropped here: remove some")
        holding = await Holding.new(self._holding_folder())
        if name in self._files:
            holding.discard()
            raise Exists(repr(name))
        self._made += 1
        key = ("dropped", self.inode, self._made)
        file = self._tree.inodes.node(key, lambda inode: Dropped(inode, self, holding, mode, self._tree.now()))
        self._files[name] = file
        self._told(name)
        return file, await file.open(True, False, caller)

    async def remove(self, name: bytes, caller: Caller) -> None:
        await self.lookup(name)
        self._drop(self._called(name))

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        raise NotPermitted("only files can be dropped here")

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        await self.lookup(name)
        raise NotPermitted(f"{name!r} is a file")

    async def link(self, name: bytes, target: bytes, caller: Caller) -> Symlink:
        raise NotPermitted("only files can be dropped here; for a picture of the library open like/<its name>/")

    async def to_move(self, name: bytes) -> Node:
        return await self.lookup(name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        check_length(name)
        if moved.source is not self or not isinstance(moved.node, Dropped):
            raise NotPermitted("a picture of the library need not be dropped: open like/<its name>/")
        there = self._files.get(name)
        if there is moved.node:
            return
        if there is not None:
            if not moved.replace:
                raise Exists(repr(name))
            self._drop(name)
        self._files[name] = moved.node
        self._told(name)

    async def left(self, moved: Moved) -> None:
        name = self._called(moved.name)
        if self._files.get(name) is moved.node:
            del self._files[name]
            self._told(name)

    # ---- room --------------------------------------------------------------------------------------------------

    def must_fit(self, more: int) -> None:
        """Raise NoSpace unless there is room for so many bytes more."""
        if more > 0 and sum(file.size() for file in self._files.values()) + more > MOST_BYTES:
            raise NoSpace(f"{MOST_BYTES >> 20} MiB can be dropped here")

    def expire(self, now: float) -> None:
        """Let go of what was dropped a day ago and is not open."""
        for name, file in self.files().items():
            if file.since + KEPT <= now and not file.in_use:
                self._drop(name)
                self._tree.changed.entry(self, name)

    def empty(self) -> None:
        """Let go of everything."""
        for name in self.files():
            self._drop(name)

    # ---- steps -------------------------------------------------------------------------------------------------

    def _called(self, name: bytes) -> bytes:
        """Return the name that was given to what may be asked for by its portable one."""
        if name in self._files or not self._tree.portable:
            return name
        return next((given for given, portable in shown(self._files).items() if portable == name), name)

    def _drop(self, name: bytes) -> None:
        self._files.pop(name).discard()
        self._told(name)

    def _holding_folder(self) -> str:
        welcome = self._tree.link.welcome
        if welcome is None:
            raise Unavailable("the daemon has not said yet where to hold bytes")
        return welcome.holding
