"""Tags as folders: their names, what is in them, and the model's own under `tags/auto/`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal

from vaultfs.faults import IsFolder, Missing, NotEmptyFolder, NotFolder, NotPermitted, Unavailable
from vaultfs.tree.entries import passing
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import LIMIT, composed, unnumbered
from vaultfs.tree.node import Folder, Node
from vaultfs.tree.records import PAGE, name_of
from vaultfs.tree.targets import image_of
from vaultipc.errors import NotFound
from vaultipc.messages import (
    ActionResult,
    TagFolderParams,
    TagParams,
    Tags,
    TagsParams,
)
from vaultipc.messages import TagFolder as TagContents

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree


_NUMBER = 16
"""Bytes for which a name may have been cut."""


class TagNode(LiveFolder):
    """A tag's folder, of the user's view or the model's. It is called by its id: renames keep it."""

    __slots__ = ("above", "component", "tag_id")

    topics = frozenset({"tags", "images"})
    source: Literal["user", "auto"] = "user"

    def __init__(self, inode: int, tree: Tree, tag_id: str = "") -> None:
        super().__init__(inode, tree)
        self.tag_id = tag_id
        self.component = ""
        self.above: TagNode | None = None

    def full_name(self) -> str:
        """Return the tag, with '/'; nothing for the top."""
        if self.above is None:
            return self.component
        before = self.above.full_name()
        return f"{before}/{self.component}" if before else self.component

    def stated(self) -> str:
        """Return the tag as requests that change something name it."""
        return self.full_name()

    async def contents(self) -> TagContents:
        """Ask for subtags and pictures, by another name if the tag was renamed elsewhere."""
        try:
            return await self._ask_contents()
        except NotFound:
            source = "auto" if self.source == "auto" else ""
            known: Tags = await self.tree.ask("tags", TagsParams(source=source))
            for tag in known.tags:
                if tag.id == self.tag_id:
                    self.above, self.component = None, tag.name.removeprefix("auto/" if source else "")
                    return await self._ask_contents()
            raise Missing(f"the tag {self.full_name()!r} is gone") from None

    async def _ask_contents(self) -> TagContents:
        found = await self._ask_page("")
        more = found.more
        while more:
            page = await self._ask_page(more)
            found.hits += page.hits
            more = page.more
        return found

    async def _ask_page(self, after: str, since: int = 0) -> TagContents:
        """Raises NotFound if another tag has its name now, too: this one was renamed elsewhere."""
        params = TagFolderParams(tag=self.full_name(), source=self.source, after=after, limit=PAGE, since=since)
        found: TagContents = await self.tree.ask("tags.folder", params)
        if self.tag_id and found.id != self.tag_id:
            raise NotFound(f"{self.full_name()!r} is another tag now")
        return found

    async def lacks(self, name: bytes) -> bool:
        """A large tag is told whole only if what changed may have this name: `cp` of many files asks for each."""
        current = self.shelf.current
        small = current is None or len(current.entries) < PAGE
        if small or not self.told or self.tree.portable or len(name) > LIMIT - _NUMBER:
            return False
        try:
            news = await self._ask_page("", since=int(self.told))
        except (NotFound, Unavailable):
            return False
        names = {subtag.name.encode() for subtag in news.subtags}.union(map(name_of, news.hits))
        return news.since > 0 and not news.more and names.isdisjoint((composed(name), *unnumbered(name)))

    async def fetch(self) -> dict[bytes, Node]:
        contents = await self.contents()
        # Of its first page: what changed since then may not be in the others.
        self.told = str(contents.seq)
        entries: dict[bytes, Node] = {}
        for subtag in contents.subtags:
            below = self.below(subtag.id)
            below.above, below.component = self, subtag.name
            entries[subtag.name.encode()] = below
        return entries | passing(self.tree, self, contents.hits, entries)

    def below(self, tag_id: str) -> TagNode:
        """Return the node of a subtag."""
        kind = type(self)
        return self.tree.inodes.node((self.source, tag_id), lambda inode: kind(inode, self.tree, tag_id))

    async def take_out(self, image: str, caller: Caller) -> None:
        """Take the tag off a picture."""
        params = TagParams(tag=self.stated(), images=[image], **self.tree.stamp(caller))
        checked(await self.tree.ask("untag", params))


class AutoTag(TagNode):
    """A tag of the model's: `rm` rejects it for a picture, moving or linking from here into a tag accepts it."""

    __slots__ = ()

    source = "auto"

    def stated(self) -> str:
        """Under `auto/` a name means what the model says."""
        return f"auto/{self.full_name()}"

    def place(self) -> bytes:
        return os.path.join(b"tags/auto", self.full_name().encode())

    async def remove(self, name: bytes, caller: Caller) -> None:
        node = await self.certain(name)
        if isinstance(node, Folder):
            raise IsFolder(repr(name))
        await self.take_out(image_of(node), caller)
        self.shelf.drop(name)

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        """A word of the model's is no thing to delete: one that says nothing any more, as after `rm -r`, is gone."""
        node = self.meaning(name) or await self.lookup(name)
        if not isinstance(node, AutoTag):
            raise NotFolder(repr(name))
        await node.must_be_empty()
        self.shelf.drop(name)
        self.tree.inodes.retire(node)

    async def must_be_empty(self) -> None:
        """Raise NotEmptyFolder if the model says this, or what is below it, of any picture."""
        try:
            contents = await self.contents()
        except Missing:
            return
        if contents.subtags or contents.hits:
            raise NotEmptyFolder(f"the model says {self.full_name()!r} of pictures")

    async def to_move(self, name: bytes) -> Node:
        node = await self.certain(name)
        if isinstance(node, Folder):
            raise NotPermitted("the model's tags cannot be renamed")
        return node


def checked(result: ActionResult) -> None:
    """Raise Missing if the daemon could not do it for the one picture it was asked for."""
    if result.errors:
        raise Missing("; ".join(error.message for error in result.errors))
