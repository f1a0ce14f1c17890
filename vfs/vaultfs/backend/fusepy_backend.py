"""The fusepy backend (mfusepy): paths instead of inodes, for machines where pyfuse3 cannot be built.

libfuse runs its loop in one thread that we own and enters the tree from there. It cannot be told that what the kernel
keeps is no longer so, therefore entries and attributes are believed for a second at most.
"""

from __future__ import annotations

import errno
import logging
import os
import stat
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import trio

from vaultfs.attributes import Attributes, accessible
from vaultfs.backend.believed import Believed, believable
from vaultfs.backend.counting import counting
from vaultfs.backend.errnos import number
from vaultfs.backend.fusepy_loop import TIMEOUT, LoopThread, appeared, exact, mfusepy, text
from vaultfs.backend.openfiles import OpenFiles, OpenFolder
from vaultfs.backend.statistics import statistics
from vaultfs.caller import Caller
from vaultfs.faults import Exists, Invalid, IsFolder, NoAttribute, NotFolder, NotPermitted, Unsupported
from vaultfs.tree import node as nodes
from vaultfs.tree.extended import check_kind
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.node import AttributeChanges, File, Folder, Handle, Node, Symlink, walk
from vaultfs.tree.tree import Tree

R = TypeVar("R")

log = logging.getLogger(__name__)

NAME = "fusepy"
_RENAME_NOREPLACE = 1
# utimensat(2): "now" and "leave it", told in the nanoseconds.
_UTIME_NOW = (1 << 30) - 1
_UTIME_OMIT = (1 << 30) - 2


