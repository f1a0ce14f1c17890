"""`like/<picture>/`: the neighbours of a picture of the library, or of one dropped into `like/drop/`.

As in `search/`, any permitted name is a folder, and nothing is asked before it is opened.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vaultfs.attributes import FOLDER
from vaultfs.faults import Exists, Missing
from vaultfs.tree.drop import DropFolder
from vaultfs.tree.names import SLASH, check_length
from vaultfs.tree.node import Folder, Listing, Node, refuse
from vaultfs.tree.portable import renamed
from vaultfs.tree.probes import is_probe
from vaultfs.tree.viewed import Viewed
from vaultfs.writing.temporary import is_temporary

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree

DROP = b"drop"
MOST_RECENT = 50


class LikeFolder(Viewed):
    """The neighbours of one picture, the nearest first, without itself. `name`: the folder's own."""

    __slots__ = ("_root", "name")

    def __init__(self, inode: int, tree: Tree, root: LikeRoot) -> None:
        super().__init__(inode, tree)
        self._root = root
        self.name = b""
        self.by_picture = True

    def place(self) -> bytes:
        return b"like/" + self.name

    async def listed(self) -> None:
        await super().listed()
        self._root.looked_into(self)


class LikeRoot(Folder):
    """Lists `drop/`, what was dropped there, and the pictures of the library that were asked for last."""

    __slots__ = ("_drop", "_recent", "_tree")

    mode = FOLDER

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode)
        self._tree = tree
        self._recent: dict[bytes, LikeFolder] = {}
        self._drop = tree.inodes.node(("folder", "like/drop"), lambda number: DropFolder(number, tree, self._other))

    async def lookup(self, name: bytes) -> Node:
        check_length(name)
        if name == DROP:
            return self._drop
        if is_probe(name):
            raise Missing(repr(name))
        return self._like(name if name in self._drop.files() else self._tree.typed(name))

    async def open(self) -> Listing:
        dropped = [name for name in self._drop.files() if not is_probe(name) and not is_temporary(name)]
        listed: dict[bytes, Node] = {DROP: self._drop} | {name: self._like(name) for name in dropped if name != DROP}
        listed |= {name: node for name, node in self._recent.items() if name not in listed}
        return tuple((renamed(listed, {DROP})[0] if self._tree.portable else listed).items())

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        if is_probe(name):
            refuse("make a folder", name)
        raise Exists(repr(name))

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        """Forget that a picture was asked for; of one that was not there is nothing to forget."""
        if name == DROP or name in self._drop.files():
            refuse("remove a folder", name)
        node = await self.lookup(name)
        self._recent.pop(name, None)
        self._tree.inodes.retire(node)

    def looked_into(self, folder: LikeFolder) -> None:
        """Somebody looked at the neighbours of a picture; of one dropped nothing is remembered but itself."""
        if folder.name in self._drop.files() or folder.name in self._recent:
            return
        self._recent[folder.name] = folder
        while len(self._recent) > MOST_RECENT:
            del self._recent[next(iter(self._recent))]

    def _like(self, name: bytes) -> LikeFolder:
        dropped = self._drop.files().get(name)
        picture = os.fsdecode(name.replace(SLASH.encode(), b"/")) if dropped is None else dropped.path
        key = ("like", name, "" if dropped is None else dropped.path)
        folder = self._tree.inodes.node(key, lambda inode: LikeFolder(inode, self._tree, self))
        folder.name, folder.query = name, picture
        folder.called = "" if dropped is None else f"like/drop/{os.fsdecode(name)}"
        return folder

    def _other(self, name: bytes) -> None:
        """A file was dropped under this name, or is gone: the folder of its neighbours is another one."""
        self._recent.pop(name, None)
        self._tree.changed.entry(self, name)
