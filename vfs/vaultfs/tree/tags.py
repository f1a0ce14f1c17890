"""`tags/`: every folder is a tag, every entry a picture tagged exactly so; pictures come in by link, copy and move."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from vaultfs.attributes import FOLDER
from vaultfs.faults import Exists, Invalid, IsFolder, NotEmptyFolder, NotFolder, NotPermitted
from vaultfs.tree.entries import linked, through
from vaultfs.tree.given import Given
from vaultfs.tree.names import check_length, composed, query_text
from vaultfs.tree.node import File, Folder, Handle, Moved, Node, Symlink
from vaultfs.tree.records import record
from vaultfs.tree.tagnodes import AutoTag, TagNode, checked
from vaultfs.tree.targets import image_at, image_of
from vaultfs.writing.incoming import Incoming
from vaultfs.writing.temporary import is_temporary
from vaultipc.messages import (
    RenameParams,
    RetagParams,
    TagDeleteParams,
    TagNameParams,
    TagParams,
)

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree

AUTO = b"auto"


class TagFolder(TagNode):
    """A tag of the user's: takes pictures in by link, copy and move."""

    __slots__ = ("given",)

    mode = FOLDER
    negative_timeout = 0.0

    def __init__(self, inode: int, tree: Tree, tag_id: str = "") -> None:
        super().__init__(inode, tree, tag_id)
        self.given = Given(tree.as_files)

    # ---- reading -----------------------------------------------------------------------------------------------

    def meaning(self, name: bytes) -> Node | None:
        return self._named(self._called(name))

    def _called(self, name: bytes) -> bytes:
        """Return the subtag's name if `name` is that in another Unicode form; pictures' names are bytes and differ."""
        tag = composed(name)
        return tag if tag != name and isinstance(self.shelf.newest(tag), Folder) else name

    def _named(self, name: bytes) -> Node | None:
        fresh = self.given.fresh(name)
        if fresh is not None:
            return fresh
        return self.shelf.newest(name) or self._still_here(self.given.old(name) or self.shelf.past(name))

    def _still_here(self, node: Node | None) -> Node | None:
        """An old name holds only as long as its picture has the tag: what was taken away must be free to come back."""
        current = self.shelf.current
        if node is None or current is None:
            return node
        image = image_of(node)
        here = any(image_of(entry) == image for entry in current.entries.values())
        return node if image and here else None

    async def open(self) -> tuple[tuple[bytes, Node], ...]:
        listed = dict(await super().open())
        return (*listed.items(), *((name, file) for name, file in self.given.writing() if name not in listed))

    def renewal(self) -> None:
        self.given.renewed(self.tree.now(), self.tree.believed)

    def rest(self, now: float) -> bool:
        idle = super().rest(now)
        return self.given.rest(now) and idle

    # ---- tags --------------------------------------------------------------------------------------------------

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        text = _component(name)
        full = f"{self.full_name()}/{text}".lstrip("/")
        await self.tree.ask("tags.create", TagNameParams(tag=full, **self.tree.stamp(caller)))
        self.dirty = True
        made = await self.lookup(name)
        if not isinstance(made, Folder):
            raise Exists(repr(name))
        return made

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        node = self.shelf.newest(self._called(name)) or await self.lookup(name)
        if not isinstance(node, TagFolder):
            raise NotFolder(repr(name))
        await self.tree.ask("tags.delete", TagDeleteParams(tag=node.full_name(), **self.tree.stamp(caller)))
        self.shelf.drop(self._called(name))
        self.tree.inodes.retire(node)

    # ---- pictures ----------------------------------------------------------------------------------------------

    async def link(self, name: bytes, target: bytes, caller: Caller) -> Symlink:
        self._must_be_a_tag()
        check_length(name)
        if await self._taken(name) is not None:
            raise Exists(repr(name))
        image = await image_at(self.tree, self._place(), target)
        await self._tag(image, caller)
        entry = linked(self.tree, self, await record(self.tree, image))
        self._named_so(name, entry)
        return entry

    async def remove(self, name: bytes, caller: Caller) -> None:
        node = await self.to_move(name)
        if isinstance(node, Folder):
            raise IsFolder(repr(name))
        if isinstance(node, Incoming) and not node.image:
            node.discard()
        else:
            await self.untag(name, image_of(node), caller)
        self.given.drop(name)

    async def create(self, name: bytes, mode: int, caller: Caller) -> tuple[File, Handle]:
        self._must_be_a_tag()
        check_length(name)
        if name.startswith(b".") and not is_temporary(name):
            raise Invalid(f"{name!r} is hidden: the vault has no hidden pictures")
        if await self._taken(name) is not None:
            raise Exists(repr(name))
        incoming = Incoming.new(self, name, mode)
        self.given.begin(name, incoming, self.tree.now())
        self.tree.keep(self)
        return incoming, await incoming.open(True, False, caller)

    def arrived(self, incoming: Incoming) -> None:
        self.given.settle(incoming.name, incoming, self.tree.now())
        self.dirty = True

    def gave_up(self, incoming: Incoming) -> None:
        self.given.drop(incoming.name)
        self.tree.changed.entry(self, incoming.name)

    # ---- renames -----------------------------------------------------------------------------------------------

    async def to_move(self, name: bytes) -> Node:
        return self.given.fresh(name) or self.given.old(name) or await self.certain(self._called(name))

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        check_length(name)
        if isinstance(moved.node, Folder):
            await self._receive_folder(moved.node, name, caller)
            return
        self._must_be_a_tag()
        replaced = await self._replaced(moved, name)
        if isinstance(moved.node, Incoming) and not moved.node.image:
            await self._receive_bytes(moved.node, name, replaced, caller)
        else:
            await self._receive_picture(moved, name, replaced, caller)
        self.dirty = True

    async def left(self, moved: Moved) -> None:
        self.given.drop(moved.name)
        self.shelf.drop(self._called(moved.name))

    async def _receive_folder(self, node: Folder, name: bytes, caller: Caller) -> None:
        if not isinstance(node, TagFolder):
            raise NotPermitted("only a tag can become a tag")
        if await self._taken(name) is not None:
            raise NotEmptyFolder(f"{name!r} is a tag already")
        to = f"{self.full_name()}/{_component(name)}".lstrip("/")
        await self.tree.ask("tags.rename", RenameParams(name=node.full_name(), to=to, **self.tree.stamp(caller)))
        node.above, node.component = self, _component(name)
        self.dirty = True

    async def _replaced(self, moved: Moved, name: bytes) -> str:
        """Return the id of the picture whose entry the rename takes, or nothing."""
        there = await self._taken(name)
        if there is None or there is moved.node:
            return ""
        if not moved.replace:
            raise Exists(repr(name))
        if isinstance(there, Folder):
            raise IsFolder(repr(name))
        newest = self.shelf.newest(name)
        if newest is not None and image_of(newest):
            self.shelf.certain(name)
        return image_of(there)

    async def _receive_bytes(self, node: Incoming, name: bytes, replaced: str, caller: Caller) -> None:
        if is_temporary(name):
            self.given.begin(name, node, self.tree.now())
            node.folder, node.name = self, name
            return
        await node.commit(self, name, replaced, caller)

    async def _receive_picture(self, moved: Moved, name: bytes, replaced: str, caller: Caller) -> None:
        image = image_of(moved.node)
        if not image:
            raise NotPermitted("only a picture can be tagged")
        if moved.source is self:
            await self._rename_here(moved, name, image, replaced, caller)
            return
        replaces = [replaced] if replaced and replaced != image else []
        if isinstance(moved.source, TagNode):
            params = RetagParams(
                source=moved.source.stated(), target=self.full_name(), images=[image], replaces=replaces,
                **self.tree.stamp(caller),
            )  # fmt: skip
            checked(await self.tree.ask("retag", params))
        else:
            await self._tag(image, caller)
            if replaces:
                await self.untag(name, replaced, caller)
        await self._call_it(name, image)

    async def _rename_here(self, moved: Moved, name: bytes, image: str, replaced: str, caller: Caller) -> None:
        """Within one tag a picture keeps its file's name; only taking another one's place means something."""
        if replaced and replaced != image:
            await self.untag(name, replaced, caller)
            await self._call_it(name, image)
            return
        there = self.meaning(name)
        if there is None or image_of(there) != image:
            raise NotPermitted("a picture is called what its file is called")

    # ---- steps -------------------------------------------------------------------------------------------------

    async def _call_it(self, name: bytes, image: str) -> None:
        """Let the name under which a picture was moved here mean it."""
        self._named_so(name, through(self.tree, self, await record(self.tree, image)))

    def _named_so(self, name: bytes, entry: Node) -> None:
        """Let the name the user gave mean the picture until the folder is listed under its own names."""
        self.given.settle(name, entry, self.tree.now())
        self.tree.changed.entry(self, name)

    async def _tag(self, image: str, caller: Caller) -> None:
        params = TagParams(tag=self.full_name(), images=[image], **self.tree.stamp(caller))
        checked(await self.tree.ask("tag", params))
        self.dirty = True

    async def _taken(self, name: bytes) -> Node | None:
        """Return what has the name already. The kernel has asked before, so the snapshot at hand is new enough."""
        if self.shelf.current is None:
            await self.renewed(opened=False)
        return self.meaning(name)

    def _must_be_a_tag(self) -> None:
        if not self.full_name():
            raise NotPermitted("pictures go into a tag: make a folder first")

    def _place(self) -> bytes:
        return os.path.join(b"tags", self.full_name().encode()) if self.full_name() else b"tags"


