"""`failed/`: the files that could not be read, and in `.why/` for each of them a text that says why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.spelling import vvault
from vaultfs.tree import extended
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import distinct, with_suffix
from vaultfs.tree.node import Node, Symlink
from vaultfs.tree.picturefile import OriginalFile, Standing
from vaultfs.tree.reasons import Reason
from vaultipc.codec import exact
from vaultipc.messages import Failed, FailedFile, FailedParams

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree

WHY = b".why"


class FailedFolder(LiveFolder):
    """The files, as links or as files. Its view of the reasons is reachable by name and not listed."""

    __slots__ = ()

    async def lookup(self, name: bytes) -> Node:
        if name == WHY:
            return self.tree.inodes.node(("view", self.inode, name), lambda inode: WhyFailed(inode, self.tree))
        return await super().lookup(name)

    async def fetch(self) -> dict[bytes, Node]:
        as_entry = self._file if self.tree.as_files else self._link
        return {name: as_entry(file) for name, file in await _failed(self.tree)}

    def _file(self, failed: FailedFile) -> FailedEntry:
        file = self.tree.inodes.node(("failed", failed.file), lambda inode: FailedEntry(inode, self.tree))
        file.reason = failed.reason
        standing = Standing(failed.mode, failed.uid, failed.gid)
        if file.take(exact(failed.path, failed.path_b64), standing, failed.size, failed.blocks, failed.mtime_ns):
            self.tree.changed.node(file)
        return file

    def _link(self, file: FailedFile) -> Symlink:
        link = self.tree.inodes.node(("failed", file.file), Symlink)
        if link.lead(exact(file.path, file.path_b64), file.mtime_ns):
            self.tree.changed.node(link)
        return link


class FailedEntry(OriginalFile):
    """A file that could not be read. `reason`: why, in words."""

    __slots__ = ("reason",)

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.reason = ""

    async def extended(self, name: bytes) -> bytes:
        return self.reason.encode() if name == extended.WHY else await super().extended(name)

    async def extended_names(self) -> list[bytes]:
        return [*await super().extended_names(), extended.WHY]


class WhyFailed(LiveFolder):
    """`<entry>.txt` for each file that could not be read: the reason."""

    __slots__ = ()

    async def fetch(self) -> dict[bytes, Node]:
        return {with_suffix(name, b".txt"): self._reason(file) for name, file in await _failed(self.tree)}

    def _reason(self, file: FailedFile) -> Reason:
        reason = self.tree.inodes.node(("reason", self.inode, file.file), Reason)
        reason.told = _told(file).encode(errors="surrogateescape")
        return reason


async def _failed(tree: Tree) -> list[tuple[bytes, FailedFile]]:
    """Return the files that could not be read, each with its name in the folder."""
    failed: Failed = await tree.ask("failed", FailedParams())
    names = distinct([exact(file.name, file.name_b64) for file in failed.files], [file.file for file in failed.files])
    return list(zip(names, failed.files, strict=True))


def _told(file: FailedFile) -> str:
    times = "once" if file.attempts == 1 else f"{file.attempts} times"
    return (
        f"file        {file.path}\n"
        f"reason      {file.reason}\n"
        f"tried       {times}, the last time {file.time}\n"
        f"It is tried again when the file changes, or when you say `{vvault()} failed --retry`.\n"
    )
