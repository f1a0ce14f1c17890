"""`saved/`: searches with a name. `.query` in each holds the text and can be edited with any program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.attributes import FOLDER
from vaultfs.faults import Exists, NotEmptyFolder, NotFolder, NotPermitted, Unavailable
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import asked, composed, kept_name
from vaultfs.tree.node import File, Folder, Handle, Listing, Moved, Node, Symlink, refuse
from vaultfs.tree.picturefile import EntryFile
from vaultfs.tree.queryfolder import QUERY, QueryFolder
from vaultfs.tree.targets import image_at
from vaultfs.tree.wholesale import CopiedLink, Wholesale
from vaultfs.writing.copied import CopiedFile
from vaultfs.writing.draft import Draft, QueryFile
from vaultfs.writing.question import Question
from vaultipc.errors import QueryError
from vaultipc.messages import NameParams, RenameParams, Saved, SavedInfo, SavedParams, SaveParams, SearchParams

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree


class SavedRoot(LiveFolder):
    """mkdir saves a search, rename renames it, rmdir deletes it."""

    __slots__ = ()

    topics = frozenset({"saved"})
    mode = FOLDER
    negative_timeout = 0.0

    async def fetch(self) -> dict[bytes, Node]:
        saved: Saved = await self.tree.ask("saved", SavedParams())
        return {search.name.encode(): self._folder(search) for search in saved.saved}

    def meaning(self, name: bytes) -> Node | None:
        """A search that was renamed or deleted must not keep its old name: mkdir would find it taken."""
        return self.shelf.newest(composed(name))

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        """Save the query that the folder's name is; if it is none, an empty one to be edited in `.query`."""
        text = kept_name(name)
        try:
            await self._save(text, asked(self.tree.typed(name)), caller)
        except QueryError:
            await self._save(text, "", caller)
        made = await self._existing(name)
        made.fill(caller)
        return made

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        folder = await self._existing(name)
        await folder.spare(caller)
        await self.tree.ask("saved.delete", NameParams(name=folder.saved_name, **self.tree.stamp(caller)))
        self.shelf.drop(composed(name))
        self.tree.inodes.retire(folder)

    async def to_move(self, name: bytes) -> Node:
        return await self._existing(name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        text = kept_name(name)
        if self.meaning(name) is not None:
            raise NotEmptyFolder(repr(name))
        if isinstance(moved.node, SavedFolder) and moved.source is self:
            await self._rename(moved.node, text, asked(self.tree.typed(name)), caller)
        elif isinstance(moved.node, QueryFolder):
            await self._save(text, moved.node.query, caller)
            moved.node.successor = await self._existing(name)
            self.tree.changed.entry(self, name)
        else:
            raise NotPermitted("only a search can be saved")
        self.dirty = True

    async def left(self, moved: Moved) -> None:
        self.shelf.drop(composed(moved.name))

    async def _rename(self, folder: SavedFolder, to: str, query: str, caller: Caller) -> None:
        """A search whose query is its name, as mkdir makes it, is asked by its new name: New Folder → red car."""
        stamp = self.tree.stamp(caller)
        follows = folder.query in ("", asked(self.tree.typed(folder.saved_name.encode())))
        await self.tree.ask("saved.rename", RenameParams(name=folder.saved_name, to=to, **stamp))
        folder.saved_name = to
        if follows:
            try:
                await self.tree.ask("save", SaveParams(name=to, query=query, level=folder.level, replace=True, **stamp))
            except QueryError:
                return
            folder.ask_for(query, folder.level)

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

    __slots__ = ("_emptied", "_file", "_filled", "drafts", "saved_name")

    mode = FOLDER
    negative_timeout = 0.0

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.saved_name = ""
        self.drafts: dict[bytes, Draft] = {}
        self._filled: Wholesale | None = None
        self._emptied: Wholesale | None = None
        self._file = tree.inodes.node(("query-text", inode), lambda number: QueryFile(number, self))

    async def lookup(self, name: bytes) -> Node:
        if name == QUERY:
            return self._file
        return self.drafts.get(name) or self._copied(name) or await super().lookup(name)

    async def open(self) -> Listing:
        """`.query` comes first: who deletes everything begins with it, and so tells that it does."""
        self._filled = None
        return ((QUERY, self._file), *await super().open(), *self.drafts.items())

    # ---- as a whole --------------------------------------------------------------------------------------------

    def fill(self, caller: Caller) -> None:
        """`caller` made this folder, maybe to copy another one into it: it finds in it what it puts there."""
        self._filled = Wholesale(caller, self.tree.now())

    def hides(self, name: bytes, caller: Caller) -> bool:
        filled = self._filled
        return filled is not None and name not in filled.made and filled.is_of(caller, self.tree.now())

    async def link(self, name: bytes, target: bytes, caller: Caller) -> Symlink:
        """Whoever copies a saved search copies the links to its results too: they are accepted and have no effect."""
        filled = self._filled
        if filled is None or not filled.goes_on(caller, self.tree.now()):
            return await super().link(name, target, caller)
        await image_at(self.tree, self.place(), target)
        copied = self.tree.inodes.node(("copied", self.inode, name), CopiedLink)
        copied.lead(target)
        filled.made[name] = copied
        return copied

    async def _copy(self, name: bytes, caller: Caller) -> tuple[File, Handle] | None:
        """The same where entries are files: the copy of a result, None if there is no result of that name."""
        filled = self._filled
        if filled is None or not filled.goes_on(caller, self.tree.now()):
            return None
        folders = (folder for folder in self.tree.kept() if isinstance(folder, QueryFolder) and folder is not self)
        called_so = (folder.shelf.newest(name) for folder in folders)
        originals = [entry for entry in called_so if isinstance(entry, EntryFile)]
        if not originals:
            return None
        copied = self.tree.inodes.node(("copied", self.inode, name), CopiedFile)
        copied.originals = originals
        filled.made[name] = copied
        return copied, await copied.open(True, True, caller)

    def _copied(self, name: bytes) -> Node | None:
        filled = self._filled
        return None if filled is None or filled.over(self.tree.now()) else filled.made.get(name)

    def place(self) -> bytes:
        return b"saved/" + self.saved_name.encode()

    # ---- the query ---------------------------------------------------------------------------------------------

    async def edit(self, question: Question, caller: Caller) -> None:
        """Ask `question` from now on; a query that is none leaves all as it was."""
        query, level = question
        params = SaveParams(name=self.saved_name, query=query, level=level, replace=True, **self.tree.stamp(caller))
        await self.tree.ask("save", params)
        self.ask_for(query, level)

    async def check(self, question: Question) -> None:
        """Raise QueryError if `question` cannot be asked; if nobody knows at present, it may."""
        try:
            await self.tree.ask("search", SearchParams(query=question.query, limit=0))
        except Unavailable:
            return

    async def create(self, name: bytes, mode: int, caller: Caller) -> tuple[File, Handle]:
        if name == QUERY:
            if self._filled is not None:
                self._filled.made[name] = self._file
            return self._file, await self._file.open(True, True, caller)
        if not is_draft(name):
            return await self._copy(name, caller) or await super().create(name, mode, caller)
        if name in self.drafts:
            raise Exists(repr(name))
        key = ("draft", self.inode, name)
        draft = self.drafts[name] = self.tree.inodes.node(key, lambda number: Draft(number))
        return draft, await draft.open(True, True, caller)

    async def remove(self, name: bytes, caller: Caller) -> None:
        """Drafts go, and results are hidden. `.query` only seems to go, and after it results too: `rm -r` goes on to
        the folder, which really goes."""
        if name in self.drafts:
            del self.drafts[name]
        elif name == QUERY:
            self._emptied = Wholesale(caller, self.tree.now())
        elif self._emptied is None or not self._emptied.goes_on(caller, self.tree.now()):
            await super().remove(name, caller)

    async def to_move(self, name: bytes) -> Node:
        return self.drafts.get(name) or await super().to_move(name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        if not isinstance(moved.node, Draft):
            await super().receive(moved, name, caller)
        elif moved.source is self:
            await self._receive_draft(moved.node, name, caller)
        else:
            refuse("move to", name)

    async def _receive_draft(self, draft: Draft, name: bytes, caller: Caller) -> None:
        if name == QUERY:
            await self.edit(draft.question(), caller)
            draft.became = self._file
            self.tree.changed.entry(self, name)
        elif is_draft(name):
            self.drafts[name] = draft
        else:
            refuse("rename to", name)

    async def left(self, moved: Moved) -> None:
        self.drafts.pop(moved.name, None)
        await super().left(moved)


def is_draft(name: bytes) -> bool:
    """Return whether an editor may write a file of this name beside `.query`: names that no picture is moved under."""
    return (
        (name.startswith(b".query") and name != QUERY)
        or name.startswith(b".goutputstream-")
        or (name.startswith(b"sed") and len(name) == 9)
        or name == b"4913"
    )
