"""Folders of results: the pictures of a query at one level, in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.faults import Missing
from vaultfs.tree.entries import by_name, in_order
from vaultfs.tree.live import FROZEN, LiveFolder
from vaultfs.tree.names import check_length
from vaultfs.tree.node import Node
from vaultipc.messages import Hit, Level, SearchParams

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree

MOST = 10_000
"""Entries of a folder, at most."""


class Results(LiveFolder):
    """The answer to one query at one level. `ordered`: names carry ranks."""

    __slots__ = ("level", "ordered", "query")

    frozen = FROZEN

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.query = ""
        self.level: Level = "default"
        self.ordered = True

    async def lookup(self, name: bytes) -> Node:
        check_length(name)
        if name.startswith(b".") or (self.ordered and not name[:3].isdigit()):
            # Cannot be an entry: what programs probe for must not run the query.
            raise Missing(repr(name))
        return await super().lookup(name)

    async def to_move(self, name: bytes) -> Node:
        """A result can be moved into a tag; it stays a result."""
        return await self.certain(name)

    async def fetch(self, opened: bool) -> dict[bytes, Node]:
        hits = await self.answer(SearchParams(query=self.query, level=self.level, limit=MOST))
        return (in_order if self.ordered else by_name)(self.tree, self, hits)

    async def answer(self, params: SearchParams) -> list[Hit]:
        """Return the hits; an empty query has none."""
        if not params.query.strip():
            return []
        hits: list[Hit] = (await self.tree.ask("search", params)).hits
        return hits
