"""`duplicates/`: what is there more than once.

`exact/<picture>/` is each content of which there are several files, with all of them; here alone every file is an
entry, everywhere else one stands for its content. `same/<picture>/` is each picture that several contents show:
resized, encoded again or lightly edited. `similar/<picture>/` are pictures that show the like, as a burst does.
"""

from __future__ import annotations

import os.path
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from vaultfs.link import DEADLINE, GROUPING_DEADLINE
from vaultfs.tree.entries import by_name
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import distinct
from vaultfs.tree.node import Node
from vaultfs.tree.records import record
from vaultipc.codec import display, exact
from vaultipc.messages import (
    DuplicateGroup,
    DuplicateLevel,
    Duplicates,
    DuplicatesParams,
    FilePlace,
    Hit,
    HitsParams,
    ImageInfo,
    ImageParams,
    Listing,
)

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree


class ExactFolder(LiveFolder):
    """A folder for each such content, called as the file that other folders show."""

    __slots__ = ()

    async def fetch(self) -> dict[bytes, Node]:
        return _folders(await _groups(self.tree, "exact"), self._copies)

    def _copies(self, image: str) -> CopiesFolder:
        return self.tree.inodes.node(("copies", image), lambda inode: CopiesFolder(inode, self.tree, image))


class GroupsFolder(LiveFolder):
    """A folder for each group of a level, called as the best of the group."""

    __slots__ = ("_level",)

    def __init__(self, inode: int, tree: Tree, level: DuplicateLevel) -> None:
        super().__init__(inode, tree)
        self._level = level

    async def fetch(self) -> dict[bytes, Node]:
        return _folders(await _groups(self.tree, self._level), self._group)

    def _group(self, image: str) -> GroupFolder:
        key = (f"{self._level} group", image)
        return self.tree.inodes.node(key, lambda inode: GroupFolder(inode, self.tree, self._level, image))


class GroupFolder(LiveFolder):
    """All contents of the group that one of them is in, the best first."""

    __slots__ = ("_image", "_level")

    def __init__(self, inode: int, tree: Tree, level: DuplicateLevel, image: str) -> None:
        super().__init__(inode, tree)
        self._level = level
        self._image = image

    async def fetch(self) -> dict[bytes, Node]:
        groups = await _groups(self.tree, self._level, self._image)
        images = [image for group in groups for image in group.images]
        shown: Listing = await self.tree.ask("hits", HitsParams(ids=images))
        return by_name(self.tree, self, shown.hits)

    async def to_move(self, name: bytes) -> Node:
        return await self.certain(name)


class CopiesFolder(LiveFolder):
    """All files of one content that can be opened now."""

    __slots__ = ("_image",)

    def __init__(self, inode: int, tree: Tree, image: str) -> None:
        super().__init__(inode, tree)
        self._image = image

    async def fetch(self) -> dict[bytes, Node]:
        info: ImageInfo = await self.tree.ask("image", ImageParams(image=self._image))
        shown = await record(self.tree, self._image)
        files = [_of_file(shown, file) for file in info.paths if file.state == "online"]
        return by_name(self.tree, self, files)

    async def to_move(self, name: bytes) -> Node:
        return await self.certain(name)


async def _groups(tree: Tree, level: DuplicateLevel, image: str = "") -> list[DuplicateGroup]:
    deadline = DEADLINE if level == "exact" else GROUPING_DEADLINE
    found: Duplicates = await tree.ask("duplicates", DuplicatesParams(level=level, image=image), deadline)
    return found.groups


def _folders(groups: list[DuplicateGroup], folder: Callable[[str], Node]) -> dict[bytes, Node]:
    """A folder for each group, called as its best file."""
    names = [_name_of(group.members[0]) for group in groups]
    images = [group.image for group in groups]
    return {name: folder(image) for name, image in zip(distinct(names, images), images, strict=True)}


def _of_file(hit: Hit, file: FilePlace) -> Hit:
    """Return the record as it would be if this file stood for the content; its path tells it from the others."""
    name, name_b64 = display(_name_of(file))
    return replace(
        hit, name=name, name_b64=name_b64, path=file.path, path_b64=file.path_b64, size=file.size,
        mtime_ns=file.mtime_ns, content=f"{hit.content} {exact(file.path, file.path_b64)!r}",
    )  # fmt: skip


def _name_of(file: FilePlace) -> bytes:
    return os.path.basename(exact(file.path, file.path_b64))