async def serve(tree: Tree, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
    """Mount the tree and answer until cancelled; then unmount. Started once the mount is there."""
    operations = Operations(tree, trio.lowlevel.current_trio_token())
    loop = LoopThread(tree.mountpoint, operations, tree.access.options)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(loop.run)
        await appeared(tree.mountpoint)
        task_status.started()
        try:
            await loop.ended.wait()
        finally:
            await loop.end()
        nursery.cancel_scope.cancel()


@dataclass(frozen=True, slots=True)
class _Opened:
    """An open file and the node it belongs to: its name may be gone when it is asked for its attributes."""

    node: File
    handle: Handle


@counting
class Operations(mfusepy.Operations):  # type: ignore[misc]
    """The requests of libfuse, by path. Every one is answered in the tree's own thread."""

    use_ns = True

    def __init__(self, tree: Tree, token: trio.lowlevel.TrioToken) -> None:
        assert tree.root is not None
        self._tree = tree
        self.counts = tree.counts
        self._root = tree.root
        self._link = tree.link
        self._token = token
        self._files: OpenFiles[_Opened] = OpenFiles()
        self._folders: OpenFiles[OpenFolder] = OpenFiles()
        # On a busy machine the kernel hears of an answer, and begins to believe it, some time after it was made.
        self._believed = Believed(5.0 * TIMEOUT, tree.now)

    def _run(self, step: Callable[..., Awaitable[R]], *arguments: Any) -> R:
        """Run `step` in the tree's thread; whatever it raises becomes an errno."""
        try:
            return trio.from_thread.run(step, *arguments, trio_token=self._token)
        except trio.RunFinishedError:
            raise mfusepy.FuseOSError(errno.EIO) from None
        except Exception as error:
            raise mfusepy.FuseOSError(number(error)) from None

    # ---- paths -------------------------------------------------------------------------------------------------

    async def _node(self, path: str, caller: Caller | None = None) -> Node:
        there = exact(path)
        return await believable(self._tree, self._believed, there, await walk(self._root, there, caller))

    async def _folder(self, path: bytes) -> Folder:
        node = await walk(self._root, path)
        if not isinstance(node, Folder):
            raise NotFolder(repr(path))
        return node

    async def _above(self, path: str) -> tuple[Folder, bytes]:
        """Return the folder that `path` lies in, and its name there."""
        parent, _, name = exact(path).rpartition(b"/")
        return await self._folder(parent), name

    # ---- nodes -------------------------------------------------------------------------------------------------

    def getattr(self, path: str, fh: Any = None) -> dict[str, Any]:
        node = self._run(self._seen, path, _caller()) if fh is None else self._files[fh.fh].node
        attributes = node.attributes()
        return _stat(attributes) | {"st_mode": self._tree.access.mode(attributes)}

    async def _seen(self, path: str, caller: Caller) -> Node:
        """Return the node at `path`. Folders are kept a while: made anew each time they would seem changed, to tar."""
        log.debug("%r is looked up by %d", path, caller.pid)
        node = await self._node(path, caller)
        if isinstance(node, LiveFolder):
            self._tree.keep(node)
        return node

    def access(self, path: str, amode: int) -> int:
        if not accessible(self._run(self._node, path).attributes().mode, amode):
            raise mfusepy.FuseOSError(errno.EACCES)
        return 0

    def readlink(self, path: str) -> str:
        node = self._run(self._node, path)
        if not isinstance(node, Symlink):
            raise mfusepy.FuseOSError(errno.EINVAL)
        return text(node.target)

    def chmod(self, path: str, mode: int) -> int:
        return self._change(path, AttributeChanges(mode=mode))

    def chown(self, path: str, uid: int, gid: int) -> int:
        return self._change(path, AttributeChanges(owner=True))

    def truncate(self, path: str, length: int, fh: Any = None) -> int:
        return self._change(path, AttributeChanges(size=length))

    def utimens(self, path: str, times: tuple[int, int] | None = None) -> int:
        mtime_ns = _UTIME_NOW if times is None else int(times[1])
        if mtime_ns == _UTIME_OMIT:
            return 0
        return self._change(path, AttributeChanges(mtime_ns=time.time_ns() if mtime_ns == _UTIME_NOW else mtime_ns))

    def _change(self, path: str, changes: AttributeChanges) -> int:
        caller = _caller()

        async def change() -> None:
            self._tree.check_change(caller)
            await (await self._node(path)).set_attributes(changes)

        self._run(change)
        return 0

    # ---- folders -----------------------------------------------------------------------------------------------

    def opendir(self, path: str) -> int:
        caller = _caller()

        async def open_folder() -> OpenFolder:
            folder = await self._folder(exact(path))
            folder.looked_at(caller)
            entries = ((b".", folder), (b"..", self._root), *await folder.open())
            return OpenFolder(folder, entries, self._tree.access.owns(caller))

        return self._folders.add(self._run(open_folder))

    def readdir(self, path: str, fh: int) -> Iterator[tuple[str, dict[str, int], int]]:
        opened = self._folders[fh]
        self._run(opened.listed)
        for name, node in opened.entries:
            attributes = node.attributes()
            yield text(name), {"st_mode": attributes.mode, "st_ino": attributes.inode}, 0

    def releasedir(self, path: str, fh: int) -> int:
        self._folders.pop(fh)
        return 0

    def mkdir(self, path: str, mode: int) -> int:
        return self._gesture(path, lambda folder, name, caller: folder.make_folder(name, caller))

    def rmdir(self, path: str) -> int:
        return self._gesture(path, lambda folder, name, caller: folder.remove_folder(name, caller))

    def unlink(self, path: str) -> int:
        return self._gesture(path, lambda folder, name, caller: folder.remove(name, caller))

    def symlink(self, target: str, source: str) -> int:
        """mfusepy's `target` is the new name and `source` what it leads to."""
        return self._gesture(target, lambda folder, name, caller: folder.link(name, exact(source), caller))

    def rename(self, old: str, new: str, flags: int = 0) -> int:
        if flags & ~_RENAME_NOREPLACE:
            raise mfusepy.FuseOSError(errno.EINVAL)
        caller, replace = _caller(), not flags & _RENAME_NOREPLACE

        async def move() -> None:
            self._tree.check_change(caller)
            (source, name), (target, new_name) = await self._above(old), await self._above(new)
            await nodes.rename(source, name, target, new_name, replace, caller)
            self._believed.move(exact(old), exact(new))

        self._run(move)
        return 0

    def link(self, target: str, source: str) -> int:
        raise mfusepy.FuseOSError(number(NotPermitted("there are no hard links here; use ln -s")))

    def mknod(self, path: str, mode: int, dev: int) -> int:
        raise mfusepy.FuseOSError(number(NotPermitted("there are no devices, pipes or sockets here")))

    def _gesture(self, path: str, gesture: Callable[[Folder, bytes, Caller], Awaitable[object]]) -> int:
        caller = _caller()

        async def make() -> None:
            self._tree.check_change(caller)
            folder, name = await self._above(path)
            await gesture(folder, name, caller)
            self._believed.forget(exact(path))

        self._run(make)
        return 0

    # ---- files -------------------------------------------------------------------------------------------------

    def open(self, path: str, fi: Any) -> int:
        caller, flags = _caller(), fi.flags
        writes, truncates = flags & os.O_ACCMODE != os.O_RDONLY, bool(flags & os.O_TRUNC)

        async def opened() -> _Opened:
            if writes or truncates:
                self._tree.check_change(caller)
            node = await self._node(path)
            if isinstance(node, Folder):
                raise IsFolder(path)
            if not isinstance(node, File):
                raise Invalid(path)
            return _Opened(node, await node.open(writes, truncates, caller))

        self._hand_over(self._run(opened), fi)
        return 0

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        caller = _caller()

        async def created() -> _Opened:
            self._tree.check_change(caller)
            folder, name = await self._above(path)
            made = _Opened(*await folder.create(name, mode, caller))
            self._believed.tell(exact(path), stat.S_IFREG)
            return made

        self._hand_over(self._run(created), fi)
        return 0

    def read(self, path: str, size: int, offset: int, fh: Any) -> bytes:
        return self._run(self._files[fh.fh].handle.read, offset, size)

    def write(self, path: str, data: bytes, offset: int, fh: Any) -> int:
        return self._run(self._files[fh.fh].handle.write, offset, data)

    def flush(self, path: str, fh: Any) -> int:
        self._run(self._files[fh.fh].handle.flush)
        return 0

    def fsync(self, path: str, datasync: int, fh: Any) -> int:
        self._run(self._files[fh.fh].handle.sync)
        return 0

    def release(self, path: str, fh: Any) -> int:
        self._run(self._files.pop(fh.fh).handle.release)
        return 0

    def _hand_over(self, opened: _Opened, fi: Any) -> None:
        fi.fh = self._files.add(opened)
        fi.direct_io = opened.handle.direct
        fi.keep_cache = opened.handle.keep_cache

    # ---- extended attributes -----------------------------------------------------------------------------------

    def getxattr(self, path: str, name: str, position: int = 0) -> bytes:
        attribute = _ours(name)

        async def get() -> bytes:
            return await (await self._node(path)).extended(attribute)

        return self._run(get)

    def listxattr(self, path: str) -> list[str]:
        async def names() -> list[bytes]:
            return await (await self._node(path)).extended_names()

        return [text(name) for name in self._run(names)]

    def setxattr(self, path: str, name: str, value: bytes, options: int, position: int = 0) -> int:
        attribute, caller = _ours(name), _caller()

        async def change() -> None:
            self._tree.check_change(caller)
            node = await self._node(path)
            if options:
                await _check_presence(node, attribute, create=bool(options & os.XATTR_CREATE))
            await node.set_extended(attribute, value, caller)

        self._run(change)
        return 0

    def removexattr(self, path: str, name: str) -> int:
        attribute, caller = _ours(name), _caller()

        async def remove() -> None:
            self._tree.check_change(caller)
            await (await self._node(path)).set_extended(attribute, None, caller)

        self._run(remove)
        return 0

    # ---- the rest ----------------------------------------------------------------------------------------------

    def statfs(self, path: str) -> dict[str, int]:
        return self._run(statistics, self._link)


def _caller() -> Caller:
    uid, gid, pid = mfusepy.fuse_get_context()
    return Caller(pid, uid, gid)


def _ours(name: str) -> bytes:
    """Return the name of an attribute that there can be here; others are answered in libfuse's own thread."""
    attribute = exact(name)
    try:
        check_kind(attribute)
    except Unsupported as error:
        raise mfusepy.FuseOSError(number(error)) from None
    return attribute


async def _check_presence(node: Node, attribute: bytes, create: bool) -> None:
    """Raise Exists if `create` and the attribute is there, NoAttribute if it is to be replaced and is not."""
    try:
        await node.extended(attribute)
    except NoAttribute:
        if not create:
            raise
        return
    if create:
        raise Exists(repr(attribute))


def _stat(attributes: Attributes) -> dict[str, Any]:
    return {
        "st_ino": attributes.inode,
        "st_mode": attributes.mode,
        "st_nlink": attributes.links,
        "st_uid": attributes.uid,
        "st_gid": attributes.gid,
        "st_size": attributes.size,
        "st_blocks": attributes.blocks,
        "st_blksize": 4096,
        "st_atime": attributes.mtime_ns,
        "st_mtime": attributes.mtime_ns,
        "st_ctime": attributes.mtime_ns,
    }
