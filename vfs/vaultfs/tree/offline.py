"""`offline/<volume>/`: pictures on disks that are not here, as links to where their files would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.faults import Missing
from vaultfs.tree.entries import by_name
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import distinct
from vaultfs.tree.node import Node
from vaultfs.tree.probes import is_probe
from vaultipc.codec import exact
from vaultipc.messages import Empty, Listing, Offline, ViewParams

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree


class OfflineFolder(LiveFolder):
    """The volumes that are away, called as the folder was that they were mounted on."""

    __slots__ = ()

    async def lookup(self, name: bytes) -> Node:
        if is_probe(name):
            raise Missing(repr(name))
        return await super().lookup(name)

    async def fetch(self) -> dict[bytes, Node]:
        found: Offline = await self.tree.ask("offline", Empty())
        names = [exact(volume.name, volume.name_b64).replace(b"/", b"_") for volume in found.volumes]
        ids = [volume.id for volume in found.volumes]
        return {name: self._volume(volume) for name, volume in zip(distinct(names, ids), ids, strict=True)}

    def _volume(self, volume: str) -> VolumeFolder:
        return self.tree.inodes.node(("volume", volume), lambda inode: VolumeFolder(inode, self.tree, volume))


class VolumeFolder(LiveFolder):
    """The pictures of one volume of which no other file can be opened."""

    __slots__ = ("_volume",)

    def __init__(self, inode: int, tree: Tree, volume: str) -> None:
        super().__init__(inode, tree)
        self._volume = volume

    async def fetch(self) -> dict[bytes, Node]:
        listing: Listing = await self.tree.ask("view", ViewParams(view="offline", volume=self._volume))
        return by_name(self.tree, self, listing.hits)

    async def to_move(self, name: bytes) -> Node:
        return await self.certain(name)
