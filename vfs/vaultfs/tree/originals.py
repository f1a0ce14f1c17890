"""`.originals/<image id>/<name>`: the pictures' bytes, read-only, whatever link leads here.

Reachable by name, never listed. Folders that take pictures in link here and not to the originals, because a program
that writes to an existing name writes through the link before this file system is asked.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
from typing import TYPE_CHECKING

import trio

from vaultfs.attributes import PERMISSIONS, WRITE_BITS, Attributes
from vaultfs.faults import Missing, ReadOnly
from vaultfs.tree.entries import name_of, path_of
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.node import File, Folder, Handle, Node
from vaultfs.tree.node import Listing as Entries
from vaultipc.messages import Hit, HitsParams, Listing

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree

log = logging.getLogger(__name__)

_LONGEST_ID = 19


class OriginalsRoot(Folder):
    """Holds a folder for every image id; lists none."""

    __slots__ = ("_tree",)

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode)
        self._tree = tree

    async def lookup(self, name: bytes) -> Node:
        if not name.isdigit() or name.startswith(b"0") or len(name) > _LONGEST_ID:
            raise Missing(repr(name))
        image = name.decode()
        return self._tree.inodes.node(("original", image), lambda inode: OriginalFolder(inode, self._tree, image))

    async def open(self) -> Entries:
        return ()


class OriginalFolder(LiveFolder):
    """The one file of an image, under the name it has now."""

    __slots__ = ("image",)

    def __init__(self, inode: int, tree: Tree, image: str) -> None:
        super().__init__(inode, tree)
        self.image = image

    async def lookup(self, name: bytes) -> Node:
        entry = self.tree.listed.get(self.image)
        if entry is not None and entry.facts is not None and name_of(entry.facts) == name:
            # A listing brought the facts along: following its links asks for nothing.
            return original(self.tree, entry.facts)
        return await super().lookup(name)

    async def fetch(self, opened: bool) -> dict[bytes, Node]:
        return {name_of(hit): original(self.tree, hit) for hit in await _facts(self.tree, self.image)}


async def _facts(tree: Tree, image: str) -> list[Hit]:
    listing: Listing = await tree.ask("hits", HitsParams(ids=[image]))
    return listing.hits


def original(tree: Tree, hit: Hit) -> OriginalFile:
    """Return the read-only file of a picture."""
    file = tree.inodes.node(("file", hit.id, hit.content), lambda inode: OriginalFile(inode, tree))
    file.adopt(hit)
    return file


class OriginalFile(File):
    """A read-only passthrough of the file that is shown for an image."""

    __slots__ = ("_facts", "_mode", "_owner", "_path", "_seen", "_tree", "image")

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode)
        self._tree = tree
        self.image = ""
        self._path = b""
        self._mode = stat.S_IFREG
        self._owner = (0, 0)
        self._facts = (0, 0, 0)
        self._seen: tuple[int, int] | None = None

    def adopt(self, hit: Hit) -> None:
        """Take the facts of a listing record."""
        self.image = hit.id
        self._path = path_of(hit)
        self._mode = stat.S_IFREG | (stat.S_IMODE(hit.mode) & ~WRITE_BITS & PERMISSIONS)
        self._owner = (hit.uid, hit.gid)
        self._facts = (hit.mtime_ns, hit.size, hit.blocks)
        self.shown = None

    def attributes(self) -> Attributes:
        mtime_ns, size, blocks = self._facts
        uid, gid = self._owner
        return Attributes(self.inode, self._mode, size=size, blocks=blocks, mtime_ns=mtime_ns, uid=uid, gid=gid)

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if write or truncate:
            raise ReadOnly("originals are never written through the mount")
        try:
            descriptor, found = await trio.to_thread.run_sync(_opened, self._path)
        except FileNotFoundError:
            # Moved since it was listed: ask once where it is now.
            for hit in await _facts(self._tree, self.image):
                self.adopt(hit)
            descriptor, found = await trio.to_thread.run_sync(_opened, self._path)
        return self._handle(descriptor, found)

    def _handle(self, descriptor: int, found: os.stat_result) -> Handle:
        handle = Passthrough(descriptor)
        now = (found.st_mtime_ns, found.st_size)
        handle.keep_cache = now == self._seen
        if now != self._facts[:2]:
            log.warning("an original is not as it was listed (size or time differ)")
            log.debug("not as listed: %r", self._path)
            handle.keep_cache = False
            handle.direct = True
        self._seen = now
        return handle


class Passthrough(Handle):
    """Reads of an open file. What the page cache holds is read at once, the disk is left to a thread."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    async def read(self, offset: int, size: int) -> bytes:
        data = self._cached(offset, size)
        if len(data) < size:
            # A short answer means the end of the file to the kernel, so the rest is asked for in earnest.
            data += await trio.to_thread.run_sync(_read, self._descriptor, size - len(data), offset + len(data))
        return data

    def _cached(self, offset: int, size: int) -> bytes:
        buffer = bytearray(size)
        try:
            count = os.preadv(self._descriptor, [buffer], offset, os.RWF_NOWAIT)
        except OSError as error:
            if error.errno not in (errno.EAGAIN, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL):
                raise
            return b""
        return bytes(memoryview(buffer)[:count])

    async def release(self) -> None:
        os.close(self._descriptor)


def _opened(path: bytes) -> tuple[int, os.stat_result]:
    # O_NONBLOCK: a pipe that took the place of the picture must not hold the thread for ever.
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Missing("what is at the picture's path now is no file")
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor, found


def _read(descriptor: int, size: int, offset: int) -> bytes:
    """Return `size` bytes, fewer only at the end of the file."""
    parts: list[bytes] = []
    while size > 0:
        part = os.pread(descriptor, size, offset)
        if not part:
            break
        parts.append(part)
        offset += len(part)
        size -= len(part)
    return b"".join(parts)