class TagsRoot(TagFolder):
    """`tags/`: the top of the user's tags, and `auto/`."""

    __slots__ = ("_auto",)

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self._auto = self._planted()

    async def lookup(self, name: bytes) -> Node:
        return self._auto if name == AUTO else await super().lookup(name)

    async def fetch(self, opened: bool) -> dict[bytes, Node]:
        return await super().fetch(opened) | {AUTO: self._auto}

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        """`auto/` is a part of the mount and there again at the next look; `rm -r` of it shall end all the same."""
        if name != AUTO:
            await super().remove_folder(name, caller)
            return
        await self._auto.must_be_empty()
        self.tree.inodes.retire(self._auto)
        self._auto = self._planted()
        self.dirty = True

    def _planted(self) -> AutoTag:
        return self.tree.inodes.node(("folder", "tags/auto"), lambda inode: AutoTag(inode, self.tree))

    def below(self, tag_id: str) -> TagNode:
        return self.tree.inodes.node(("user", tag_id), lambda inode: TagFolder(inode, self.tree, tag_id))


def _component(name: bytes) -> str:
    """Return a tag's name; Invalid for what the catalog refuses, NameTooLong above 255 bytes."""
    text = query_text(name)
    if text.startswith("."):
        raise Invalid("a tag's name cannot start with a dot")
    return text
