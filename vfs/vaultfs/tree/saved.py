"""`saved/`: searches with a name. `.query` in each holds the text and can be edited with any program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.attributes import FOLDER
from vaultfs.faults import Exists, Invalid, NotEmptyFolder, NotFolder, NotPermitted
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import composed, query_text
from vaultfs.tree.node import File, Folder, Handle, Listing, Moved, Node, refuse
from vaultfs.tree.results import QUERY, QueryFolder
from vaultfs.writing.draft import Draft, QueryFile
from vaultipc.errors import QueryError
from vaultipc.messages import NameParams, RenameParams, Saved, SavedInfo, SavedParams, SaveParams

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree


class SavedRoot(LiveFolder):
    """mkdir saves a search, rename renames it, rmdir deletes it."""

    __slots__ = ()

    topics = frozenset({"saved"})
    mode = FOLDER
    negative_timeout = 0.0

    async def fetch(self, opened: bool) -> dict[bytes, Node]:
        saved: Saved = await self.tree.ask("saved", SavedParams())
        return {search.name.encode(): self._folder(search) for search in saved.saved}

    def meaning(self, name: bytes) -> Node | None:
        """A search that was renamed or deleted must not keep its old name: mkdir would find it taken."""
        return self.shelf.newest(composed(name))

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        """Save the query that the folder's name is; if it is none, an empty one to be edited in `.query`."""
        text = _saved_name(name)
        try:
            await self._save(text, text, caller)
        except QueryError:
            await self._save(text, "", caller)
        return await self._existing(name)

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        folder = await self._existing(name)
        await self.tree.ask("saved.delete", NameParams(name=folder.saved_name, **self.tree.stamp(caller)))
        self.shelf.drop(composed(name))

    async def to_move(self, name: bytes) -> Node:
        return await self._existing(name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        text = _saved_name(name)
        if self.meaning(name) is not None:
            raise NotEmptyFolder(repr(name))
        if isinstance(moved.node, SavedFolder) and moved.source is self:
            await self._rename(moved.node, text, caller)
        elif isinstance(moved.node, QueryFolder):
            await self._save(text, moved.node.query, caller)
            moved.node.successor = await self._existing(name)
            self.tree.changed.entry(self, name)
        else:
            raise NotPermitted("only a search can be saved")
        self.dirty = True

    async def left(self, moved: Moved) -> None:
        self.shelf.drop(composed(moved.name))

    async def _rename(self, folder: SavedFolder, to: str, caller: Caller) -> None:
        """A search whose query is its name, as mkdir makes it, is asked by its new name: New Folder → red car."""
        stamp = self.tree.stamp(caller)
        follows = folder.query in ("", folder.saved_name)
        await self.tree.ask("saved.rename", RenameParams(name=folder.saved_name, to=to, **stamp))
        folder.saved_name = to
        if follows:
            try:
                await self.tree.ask("save", SaveParams(name=to, query=to, level=folder.level, replace=True, **stamp))
            except QueryError:
                return
            folder.ask_for(to, folder.level)

    async def _save(self, name: str, query: str, caller: Caller) -> None:
        await self.tree.ask("save", SaveParams(name=name, query=query, **self.tree.stamp(caller)))
        self.dirty = True

    async def _existing(self, name: bytes) -> SavedFolder:
        folder = await self.lookup(name)
        if not isinstance(folder, SavedFolder):
            raise NotFolder(repr(name))
        return folder

    def _folder(self, search: SavedInfo) -> SavedFolder:
        folder = self.tree.inodes.node(("saved", search.id), lambda inode: SavedFolder(inode, self.tree))
        folder.saved_name = search.name
        folder.ask_for(search.query, search.level)
        return folder


class SavedFolder(QueryFolder):
    """The results of a saved search, and its text in `.query`.

    Editors that write a new file and rename it over the old one do so among `drafts`, which only that can leave.
    """

    __slots__ = ("_file", "drafts", "saved_name")

    mode = FOLDER
    negative_timeout = 0.0

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.saved_name = ""
        self.drafts: dict[bytes, Draft] = {}
        self._file = tree.inodes.node(("query-text", inode), lambda number: QueryFile(number, self))

    async def lookup(self, name: bytes) -> Node:
        if name == QUERY:
            return self._file
        return self.drafts.get(name) or await super().lookup(name)

    async def open(self) -> Listing:
        return (*await super().open(), (QUERY, self._file), *self.drafts.items())

    async def edit(self, text: str, caller: Caller) -> None:
        """Ask for `text` from now on; a query that is none leaves all as it was."""
        params = SaveParams(name=self.saved_name, query=text, level=self.level, replace=True, **self.tree.stamp(caller))
        await self.tree.ask("save", params)
        self.ask_for(text, self.level)

    async def create(self, name: bytes, mode: int, caller: Caller) -> tuple[File, Handle]:
        if not is_draft(name):
            refuse("create", name)
        if name in self.drafts:
            raise Exists(repr(name))
        key = ("draft", self.inode, name)
        draft = self.drafts[name] = self.tree.inodes.node(key, lambda number: Draft(number))
        return draft, await draft.open(True, True, caller)

    async def remove(self, name: bytes, caller: Caller) -> None:
        if name not in self.drafts:
            refuse("remove", name)
        del self.drafts[name]

    async def to_move(self, name: bytes) -> Node:
        return self.drafts.get(name) or await super().to_move(name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        if not isinstance(moved.node, Draft) or moved.source is not self:
            refuse("move to", name)
        if name == QUERY:
            await self.edit(moved.node.query(), caller)
            moved.node.became = self._file
            self.tree.changed.entry(self, name)
        elif is_draft(name):
            self.drafts[name] = moved.node
        else:
            refuse("rename to", name)

    async def left(self, moved: Moved) -> None:
        self.drafts.pop(moved.name, None)


def is_draft(name: bytes) -> bool:
    """Return whether an editor may write a file of this name beside `.query`: names that no picture is moved under."""
    return (
        (name.startswith(b".query") and name != QUERY)
        or name.startswith(b".goutputstream-")
        or (name.startswith(b"sed") and len(name) == 9)
        or name == b"4913"
    )


def _saved_name(name: bytes) -> str:
    text = query_text(name)
    if text.startswith("."):
        raise Invalid("the name of a saved search cannot start with a dot")
    return text
