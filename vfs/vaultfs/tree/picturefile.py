"""Pictures as read-only files: what stands in `.originals/`, and the entries of a mount whose entries are files."""

from __future__ import annotations

import logging
import os
import stat
from typing import TYPE_CHECKING, NamedTuple

import trio

from vaultfs.attributes import PERMISSIONS, WRITE_BITS, Attributes
from vaultfs.faults import ReadOnly
from vaultfs.tree.node import AttributeChanges, File, Handle
from vaultfs.tree.passthrough import Passthrough, opened
from vaultfs.tree.records import path_of, record
from vaultipc.messages import Hit

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree

log = logging.getLogger(__name__)


class Standing(NamedTuple):
    """Mode, owner and group: few different ones, and many files that have them."""

    mode: int
    uid: int
    gid: int


class OriginalFile(File):
    """A read-only passthrough of a file of the library, with the facts that a listing told of it."""

    __slots__ = ("_blocks", "_mtime_ns", "_path", "_seen", "_size", "_standing", "tree")

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode)
        self.tree = tree
        self._path = b""
        self._standing = Standing(stat.S_IFREG, 0, 0)
        self._size = self._blocks = self._mtime_ns = 0
        self._seen: tuple[int, int] | None = None

    def take(self, path: bytes, standing: Standing, size: int, blocks: int, mtime_ns: int) -> bool:
        """Take what a listing told; return whether the kernel may believe other attributes. Write bits are left out."""
        known, before = self._path != b"", self._facts()
        if path != self._path:
            self._path = path
        standing = standing._replace(mode=stat.S_IFREG | (standing.mode & PERMISSIONS & ~WRITE_BITS))
        self._standing = self.tree.standings.setdefault(standing, standing)
        self._size, self._blocks, self._mtime_ns = size, blocks, mtime_ns
        if self._facts() == before:
            return False
        self.shown = None
        return known

    def _facts(self) -> tuple[object, ...]:
        return self._standing, self._size, self._blocks, self._mtime_ns

    def attributes(self) -> Attributes:
        mode, uid, gid = self._standing
        return Attributes(
            self.inode, mode, size=self._size, blocks=self._blocks, mtime_ns=self._mtime_ns, uid=uid, gid=gid
        )

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if write or truncate:
            raise ReadOnly("originals are never written through the mount")
        return self._handle(*await trio.to_thread.run_sync(opened, self._path))

    def _handle(self, descriptor: int, found: os.stat_result) -> Handle:
        handle = Passthrough(descriptor)
        now = (found.st_mtime_ns, found.st_size)
        handle.keep_cache = now == self._seen
        if now != (self._mtime_ns, self._size):
            log.warning("an original is not as it was listed (size or time differ)")
            log.debug("not as listed: %r", self._path)
            handle.keep_cache = False
            handle.direct = True
        self._seen = now
        return handle


class PictureFile(OriginalFile):
    """The file that is shown for an image."""

    __slots__ = ("image",)

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.image = ""

    def adopt(self, hit: Hit) -> bool:
        """Take the facts of a listing record; return what `take` does."""
        self.image = hit.id
        return self.take(path_of(hit), Standing(hit.mode, hit.uid, hit.gid), hit.size, hit.blocks, hit.mtime_ns)

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        try:
            return await super().open(write, truncate, caller)
        except FileNotFoundError:
            # Moved since it was listed: ask once where it is now.
            if self.adopt(await record(self.tree, self.image)):
                self.tree.changed.node(self)
            return await super().open(write, truncate, caller)


class EntryFile(PictureFile):
    """An entry of a folder, where entries are files. It is another file than the same picture in another folder."""

    __slots__ = ()


class KeptEntryFile(EntryFile):
    """An entry of a folder that takes pictures in. Programs that copy set owner and time: it keeps its own."""

    __slots__ = ()

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """Nothing comes of it, silently: to say so would fail every `cp -a`. But bytes stay as they are."""
        if changes.size is not None:
            raise ReadOnly("originals are never written through the mount")
