"""A shelf that can be searched: its indexes, brought up to date on demand, and an engine over them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import trio

from support.shelf import Concepts, Shelf, concept_pack
from vaultd.config import Config, load
from vaultd.index.follower import Followers
from vaultd.search.engine import SearchEngine
from vaultd.search.likes import See
from vaultipc.messages import SearchParams, SearchResult


class Library:
    """The shelf, indexed and asked. `fresh` brings the indexes up to date."""

    def __init__(self, folder: Path, see: See | None = None) -> None:
        self.shelf = Shelf(folder)
        self.followers = Followers(self.shelf.catalog, folder / "index", self.shelf.model)
        self.config: Config = load(None, {"HOME": str(folder), "XDG_CONFIG_HOME": str(folder)})
        pack = concept_pack(folder)
        self.engine = SearchEngine(
            self.shelf.catalog,
            self.config,
            pack,
            Concepts(),
            self.followers.vectors,
            self.followers.texts,
            see,
            lambda: self.followers.seq,
        )

    async def fresh(self) -> None:
        async with trio.open_nursery() as nursery:
            await nursery.start(self.followers.serve)
            with trio.fail_after(30):
                await self.followers.caught_up(self.shelf.catalog.seq())
            nursery.cancel_scope.cancel()

    async def ask(self, query: str, **params: Any) -> SearchResult:
        return await self.engine.search(SearchParams(query=query, **params))

    async def found(self, query: str, **params: Any) -> list[int]:
        return [int(hit.id) for hit in (await self.ask(query, **params)).hits]
