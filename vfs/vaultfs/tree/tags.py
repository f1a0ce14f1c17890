"""`tags/`: every folder is a tag, every entry a picture tagged exactly so; pictures come in by link, copy and move."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vaultfs.faults import Exists, NotEmptyFolder, NotFolder, NotPermitted
from vaultfs.tree.given import Given
from vaultfs.tree.names import composed, kept_name
from vaultfs.tree.node import Folder, Node
from vaultfs.tree.tagnodes import AutoTag, TagNode, checked
from vaultfs.tree.taking import Taking
from vaultfs.writing.incoming import Belonging
from vaultipc.messages import RenameParams, RetagParams, TagDeleteParams, TagNameParams, TagParams

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree

AUTO = b"auto"


class TagFolder(TagNode, Taking):
    """A tag of the user's. Moving a picture from one tag to another takes the first one off."""

    __slots__ = ("given",)

    def __init__(self, inode: int, tree: Tree, tag_id: str = "") -> None:
        super().__init__(inode, tree, tag_id)
        self.given = Given()

    # ---- tags --------------------------------------------------------------------------------------------------

    def spelled(self, name: bytes) -> bytes:
        """Return the subtag's name if `name` is that in another Unicode form; pictures' names are bytes and differ."""
        tag = composed(name)
        return tag if tag != name and isinstance(self.shelf.newest(tag), Folder) else name

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        await self.tree.ask("tags.create", TagNameParams(tag=self._below(name), **self.tree.stamp(caller)))
        self.dirty = True
        made = await self.lookup(name)
        if not isinstance(made, Folder):
            raise Exists(repr(name))
        return made

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        node = self.shelf.newest(self.spelled(name)) or await self.lookup(name)
        if not isinstance(node, TagFolder):
            raise NotFolder(repr(name))
        await self.tree.ask("tags.delete", TagDeleteParams(tag=node.full_name(), **self.tree.stamp(caller)))
        self.shelf.drop(self.spelled(name))
        self.tree.inodes.retire(node)

    async def to_move(self, name: bytes) -> Node:
        """A tag is what its name means now: the one it meant may have been deleted elsewhere a moment ago."""
        newest = self.shelf.newest(self.spelled(name))
        return newest if isinstance(newest, TagNode) else await super().to_move(name)

    async def receive_folder(self, node: Folder, name: bytes, caller: Caller) -> None:
        if not isinstance(node, TagFolder):
            raise NotPermitted("only a tag can become a tag")
        there = await self.taken(name)
        if there is not None and not isinstance(there, TagFolder):
            raise NotEmptyFolder(f"{name!r} is there already")
        params = RenameParams(name=node.full_name(), to=self._below(name), **self.tree.stamp(caller))
        await self.tree.ask("tags.rename", params)
        if there is not None and there is not node:
            self.tree.inodes.retire(there)  # it was empty: it gave way, as rename(2) has it
            self.shelf.drop(self.spelled(name))
        node.above, node.component = self, kept_name(name)
        self.dirty = True

    def _below(self, name: bytes) -> str:
        return f"{self.full_name()}/{kept_name(name)}".lstrip("/")

    # ---- pictures ----------------------------------------------------------------------------------------------

    def place(self) -> bytes:
        return os.path.join(b"tags", self.full_name().encode()) if self.full_name() else b"tags"

    def belonging(self) -> Belonging:
        return {"tag": self.full_name()}

    def must_take(self) -> None:
        if not self.full_name():
            raise NotPermitted("pictures go into a tag: make a folder first")

    async def put(self, image: str, caller: Caller) -> None:
        params = TagParams(tag=self.full_name(), images=[image], **self.tree.stamp(caller))
        checked(await self.tree.ask("tag", params))

    async def bring(self, source: Folder, image: str, replaced: str, caller: Caller) -> None:
        if not isinstance(source, TagNode):
            await super().bring(source, image, replaced, caller)
            return
        params = RetagParams(
            source=source.stated(), target=self.full_name(), images=[image], replaces=[replaced] if replaced else [],
            **self.tree.stamp(caller),
        )  # fmt: skip
        checked(await self.tree.ask("retag", params))


class TagsRoot(TagFolder):
    """`tags/`: the top of the user's tags, and `auto/`."""

    __slots__ = ("_auto",)

    ours = (AUTO,)

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self._auto = self._planted()

    async def lookup(self, name: bytes) -> Node:
        return self._auto if name == AUTO else await super().lookup(name)

    async def fetch(self) -> dict[bytes, Node]:
        return await super().fetch() | {AUTO: self._auto}

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        """`auto/` is a part of the mount and there again at the next look; `rm -r` of it shall end all the same."""
        if name != AUTO:
            await super().remove_folder(name, caller)
            return
        await self._auto.must_be_empty()
        self.tree.inodes.retire(self._auto)
        self._auto = self._planted()
        self.told, self.dirty = "", True

    def _planted(self) -> AutoTag:
        return self.tree.inodes.node(("folder", "tags/auto"), lambda inode: AutoTag(inode, self.tree))

    def below(self, tag_id: str) -> TagNode:
        return self.tree.inodes.node(("user", tag_id), lambda inode: TagFolder(inode, self.tree, tag_id))
