"""Folders that take pictures in: by link, by copy, by move. Tags, albums and favourites are such folders.

What they have in common is here: names that users give, bytes on their way in, entries through which nothing can be
written, renames that take another one's place. What it means to be in such a folder is for each of them to say.
"""

from __future__ import annotations

from vaultfs.attributes import FOLDER
from vaultfs.caller import Caller
from vaultfs.faults import Exists, Invalid, IsFolder, NotPermitted, OtherPlace, Stale
from vaultfs.tree.entries import linked, through
from vaultfs.tree.given import Given
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import check_length
from vaultfs.tree.node import File, Folder, Handle, Listing, Moved, Node, Symlink
from vaultfs.tree.records import record
from vaultfs.tree.targets import image_at, image_of
from vaultfs.writing.dropped import Dropped
from vaultfs.writing.incoming import Belonging, Incoming
from vaultfs.writing.temporary import is_temporary


class Taking(LiveFolder):
    """It has no slots of its own: subclasses have `given`."""

    __slots__ = ()

    mode = FOLDER
    negative_timeout = 0.0
    given: Given

    # ---- what it means to be in it -----------------------------------------------------------------------------

    def place(self) -> bytes:
        """Return where in the mount this is: relative links start here."""
        raise NotImplementedError

    def belonging(self) -> Belonging:
        """Return what is said of a picture whose bytes are written here, as `accept` takes it."""
        raise NotImplementedError

    async def put(self, image: str, caller: Caller) -> None:
        """Say that a picture belongs here."""
        raise NotImplementedError

    async def take_out(self, image: str, caller: Caller) -> None:
        """Say that a picture belongs here no more."""
        raise NotImplementedError

    async def replace(self, replaced: str, image: str, caller: Caller) -> None:
        """Let a picture that is here, or not yet, take the place of another one, which leaves."""
        await self.put(image, caller)
        await self.take_out(replaced, caller)

    async def bring(self, source: Folder, image: str, replaced: str, caller: Caller) -> None:
        """Take in a picture that a rename brings from `source`, in the place of `replaced` if that is one.

        Where it comes from it stays, unless a subclass knows better: nobody said that it does not belong there.
        """
        await (self.replace(replaced, image, caller) if replaced else self.put(image, caller))

    def must_take(self) -> None:
        """Raise NotPermitted where only folders are kept."""

    def spelled(self, name: bytes) -> bytes:
        """Return how the snapshot calls what the user calls `name`."""
        return name

    async def receive_folder(self, node: Folder, name: bytes, caller: Caller) -> None:
        """Take in a folder that a rename brings."""
        raise NotPermitted("only pictures can be put here")

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        raise NotPermitted("only pictures can be put here")

    # ---- reading -----------------------------------------------------------------------------------------------

    def meaning(self, name: bytes) -> Node | None:
        name = self.spelled(name)
        fresh = self.given.fresh(name)
        if fresh is not None:
            return fresh
        return self.shelf.newest(name) or self._still_here(self.given.old(name) or self.shelf.past(name))

    def _still_here(self, node: Node | None) -> Node | None:
        """An old name holds only as long as its picture is here: what was taken away must be free to come back."""
        current = self.shelf.current
        if node is None or current is None:
            return node
        image = image_of(node)
        here = any(image_of(entry) == image for entry in current.entries.values())
        return node if image and here else None

    async def open(self) -> Listing:
        listed = dict(await super().open())
        listed |= {name: file for name, file in self.given.writing() if name not in listed}
        return tuple((listed | self._unread(listed)).items())

    def _unread(self, listed: dict[bytes, Node]) -> dict[bytes, Node]:
        """Return what was put here since the folder was read, if the daemon could not be asked since."""
        given = dict(self.given.settled()) if self.dirty else {}
        there = {image_of(entry) for entry in listed.values()} if given else set()
        return {name: node for name, node in given.items() if name not in listed and image_of(node) not in there}

    def asking(self) -> None:
        super().asking()
        self.given.await_reading()

    def renewal(self) -> None:
        super().renewal()
        self.given.renewed(self.tree.now())

    def rest(self, now: float) -> bool:
        idle = super().rest(now)
        return self.given.rest(now) and idle

    # ---- link, remove, write -----------------------------------------------------------------------------------

    async def link(self, name: bytes, target: bytes, caller: Caller) -> Symlink:
        self.must_take()
        check_length(name)
        if await self.taken(name) is not None:
            raise Exists(repr(name))
        image = await image_at(self.tree, self.place(), target)
        await self.put(image, caller)
        self.dirty = True
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
            await self.take_out(image_of(node), caller)
            self.shelf.drop(name)
        self.given.drop(name)

    async def create(self, name: bytes, mode: int, caller: Caller) -> tuple[File, Handle]:
        self.must_take()
        check_length(name)
        if name.startswith(b".") and not is_temporary(name):
            raise Invalid(f"{name!r} is hidden: the vault has no hidden pictures")
        if await self.taken(name) is not None:
            raise Exists(repr(name))
        incoming = Incoming.new(self, name, mode)
        self.given.begin(name, incoming, self.tree.now())
        self.tree.keep(self)
        return incoming, await incoming.open(True, False, caller)

    def arrived(self, incoming: Incoming) -> None:
        """The bytes of a picture are in."""
        self.given.settle(incoming.name, incoming, self.tree.now())
        self.dirty = True

    def gave_up(self, incoming: Incoming) -> None:
        """Nothing came of what was written: its name is free again."""
        self.given.drop(incoming.name)
        self.tree.changed.entry(self, incoming.name)

    # ---- renames -----------------------------------------------------------------------------------------------

    async def to_move(self, name: bytes) -> Node:
        """What a change by `name` is about. Stale if the user called one picture so, and the folder another."""
        fresh = self.given.fresh(name)
        if fresh is not None:
            return fresh
        old, listed = self._still_here(self.given.old(name)), self.shelf.newest(self.spelled(name))
        if old is None:
            return await self.certain(self.spelled(name))
        if listed is not None and image_of(listed) != image_of(old):
            raise Stale(f"{name!r} is another picture than a moment ago")
        return old

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        check_length(name)
        if isinstance(moved.node, Folder):
            await self.receive_folder(moved.node, name, caller)
            return
        if isinstance(moved.node, Dropped):
            raise OtherPlace("what was dropped is none of the library's pictures: it has to be copied")
        self.must_take()
        replaced = await self._replaced(moved, name)
        if isinstance(moved.node, Incoming) and not moved.node.image:
            await self._receive_bytes(moved.node, name, replaced, caller)
        else:
            await self._receive_picture(moved, name, replaced, caller)
        self.dirty = True

    async def left(self, moved: Moved) -> None:
        self.given.drop(moved.name)
        self.shelf.drop(self.spelled(moved.name))

    async def _replaced(self, moved: Moved, name: bytes) -> str:
        """Return the id of the picture whose entry the rename takes, or nothing."""
        there = await self.taken(name)
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
            raise NotPermitted("only a picture can be put here")
        other = replaced if replaced != image else ""
        if moved.source is not self:
            await self.bring(moved.source, image, other, caller)
        elif other:
            await self.replace(other, image, caller)
        else:
            self._must_be_called_so(name, image)
            return
        if other:
            self.shelf.drop(name)
        self._named_so(name, through(self.tree, self, await record(self.tree, image)))

    def _must_be_called_so(self, name: bytes, image: str) -> None:
        """Within one folder a picture keeps its file's name; only taking another one's place means something."""
        there = self.meaning(name)
        if there is None or image_of(there) != image:
            raise NotPermitted("a picture is called what its file is called")

    # ---- steps -------------------------------------------------------------------------------------------------

    def _named_so(self, name: bytes, entry: Node) -> None:
        """Let the name the user gave mean the picture until the folder is listed under its own names."""
        self.given.settle(name, entry, self.tree.now())
        self.tree.changed.entry(self, name)

    async def taken(self, name: bytes) -> Node | None:
        """Return what has the name already. The kernel has asked before, so the snapshot at hand is new enough."""
        if self.shelf.current is None:
            await self.renewed()
        return self.meaning(name)
