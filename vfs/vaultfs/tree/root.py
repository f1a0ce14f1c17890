"""The top of the mount."""

from __future__ import annotations

from collections.abc import Callable

import trio

from vaultfs.attributes import FOLDER
from vaultfs.link import Link
from vaultfs.tree.inodes import ROOT
from vaultfs.tree.node import FixedFolder, Node
from vaultfs.tree.originals import OriginalsRoot
from vaultfs.tree.saved import SavedRoot
from vaultfs.tree.search import SearchRoot
from vaultfs.tree.status import StatusFile
from vaultfs.tree.tags import TagsRoot
from vaultfs.tree.tree import Tree
from vaultfs.tree.views import DateFolder, FailedFolder, ViewFolder


class Root(FixedFolder):
    """The mount point itself."""

    __slots__ = ()

    mode = FOLDER


def plant(
    link: Link, mountpoint: bytes, now: Callable[[], float] = trio.current_time, *, as_files: bool = False
) -> Tree:
    """Return the whole tree over a connection; `now` is its clock. `as_files`: entries are files and no links."""
    tree = Tree(link, mountpoint, now, as_files=as_files)
    inodes = tree.inodes
    date = inodes.node(("folder", "by/date"), lambda inode: DateFolder(inode, tree))
    listed: dict[bytes, Node] = {
        b"STATUS.txt": inodes.node(("folder", "status"), lambda inode: StatusFile(inode, link)),
        b"by": inodes.node(("folder", "by"), lambda inode: FixedFolder(inode, {b"date": date})),
        b"failed": inodes.node(("folder", "failed"), lambda inode: FailedFolder(inode, tree)),
        b"recent": inodes.node(("folder", "recent"), lambda inode: ViewFolder(inode, tree, "recent")),
        b"saved": inodes.node(("folder", "saved"), lambda inode: SavedRoot(inode, tree)),
        b"search": inodes.node(("folder", "search"), lambda inode: SearchRoot(inode, tree)),
        b"tags": inodes.node(("folder", "tags"), lambda inode: TagsRoot(inode, tree)),
        b"untagged": inodes.node(("folder", "untagged"), lambda inode: ViewFolder(inode, tree, "untagged")),
    }
    hidden: dict[bytes, Node] = {
        b".originals": inodes.node(("folder", "originals"), lambda inode: OriginalsRoot(inode, tree)),
    }
    tree.root = Root(ROOT, listed, hidden)
    return tree
