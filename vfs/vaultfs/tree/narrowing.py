"""`.by/` in a folder of results: the same results, narrowed to those that were taken then, by that camera, and so on.

`.by/date/2024/05/`, `.by/camera/<camera>/`: only values that occur among the results. The entries are those of the
folder itself, under their names, ranks included. What a folder of values shows follows from the answer that the folder
of results holds, so nothing is searched for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.faults import Missing
from vaultfs.tree.facets import can_be_named
from vaultfs.tree.live import FROZEN, LiveFolder
from vaultfs.tree.names import distinct, named
from vaultfs.tree.node import FixedFolder, Node
from vaultfs.tree.probes import is_probe
from vaultfs.tree.targets import image_of
from vaultipc.messages import Narrowed, NarrowParams
from vaultipc.messages.views import NARROWING, NarrowName

if TYPE_CHECKING:
    from vaultfs.tree.results import Results
    from vaultfs.tree.tree import Tree


class NarrowingFolder(LiveFolder):
    """A folder of `.by/`. `of`: the folder whose results it divides."""

    __slots__ = ("_facet", "_of")

    frozen = FROZEN

    def __init__(self, inode: int, tree: Tree, of: Results, facet: NarrowName) -> None:
        super().__init__(inode, tree)
        self._of = of
        self._facet: NarrowName = facet

    async def lookup(self, name: bytes) -> Node:
        if is_probe(name):
            raise Missing(repr(name))
        return await super().lookup(name)

    async def listed(self) -> None:
        await super().listed()
        self.tree.query_opened = True

    async def results(self) -> dict[bytes, Node]:
        """Return the entries of the folder of results, as they are now or were a moment ago, listed there or not."""
        snapshot = self._of.shelf.current
        if snapshot is None or self._of.dirty or not super().still(snapshot):
            snapshot = await self._of.newest()
        return snapshot.entries

    async def narrowed(self, results: dict[bytes, Node], value: str = "") -> Narrowed:
        """Ask how the results divide, or which of them have a value."""
        images = [image for entry in results.values() if (image := image_of(entry))]
        if not images:
            return Narrowed(values=[], images=[])
        params = NarrowParams(images=images, facet=self._facet, value=value)
        found: Narrowed = await self.tree.ask("facet.narrow", params)
        return found


class ValuesFolder(NarrowingFolder):
    """The values of one facet that occur among the results; of `date`, years, or the months of a year."""

    __slots__ = ("_year",)

    def __init__(self, inode: int, tree: Tree, of: Results, facet: NarrowName, year: str = "") -> None:
        super().__init__(inode, tree, of, facet)
        self._year = year

    async def fetch(self) -> dict[bytes, Node]:
        found = await self.narrowed(await self.results(), self._year)
        values = [value for value in found.values if can_be_named(value)]
        shown = [value.removeprefix(f"{self._year}-") for value in values] if self._year else values
        names = distinct([named(text) for text in shown], values)
        return {name: self._below(value) for name, value in zip(names, values, strict=True)}

    def _below(self, value: str) -> Node:
        key = ("narrowed", self.inode, value)
        if self._facet == "date" and not self._year:
            return self.tree.inodes.node(key, lambda inode: ValuesFolder(inode, self.tree, self._of, "date", value))
        return self.tree.inodes.node(key, lambda inode: NarrowFolder(inode, self.tree, self._of, self._facet, value))


class NarrowFolder(NarrowingFolder):
    """The results that have one value of a facet."""

    __slots__ = ("_value",)

    def __init__(self, inode: int, tree: Tree, of: Results, facet: NarrowName, value: str) -> None:
        super().__init__(inode, tree, of, facet)
        self._value = value

    async def fetch(self) -> dict[bytes, Node]:
        results = await self.results()
        kept = frozenset((await self.narrowed(results, self._value)).images)
        return {name: entry for name, entry in results.items() if image_of(entry) in kept}

    async def to_move(self, name: bytes) -> Node:
        """A result can be moved into a tag; it stays a result."""
        return await self.certain(name)


def narrowing(tree: Tree, of: Results) -> FixedFolder:
    """Return `.by/` of a folder of results."""

    def facet(name: NarrowName) -> Node:
        return tree.inodes.node(("by", of.inode, name), lambda inode: ValuesFolder(inode, tree, of, name))

    listed = {name.encode(): facet(name) for name in NARROWING}
    return tree.inodes.node(("by", of.inode), lambda inode: FixedFolder(inode, listed))
