"""Folders that are neither searches nor tags: recent, untagged, missing, by/date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from vaultfs.faults import Missing
from vaultfs.tree.entries import by_name
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.node import Folder, Node
from vaultipc.messages import Dates, DatesParams, Listing, ViewParams

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
