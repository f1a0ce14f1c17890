"""Folders that are neither searches nor tags: recent, untagged, missing, failed, by/date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vaultfs.faults import Missing
from vaultfs.tree.entries import by_name
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import distinct
from vaultfs.tree.node import Folder, Node, Symlink
from vaultfs.tree.picturefile import OriginalFile, Standing
from vaultipc.codec import exact
from vaultipc.messages import Dates, DatesParams, Failed, FailedFile, FailedParams, Listing, ViewParams

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree


class ViewFolder(LiveFolder):
    """`recent/`, `untagged/`, or `missing/`, whose links lead to where the files were."""

    __slots__ = ("_view",)

    def __init__(self, inode: int, tree: Tree, view: Literal["recent", "untagged", "missing"]) -> None:
        super().__init__(inode, tree)
        self._view: Literal["recent", "untagged", "missing"] = view

    async def fetch(self) -> dict[bytes, Node]:
        listing: Listing = await self.tree.ask("view", ViewParams(view=self._view))
        self.told = str(listing.seq)
        return by_name(self.tree, self, listing.hits)

    async def to_move(self, name: bytes) -> Node:
        return await self.certain(name)


class DateFolder(LiveFolder):
    """`by/date/`, a year or a month: finite at every depth."""

    __slots__ = ("_month", "_year")

    def __init__(self, inode: int, tree: Tree, year: int = 0, month: int = 0) -> None:
        super().__init__(inode, tree)
        self._year = year
        self._month = month

    async def lookup(self, name: bytes) -> Node:
        if not self._month and not name.isdigit():
            raise Missing(repr(name))
        return await super().lookup(name)

    async def fetch(self) -> dict[bytes, Node]:
        dates: Dates = await self.tree.ask("dates", DatesParams(year=self._year, month=self._month))
        self.told = str(dates.seq)
        if self._month:
            return by_name(self.tree, self, dates.hits)
        return {b"%02d" % value: self._below(value) for value in dates.values}

    async def to_move(self, name: bytes) -> Node:
        return await self.certain(name)

    def _below(self, value: int) -> Folder:
        year, month = (self._year, value) if self._year else (value, 0)
        key = ("date", self.inode, value)
        return self.tree.inodes.node(key, lambda inode: DateFolder(inode, self.tree, year, month))


class FailedFolder(LiveFolder):
    """`failed/`: the files that could not be read, as links or as files."""

    __slots__ = ()

    async def fetch(self) -> dict[bytes, Node]:
        failed: Failed = await self.tree.ask("failed", FailedParams())
        names = [exact(file.name, file.name_b64) for file in failed.files]
        names = distinct(names, [file.file for file in failed.files])
        as_entry = self._file if self.tree.as_files else self._link
        return {name: as_entry(file) for name, file in zip(names, failed.files, strict=True)}

    def _file(self, failed: FailedFile) -> OriginalFile:
        file = self.tree.inodes.node(("failed", failed.file), lambda inode: OriginalFile(inode, self.tree))
        standing = Standing(failed.mode, failed.uid, failed.gid)
        if file.take(exact(failed.path, failed.path_b64), standing, failed.size, failed.blocks, failed.mtime_ns):
            self.tree.changed.node(file)
        return file

    def _link(self, file: FailedFile) -> Symlink:
        link = self.tree.inodes.node(("failed", file.file), Symlink)
        if link.lead(exact(file.path, file.path_b64), file.mtime_ns):
            self.tree.changed.node(link)
        return link
