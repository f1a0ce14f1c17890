"""A tree over the in-memory daemon: the real connection, no mount, and a clock that the test moves."""

from __future__ import annotations

from dataclasses import dataclass, field

from support.smalldaemon import SmallDaemon
from vaultfs.caller import Caller
from vaultfs.link import Link
from vaultfs.tree.node import Folder, Node, Symlink, TextFile, rename, walk
from vaultfs.tree.tree import Tree

MOUNTPOINT = b"/the/vault"


@dataclass
class Clock:
    """The tree's time in seconds."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@dataclass
class PlantedVault:
    """A planted tree and what a test does with it."""

    tree: Tree
    daemon: SmallDaemon
    link: Link
    clock: Clock
    caller: Caller = field(default_factory=lambda: Caller(1))

    async def node(self, path: str | bytes) -> Node:
        assert self.tree.root is not None
        return await walk(self.tree.root, path if isinstance(path, bytes) else path.encode())

    async def folder(self, path: str) -> Folder:
        found = await self.node(path)
        assert isinstance(found, Folder)
        return found

    async def names(self, path: str) -> list[str]:
        """Open the folder and list it, and return its names."""
        folder = await self.folder(path)
        listing = await folder.open()
        await folder.listed()
        return [name.decode() for name, _ in listing]

    async def target(self, path: str) -> str:
        found = await self.node(path)
        assert isinstance(found, Symlink)
        return found.target.decode()

    async def text(self, path: str) -> str:
        found = await self.node(path)
        assert isinstance(found, TextFile)
        return found.text().decode()

    async def move(self, source: str, name: str, target: str, new_name: str) -> None:
        await rename(
            await self.folder(source), name.encode(), await self.folder(target), new_name.encode(), True, self.caller
        )

    async def copy(self, data: bytes, folder: str, name: str) -> None:
        """Create, write, flush and release, as cp does."""
        _, handle = await (await self.folder(folder)).create(name.encode(), 0o644, self.caller)
        try:
            await handle.write(0, data)
            await handle.flush()
        finally:
            await handle.release()
