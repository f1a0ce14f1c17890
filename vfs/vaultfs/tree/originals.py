"""`.originals/<image id>/<name>`: the pictures' bytes, read-only, whatever link leads here.

Reachable by name, never listed. Folders that take pictures in link here and not to the originals, because a program
that writes to an existing name writes through the link before this file system is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.faults import Missing
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.node import Folder, Node
from vaultfs.tree.node import Listing as Entries
from vaultfs.tree.picturefile import PictureFile
from vaultfs.tree.records import name_of, record
from vaultipc.messages import Hit

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree

_LONGEST_ID = 19


class OriginalsRoot(Folder):
    """Holds a folder for every image id; lists none."""

    __slots__ = ("_tree",)

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode)
        self._tree = tree

    async def lookup(self, name: bytes) -> Node:
        if not name.isdigit() or name.startswith(b"0") or len(name) > _LONGEST_ID:
            raise Missing(repr(name))
        image = name.decode()
        return self._tree.inodes.node(("original", image), lambda inode: OriginalFolder(inode, self._tree, image))

    async def open(self) -> Entries:
        return ()


class OriginalFolder(LiveFolder):
    """The one file of an image, under the name it has now."""

    __slots__ = ("image",)

    def __init__(self, inode: int, tree: Tree, image: str) -> None:
        super().__init__(inode, tree)
        self.image = image

    async def lookup(self, name: bytes) -> Node:
        entry = self.tree.listed.get(self.image)
        if entry is not None and entry.hit is not None and name_of(entry.hit) == name:
            # A listing brought the facts along: following its links asks for nothing.
            return original(self.tree, entry.hit)
        return await super().lookup(name)

    async def fetch(self) -> dict[bytes, Node]:
        try:
            hit = await record(self.tree, self.image)
        except Missing:
            return {}
        return {name_of(hit): original(self.tree, hit)}


def original(tree: Tree, hit: Hit) -> PictureFile:
    """Return the read-only file of a picture."""
    file = tree.inodes.node(("file", hit.id, hit.content), lambda inode: PictureFile(inode, tree))
    tree.passed[hit.id] = file
    if file.adopt(hit):
        tree.changed.node(file)
    return file
