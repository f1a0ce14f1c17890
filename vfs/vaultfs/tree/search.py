"""`search/`: any permitted name is a query, and no request is sent before its folder is opened."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from vaultfs.faults import Exists, Missing
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import LIMIT, asked, check_length, named
from vaultfs.tree.node import Folder, Moved, Node, refuse
from vaultfs.tree.probes import is_probe
from vaultfs.tree.queryfolder import QueryFolder
from vaultipc.errors import NotFound
from vaultipc.messages import Empty, History, QueryParams, Saved, SavedParams

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree

log = logging.getLogger(__name__)


class SearchRoot(LiveFolder):
    """Lists the recent queries and the saved ones' texts; every other name is there all the same."""

    __slots__ = ("_saved", "_texts")

    topics = frozenset({"history", "saved"})

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self._saved: frozenset[str] = frozenset()
        self._texts: dict[bytes, str] = {}

    async def lookup(self, name: bytes) -> Node:
        check_length(name)
        if is_probe(name):
            raise Missing(repr(name))
        return self.query_folder(self.tree.typed(name))

    def query_folder(self, name: bytes) -> QueryFolder:
        """Return the folder of a query; one that is listed asks exactly what was asked before."""
        text = self._texts.get(name) or asked(name)
        folder = self.tree.inodes.node(("query", self.inode, name), lambda inode: QueryFolder(inode, self.tree))
        folder.name, folder.query = name, text
        # A saved search is listed already: who walks through all folders must not make it a recent one.
        folder.remembers = text not in self._saved
        return folder

    async def fetch(self) -> dict[bytes, Node]:
        history: History = await self.tree.ask("history", Empty())
        saved: Saved = await self.tree.ask("saved", SavedParams())
        self._saved = frozenset(entry.query for entry in saved.saved)
        texts = [entry.query for entry in history.queries] + [entry.query for entry in saved.saved]
        self._texts = {named(text): text for text in texts if _typable(text)}
        return {name: self.query_folder(name) for name in self._texts}

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        if is_probe(name):
            refuse("make a folder", name)
        raise Exists(repr(name))

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        """Forget a recent query; of one that is none there is nothing to forget. What was hidden on the way is not."""
        folder = await self.lookup(name)
        if isinstance(folder, QueryFolder):
            await folder.spare(caller)
            await self._forget(folder)
            self.tree.inodes.retire(folder)
            self.shelf.drop(folder.name)

    async def _forget(self, folder: QueryFolder) -> None:
        try:
            await self.tree.ask("history.forget", QueryParams(query=folder.query))
        except NotFound as error:
            log.debug("%s", error)

    async def to_move(self, name: bytes) -> Node:
        return await self.lookup(name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        refuse("move into search", name)


def _typable(text: str) -> bool:
    """Return whether a query can be the name of a folder."""
    name = named(text)
    return 0 < len(name) <= LIMIT and not is_probe(name) and text.isprintable()
