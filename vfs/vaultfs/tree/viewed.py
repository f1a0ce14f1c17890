"""A result folder's views: the same question at another level, without ranks, narrowed, or with texts about results.

Reachable by name and never listed; they do not nest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.tree.generated import Prompts, Workflows
from vaultfs.tree.narrowing import narrowing
from vaultfs.tree.node import Folder, Node
from vaultfs.tree.reasons import Why
from vaultfs.tree.results import Results
from vaultipc.messages import Level

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree

BY = b".by"
TEXTS: dict[bytes, type[Results]] = {b".why": Why, b".prompt": Prompts, b".workflow": Workflows}
"""Views that hold a text for each result."""
LEVELS: dict[bytes, Level] = {b".strict": "strict", b".loose": "loose", b".all": "all"}


class Viewed(Results):
    """A result folder with views."""

    __slots__ = ("_views",)

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self._views: dict[bytes, Results] = {}

    async def lookup(self, name: bytes) -> Node:
        return self.view(name) or await super().lookup(name)

    def ask_for(self, query: str, level: Level) -> None:
        """Make this the folder of another question."""
        if (query, level) != (self.query, self.level):
            self.query, self.level = query, level
            self.dirty = self.shelf.current is not None
            self._views = {}

    def view(self, name: bytes) -> Folder | None:
        """Return the view of that name, if it is one."""
        if name == BY:
            return narrowing(self.tree, self)
        if name not in LEVELS and name != b".plain" and name not in TEXTS:
            return None
        view = self._views.get(name)
        if view is None:
            key = ("view", self.inode, name)
            kind = TEXTS.get(name, Results)
            view = self._views[name] = self.tree.inodes.node(key, lambda inode: kind(inode, self.tree))
        view.query, view.level = self.query, LEVELS.get(name, self.level)
        view.by_picture, view.called = self.by_picture, self.called
        view.ordered = name != b".plain"
        return view
