"""The pyfuse3 backend: inodes, lookups counted by the kernel, readdirplus, invalidation."""

from __future__ import annotations

import errno
import functools
import logging
import os
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyfuse3
import trio

from vaultfs.attributes import accessible
from vaultfs.backend.errnos import number
from vaultfs.backend.invalidation import Invalidation
from vaultfs.backend.openfiles import OpenFiles, OpenFolder
from vaultfs.backend.pyfuse3_attributes import absent, shown
from vaultfs.backend.pyfuse3_waiting import use_patience
from vaultfs.backend.statistics import statistics
from vaultfs.caller import Caller
from vaultfs.device import not_mounted
from vaultfs.faults import Fault, IsFolder, Missing, NotFolder, NotPermitted, Stale
from vaultfs.tree import node as nodes
from vaultfs.tree.extended import check_kind
from vaultfs.tree.names import check_length
from vaultfs.tree.node import AttributeChanges, File, Folder, Handle, Node, Symlink
from vaultfs.tree.tree import Tree

P = ParamSpec("P")
R = TypeVar("R")

log = logging.getLogger(__name__)

NAME = "pyfuse3"
_ENDING = 5.0
_MOST_TASKS = 99
_DOTS = 2


async def serve(tree: Tree, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
    """Mount the tree and answer until cancelled; then unmount. Started once the mount is there."""
    operations = Operations(tree)
    try:
        options = {"fsname=vvault", "subtype=vvault", *tree.access.options}
        pyfuse3.init(operations, os.fsdecode(tree.mountpoint), options)
    except RuntimeError as error:
        raise not_mounted(tree.mountpoint, str(error)) from error
    try:
        async with trio.open_nursery() as nursery:
            await nursery.start(operations.invalidation.serve)
            tree.changed = operations.invalidation
            task_status.started()
            use_patience()
            await pyfuse3.main(min_tasks=_MOST_TASKS, max_tasks=_MOST_TASKS)
            nursery.cancel_scope.cancel()
    finally:
        pyfuse3.close(unmount=True)


def answering(
    method: Callable[Concatenate[Operations, P], Coroutine[Any, Any, R]],
) -> Callable[Concatenate[Operations, P], Coroutine[Any, Any, R]]:
    """Count the requests, and make every exception of a handler an errno: one that escaped would end the mount."""
    operation = method.__name__

    @functools.wraps(method)
    async def answered(self: Operations, /, *arguments: P.args, **named: P.kwargs) -> R:
        self.counts[operation] += 1
        try:
            return await method(self, *arguments, **named)
        except pyfuse3.FUSEError:
            raise
        except Exception as error:
            raise pyfuse3.FUSEError(number(error)) from None

    return answered


class Operations(pyfuse3.Operations):
    """The requests of the kernel, by inode."""

    enable_writeback_cache = False

    def __init__(self, tree: Tree) -> None:
        super().__init__()
        assert tree.root is not None
        self._tree = tree
        self.counts = tree.counts
        self._nodes = tree.inodes
        self._nodes.hold(tree.root)
        self._files: OpenFiles[Handle] = OpenFiles()
        self._folders: OpenFiles[OpenFolder] = OpenFiles()
        self.invalidation = Invalidation(pyfuse3.invalidate_entry, pyfuse3.invalidate_inode, self._nodes.known)

    # ---- nodes -------------------------------------------------------------------------------------------------

    def _node(self, inode: int) -> Node:
        node = self._nodes.known(inode)
        if node is None:
            raise Stale(f"inode {inode} is not known")
        return node

    def _folder(self, inode: int) -> Folder:
        node = self._node(inode)
        if not isinstance(node, Folder):
            raise NotFolder(f"inode {inode}")
        return node

    def _file(self, inode: int) -> File:
        node = self._node(inode)
        if isinstance(node, Folder):
            raise IsFolder(f"inode {inode}")
        if not isinstance(node, File):
            raise NotPermitted(f"inode {inode} is no file")
        return node

    def _found(self, node: Node) -> pyfuse3.EntryAttributes:
        """Count one more reference of the kernel's and return what it is told."""
        self._nodes.hold(node)
        return self._shown(node)

    def _shown(self, node: Node) -> pyfuse3.EntryAttributes:
        return shown(node, self._tree.access)

    def _changing(self, ctx: pyfuse3.RequestContext) -> Caller:
        """Return who asks for a change; Denied if that is not the owner."""
        caller = _asking(ctx)
        self._tree.check_change(caller)
        return caller

    # ---- names -------------------------------------------------------------------------------------------------

    @answering
    async def lookup(self, parent_inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> pyfuse3.EntryAttributes:
        folder = self._folder(parent_inode)
        if name in (b".", b".."):
            raise Missing("the kernel resolves these")
        check_length(name)
        log.debug("%r is looked up by %d", name, ctx.pid)
        if folder.hides(name, _asking(ctx)):
            raise Missing(repr(name))
        try:
            return self._found(await folder.lookup(name))
        except Exception as error:
            if folder.negative_timeout and number(error) == errno.ENOENT:
                return absent(folder.negative_timeout)
            raise

    async def forget(self, inode_list: Sequence[tuple[int, int]]) -> None:
        for inode, count in inode_list:
            if inode != pyfuse3.ROOT_INODE:
                self._nodes.release(inode, count)

    @answering
    async def getattr(self, inode: int, ctx: pyfuse3.RequestContext) -> pyfuse3.EntryAttributes:
        return self._shown(self._node(inode))

    @answering
    async def setattr(
        self, inode: int, attr: pyfuse3.EntryAttributes, fields: pyfuse3.SetattrFields, fh: int | None,
        ctx: pyfuse3.RequestContext,
    ) -> pyfuse3.EntryAttributes:  # fmt: skip
        changes = AttributeChanges(
            size=attr.st_size if fields.update_size else None,
            mode=attr.st_mode if fields.update_mode else None,
            mtime_ns=attr.st_mtime_ns if fields.update_mtime else None,
            owner=bool(fields.update_uid or fields.update_gid),
        )
        self._changing(ctx)
        node = self._node(inode)
        await node.set_attributes(changes)
        return self._shown(node)

    @answering
    async def access(self, inode: int, mode: int, ctx: pyfuse3.RequestContext) -> bool:
        return accessible(self._node(inode).attributes().mode, mode)

    @answering
    async def readlink(self, inode: int, ctx: pyfuse3.RequestContext) -> bytes:
        node = self._node(inode)
        if not isinstance(node, Symlink):
            raise Fault(f"inode {inode} is no link")
        return node.target

    # ---- folders -----------------------------------------------------------------------------------------------

    @answering
    async def opendir(self, inode: int, ctx: pyfuse3.RequestContext) -> int:
        folder = self._folder(inode)
        assert self._tree.root is not None
        caller = _asking(ctx)
        folder.looked_at(caller)
        entries = await folder.open()
        log.debug("inode %d is listed by %d", inode, ctx.pid)
        entries = ((b".", folder), (b"..", self._tree.root), *entries)
        return self._folders.add(OpenFolder(folder, entries, self._tree.access.owns(caller)))

    @answering
    async def readdir(self, fh: int, start_id: int, token: pyfuse3.ReaddirToken) -> None:
        opened = self._folders[fh]
        if start_id == 0:
            await opened.listed()
        for index in range(start_id, len(opened.entries)):
            name, node = opened.entries[index]
            if not pyfuse3.readdir_reply(token, name, self._shown(node), index + 1):
                break
            if index >= _DOTS:  # the kernel counts a reference to every entry but these
                self._nodes.hold(node)

    @answering
    async def releasedir(self, fh: int) -> None:
        self._folders.pop(fh)

    @answering
    async def fsyncdir(self, fh: int, datasync: bool) -> None:
        """Nothing is kept back: every change is the daemon's before it is answered."""

    @answering
    async def mkdir(
        self, parent_inode: int, name: bytes, mode: int, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        return self._found(await self._folder(parent_inode).make_folder(name, self._changing(ctx)))

    @answering
    async def rmdir(self, parent_inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> None:
        await self._folder(parent_inode).remove_folder(name, self._changing(ctx))

    @answering
    async def symlink(
        self, parent_inode: int, name: bytes, target: bytes, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        return self._found(await self._folder(parent_inode).link(name, target, self._changing(ctx)))

    @answering
    async def unlink(self, parent_inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> None:
        await self._folder(parent_inode).remove(name, self._changing(ctx))

    @answering
    async def rename(
        self, parent_inode_old: int, name_old: bytes, parent_inode_new: int, name_new: bytes, flags: int,
        ctx: pyfuse3.RequestContext,
    ) -> None:  # fmt: skip
        if flags & ~pyfuse3.RENAME_NOREPLACE:
            raise pyfuse3.FUSEError(errno.EINVAL)
        source, target = self._folder(parent_inode_old), self._folder(parent_inode_new)
        replace = not flags & pyfuse3.RENAME_NOREPLACE
        await nodes.rename(source, name_old, target, name_new, replace, self._changing(ctx))

    @answering
    async def link(
        self, inode: int, new_parent_inode: int, new_name: bytes, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        raise NotPermitted("there are no hard links here; use ln -s")

    @answering
    async def mknod(
        self, parent_inode: int, name: bytes, mode: int, rdev: int, ctx: pyfuse3.RequestContext
    ) -> pyfuse3.EntryAttributes:
        raise NotPermitted("there are no devices, pipes or sockets here")

    # ---- files -------------------------------------------------------------------------------------------------

    @answering
    async def open(self, inode: int, flags: int, ctx: pyfuse3.RequestContext) -> pyfuse3.FileInfo:
        writes = flags & os.O_ACCMODE != os.O_RDONLY
        truncates = bool(flags & os.O_TRUNC)
        caller = self._changing(ctx) if writes or truncates else _asking(ctx)
        return self._opened(await self._file(inode).open(writes, truncates, caller))

    @answering
    async def create(
        self, parent_inode: int, name: bytes, mode: int, flags: int, ctx: pyfuse3.RequestContext
    ) -> tuple[pyfuse3.FileInfo, pyfuse3.EntryAttributes]:
        file, handle = await self._folder(parent_inode).create(name, mode, self._changing(ctx))
        return self._opened(handle), self._found(file)

    @answering
    async def read(self, fh: int, off: int, size: int) -> bytes:
        return await self._files[fh].read(off, size)

    @answering
    async def write(self, fh: int, off: int, buf: bytes) -> int:
        return await self._files[fh].write(off, buf)

    @answering
    async def flush(self, fh: int) -> None:
        await self._files[fh].flush()

    @answering
    async def fsync(self, fh: int, datasync: bool) -> None:
        await self._files[fh].sync()

    @answering
    async def release(self, fh: int) -> None:
        await self._files.pop(fh).release()

    def _opened(self, handle: Handle) -> pyfuse3.FileInfo:
        return pyfuse3.FileInfo(fh=self._files.add(handle), keep_cache=handle.keep_cache, direct_io=handle.direct)

    # ---- the rest ----------------------------------------------------------------------------------------------

    @answering
    async def statfs(self, ctx: pyfuse3.RequestContext) -> pyfuse3.StatvfsData:
        answer = pyfuse3.StatvfsData()
        for name, value in (await statistics(self._tree.link)).items():
            setattr(answer, name, value)
        return answer

    # ---- extended attributes -----------------------------------------------------------------------------------

    @answering
    async def getxattr(self, inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> bytes:
        check_kind(name)
        return await self._node(inode).extended(name)

    @answering
    async def listxattr(self, inode: int, ctx: pyfuse3.RequestContext) -> list[bytes]:
        return await self._node(inode).extended_names()

    @answering
    async def setxattr(self, inode: int, name: bytes, value: bytes, ctx: pyfuse3.RequestContext) -> None:
        check_kind(name)
        await self._node(inode).set_extended(name, value, self._changing(ctx))

    @answering
    async def removexattr(self, inode: int, name: bytes, ctx: pyfuse3.RequestContext) -> None:
        check_kind(name)
        await self._node(inode).set_extended(name, None, self._changing(ctx))


def _asking(ctx: pyfuse3.RequestContext) -> Caller:
    return Caller(ctx.pid, ctx.uid, ctx.gid)
