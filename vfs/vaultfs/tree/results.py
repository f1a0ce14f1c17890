"""Folders of results: the pictures of a query, or the neighbours of a picture, at one level, in order."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vaultfs.faults import Missing, Unavailable
from vaultfs.link import DEADLINE, LOOK_DEADLINE
from vaultfs.tree.entries import by_name, in_order
from vaultfs.tree.live import FROZEN, LiveFolder
from vaultfs.tree.names import check_length
from vaultfs.tree.node import Node
from vaultfs.tree.records import PAGE, Hits
from vaultfs.writing.question import Question
from vaultipc.codec import display
from vaultipc.errors import NotFound
from vaultipc.messages import Level, SearchParams, SimilarParams

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree

MOST = 10_000
"""Entries of a folder, at most."""


class Results(LiveFolder):
    """The answer to one query at one level. `ordered`: names carry ranks.

    `by_picture`: the query names a picture, by id, name or path as `like:` does, and asks for its neighbours.
    `called`: what a person calls that picture, where the query is a path that they never saw.
    """

    __slots__ = ("by_picture", "called", "level", "ordered", "query")

    frozen = FROZEN

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.query = ""
        self.level: Level = "default"
        self.ordered = True
        self.by_picture = False
        self.called = ""

    async def lookup(self, name: bytes) -> Node:
        check_length(name)
        if name.startswith(b".") or (self.ordered and not name[:3].isdigit()):
            # No entry, or one that was listed: what programs probe for must not run the query.
            listed = self.shelf.newest(name)
            if listed is None:
                raise Missing(repr(name))
            return listed
        return await super().lookup(name)

    async def listed(self) -> None:
        await super().listed()
        self.tree.query_opened = True

    def question(self) -> Question | None:
        return None if self.by_picture else Question(self.query, self.level)

    async def to_move(self, name: bytes) -> Node:
        """A result can be moved into a tag; it stays a result."""
        return await self.certain(name)

    async def fetch(self) -> dict[bytes, Node]:
        return (in_order if self.ordered else by_name)(self.tree, self, await self.answer())

    async def answer(self, *, explain: bool = False) -> Hits:
        """Return the hits; an empty query has none."""
        self.told = ""
        if not self.query.strip():
            return Hits([])
        hits = await self._whole(explain)
        if hits is None:
            hits = await self._whole(explain)
        if hits is None:
            raise Unavailable(f"the answer to {self.query!r} is no longer kept")
        self.told = hits.snapshot
        return hits

    async def state(self) -> str:
        """Ask what the daemon calls its answer. It keeps one for as long as nothing changes."""
        return (await self._page(0)).snapshot

    async def _whole(self, explain: bool) -> Hits | None:
        """Return all pages of one answer, or nothing if the daemon was started anew between two of them."""
        hits = await self._page(PAGE, explain=explain)
        for offset in range(PAGE, min(hits.total, MOST), PAGE):
            try:
                page = await self._page(min(PAGE, MOST - offset), offset, hits.snapshot, explain=explain)
            except NotFound:
                return None
            hits.hits += page.hits
        return hits

    async def _page(self, limit: int, offset: int = 0, snapshot: str = "", *, explain: bool = False) -> Hits:
        hits: Hits
        if self.by_picture:
            image, image_b64 = display(os.fsencode(self.query))
            params = SimilarParams(
                image=image, image_b64=image_b64, level=self.level,
                limit=limit, offset=offset, snapshot=snapshot, explain=explain,
            )  # fmt: skip
            # A path is a picture that the daemon may have to look at, which is bound by its bytes and not by thought.
            deadline = LOOK_DEADLINE if self.query.startswith("/") else DEADLINE
            hits = await self.tree.ask("similar", params, deadline, Hits)
        else:
            question = SearchParams(
                query=self.query, level=self.level, limit=limit, offset=offset, snapshot=snapshot, explain=explain
            )
            hits = await self.tree.ask("search", question, form=Hits)
        return hits
