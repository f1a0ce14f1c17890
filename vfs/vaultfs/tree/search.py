"""`search/`: any permitted name is a query, and no request is sent before its folder is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.faults import Exists, Missing
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import LIMIT, check_length, query_text
from vaultfs.tree.node import Folder, Moved, Node, refuse
from vaultfs.tree.probes import is_probe
from vaultfs.tree.results import QueryFolder
from vaultipc.messages import Empty, History, QueryParams, Saved, SavedParams

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree


class SearchRoot(LiveFolder):
    """Lists the recent queries and the saved ones' texts; every other name is there all the same."""

    __slots__ = ("_saved",)

    topics = frozenset({"history", "saved"})

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self._saved: frozenset[str] = frozenset()

    async def lookup(self, name: bytes) -> Node:
        check_length(name)
        if is_probe(name):
            raise Missing(repr(name))
        return self.query_folder(name, query_text(name))

    def query_folder(self, name: bytes, text: str) -> QueryFolder:
        """Return the folder of a query."""
        folder = self.tree.inodes.node(("query", self.inode, name), lambda inode: QueryFolder(inode, self.tree))
        folder.name, folder.query = name, text
        # A saved search is listed already: who walks through all folders must not make it a recent one.
        folder.remembers = text not in self._saved
        return folder

    async def fetch(self, opened: bool) -> dict[bytes, Node]:
        history: History = await self.tree.ask("history", Empty())
        saved: Saved = await self.tree.ask("saved", SavedParams())
        self._saved = frozenset(entry.query for entry in saved.saved)
        texts = [entry.query for entry in history.queries] + [entry.query for entry in saved.saved]
        return {text.encode(): self.query_folder(text.encode(), text) for text in texts if _typable(text)}

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        if is_probe(name):
            refuse("make a folder", name)
        raise Exists(repr(name))

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        """Forget a recent query."""
        folder = await self.lookup(name)
        await self.tree.ask("history.forget", QueryParams(query=query_text(name)))
        if isinstance(folder, QueryFolder):
            folder.forgotten()
        self.shelf.drop(name)

    async def to_move(self, name: bytes) -> Node:
        return await self.lookup(name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        refuse("move into search", name)


def _typable(text: str) -> bool:
    """Return whether a query can be the name of a folder."""
    name = text.encode()
    return 0 < len(name) <= LIMIT and b"/" not in name and not is_probe(name) and text.isprintable()
