"""The top of the mount."""

from __future__ import annotations

from collections.abc import Callable

import trio

from vaultfs.access import PRIVATE, Access
from vaultfs.link import Link
from vaultfs.tree.albums import AlbumsRoot, FavoritesFolder
from vaultfs.tree.duplicates import ExactFolder, GroupsFolder
from vaultfs.tree.extended import OPERATIONS
from vaultfs.tree.facets import facets
from vaultfs.tree.failed import FailedFolder
from vaultfs.tree.inodes import ROOT
from vaultfs.tree.like import LikeRoot
from vaultfs.tree.node import FixedFolder, Listing, Node
from vaultfs.tree.offline import OfflineFolder
from vaultfs.tree.originals import OriginalsRoot
from vaultfs.tree.readme import Readme
from vaultfs.tree.saved import SavedRoot
from vaultfs.tree.search import SearchRoot
from vaultfs.tree.status import StatusFile
from vaultfs.tree.tags import TagsRoot
from vaultfs.tree.tree import Tree
from vaultfs.tree.views import DateFolder, ViewFolder

README = b"README.txt"


class Root(FixedFolder):
    """The mount point itself. `README.txt` is listed until a query was opened, and can be read after that.

    Nothing can be made in it, and its mode says so: that is how programs know that it can have no trash folder, and
    offer to delete for good instead of failing with the trash. Its attribute OPERATIONS tells what the mount had to
    answer so far, a line `name count` for each kind of request.
    """

    __slots__ = ("_tree",)

    def __init__(self, tree: Tree, listed: dict[bytes, Node], hidden: dict[bytes, Node]) -> None:
        super().__init__(ROOT, listed, hidden)
        self._tree = tree

    async def open(self) -> Listing:
        listing = await super().open()
        welcome = self._tree.link.welcome
        if self._tree.query_opened or (welcome is not None and welcome.asked):
            return tuple((name, node) for name, node in listing if name != README)
        return listing

    async def extended(self, name: bytes) -> bytes:
        if name != OPERATIONS:
            return await super().extended(name)
        return "".join(f"{operation} {count}\n" for operation, count in sorted(self._tree.counts.items())).encode()


def plant(
    link: Link,
    mountpoint: bytes,
    now: Callable[[], float] = trio.current_time,
    *,
    as_files: bool = False,
    portable: bool = False,
    access: Access = PRIVATE,
) -> Tree:
    """Return the whole tree over a connection; `now` is its clock. `as_files`: entries are files and no links.

    `portable`: names are shown as Windows can hold them. `access`: who gets in, and for what.
    """
    tree = Tree(link, mountpoint, now, as_files=as_files, portable=portable, access=access)
    listed = {
        README: _planted(tree, "readme", lambda inode: Readme(inode, mountpoint)),
        b"STATUS.txt": _planted(tree, "status", lambda inode: StatusFile(inode, link)),
        b"albums": _planted(tree, "albums", lambda inode: AlbumsRoot(inode, tree)),
        b"by": _planted(tree, "by", lambda inode: FixedFolder(inode, _by(tree))),
        b"duplicates": _planted(tree, "duplicates", lambda inode: FixedFolder(inode, _duplicates(tree))),
        b"failed": _planted(tree, "failed", lambda inode: FailedFolder(inode, tree)),
        b"favorites": _planted(tree, "favorites", lambda inode: FavoritesFolder(inode, tree)),
        b"like": _planted(tree, "like", lambda inode: LikeRoot(inode, tree)),
        b"missing": _planted(tree, "missing", lambda inode: ViewFolder(inode, tree, "missing")),
        b"offline": _planted(tree, "offline", lambda inode: OfflineFolder(inode, tree)),
        b"recent": _planted(tree, "recent", lambda inode: ViewFolder(inode, tree, "recent")),
        b"saved": _planted(tree, "saved", lambda inode: SavedRoot(inode, tree)),
        b"search": _planted(tree, "search", lambda inode: SearchRoot(inode, tree)),
        b"tags": _planted(tree, "tags", lambda inode: TagsRoot(inode, tree)),
        b"untagged": _planted(tree, "untagged", lambda inode: ViewFolder(inode, tree, "untagged")),
    }
    hidden = {b".originals": _planted(tree, "originals", lambda inode: OriginalsRoot(inode, tree))}
    tree.root = Root(tree, listed, hidden)
    return tree


def _by(tree: Tree) -> dict[bytes, Node]:
    return {b"date": _planted(tree, "by/date", lambda inode: DateFolder(inode, tree))} | facets(tree)


def _duplicates(tree: Tree) -> dict[bytes, Node]:
    return {
        b"exact": _planted(tree, "duplicates/exact", lambda inode: ExactFolder(inode, tree)),
        b"same": _planted(tree, "duplicates/same", lambda inode: GroupsFolder(inode, tree, "same")),
        b"similar": _planted(tree, "duplicates/similar", lambda inode: GroupsFolder(inode, tree, "similar")),
    }


def _planted(tree: Tree, name: str, make: Callable[[int], Node]) -> Node:
    return tree.inodes.node(("folder", name), make)
