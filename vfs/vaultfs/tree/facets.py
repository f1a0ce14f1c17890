"""`by/camera/`, `by/type/`, `by/rating/`, `by/color/`, `by/model/`, `by/lora/`: a folder for each value that occurs."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from vaultfs.faults import Missing
from vaultfs.tree.entries import by_name
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import distinct, named
from vaultfs.tree.node import Node
from vaultfs.tree.probes import is_probe
from vaultipc.messages import FacetImagesParams, FacetParams, FacetValues, Listing
from vaultipc.messages.views import FacetName

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree


class FacetFolder(LiveFolder):
    """The values of one facet. A `/` in one is said as in a query; what cannot be a folder's name is left out."""

    __slots__ = ("_facet",)

    def __init__(self, inode: int, tree: Tree, facet: FacetName) -> None:
        super().__init__(inode, tree)
        self._facet: FacetName = facet

    async def lookup(self, name: bytes) -> Node:
        if is_probe(name):
            raise Missing(repr(name))
        return await super().lookup(name)

    async def fetch(self) -> dict[bytes, Node]:
        found: FacetValues = await self.tree.ask("facet.values", FacetParams(facet=self._facet, counts=False))
        values = [value.value for value in found.values if can_be_named(value.value)]
        names = distinct([named(value) for value in values], values)
        return {name: self._below(value) for name, value in zip(names, values, strict=True)}

    def _below(self, value: str) -> ValueFolder:
        key = ("facet", self._facet, value)
        return self.tree.inodes.node(key, lambda inode: ValueFolder(inode, self.tree, self._facet, value))


class ValueFolder(LiveFolder):
    """The pictures with one value of a facet."""

    __slots__ = ("_facet", "_value")

    def __init__(self, inode: int, tree: Tree, facet: FacetName, value: str) -> None:
        super().__init__(inode, tree)
        self._facet: FacetName = facet
        self._value = value

    async def fetch(self) -> dict[bytes, Node]:
        params = FacetImagesParams(facet=self._facet, value=self._value)
        listing: Listing = await self.tree.ask("facet.images", params)
        self.told = str(listing.seq)
        return by_name(self.tree, self, listing.hits)

    async def to_move(self, name: bytes) -> Node:
        return await self.certain(name)


def facets(tree: Tree) -> dict[bytes, Node]:
    """Return the folders of all facets."""
    return {facet.encode(): _facet(tree, facet) for facet in get_args(FacetName)}


def _facet(tree: Tree, facet: FacetName) -> FacetFolder:
    return tree.inodes.node(("folder", f"by/{facet}"), lambda inode: FacetFolder(inode, tree, facet))


def can_be_named(value: str) -> bool:
    """Return whether a value can be the name of a folder."""
    return value.isprintable() and value.strip() != "" and not is_probe(named(value))
