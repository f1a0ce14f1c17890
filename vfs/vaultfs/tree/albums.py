"""`albums/<name>/` and `favorites/`: groupings of the user's own. Pictures come in as they come into a tag."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.attributes import FOLDER
from vaultfs.faults import Missing, NotFolder, NotPermitted
from vaultfs.tree.entries import passing
from vaultfs.tree.given import Given
from vaultfs.tree.live import LiveFolder
from vaultfs.tree.names import composed, kept_name
from vaultfs.tree.node import File, Folder, Handle, Moved, Node, Symlink
from vaultfs.tree.tagnodes import checked
from vaultfs.tree.taking import Taking
from vaultfs.writing.incoming import Belonging
from vaultipc.errors import NotFound
from vaultipc.messages import (
    AlbumDeleteParams,
    AlbumInfo,
    AlbumOrderParams,
    AlbumParams,
    AlbumPicturesParams,
    Albums,
    Empty,
    FavParams,
    Listing,
    NameParams,
    RenameParams,
    ViewParams,
)

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree


class AlbumsRoot(LiveFolder):
    """mkdir makes an album, rename renames it, rmdir deletes an empty one."""

    __slots__ = ()

    topics = frozenset({"album"})
    mode = FOLDER
    negative_timeout = 0.0

    async def fetch(self) -> dict[bytes, Node]:
        known: Albums = await self.tree.ask("album.list", Empty())
        return {album.name.encode(): self._folder(album) for album in known.albums}

    def meaning(self, name: bytes) -> Node | None:
        """An album that was renamed or deleted must not keep its old name: mkdir would find it taken."""
        return self.shelf.newest(composed(name))

    async def make_folder(self, name: bytes, caller: Caller) -> Folder:
        await self.tree.ask("album.create", NameParams(name=kept_name(name), **self.tree.stamp(caller)))
        self.dirty = True
        return await self._existing(name)

    async def remove_folder(self, name: bytes, caller: Caller) -> None:
        album = await self._existing(name)
        await self.tree.ask("album.delete", AlbumDeleteParams(name=album.name, **self.tree.stamp(caller)))
        self.shelf.drop(composed(name))
        self.tree.inodes.retire(album)

    async def link(self, name: bytes, target: bytes, caller: Caller) -> Symlink:
        raise NotPermitted("pictures go into an album: make a folder first")

    async def create(self, name: bytes, mode: int, caller: Caller) -> tuple[File, Handle]:
        raise NotPermitted("pictures go into an album: make a folder first")

    async def to_move(self, name: bytes) -> Node:
        return await self._existing(name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        to = kept_name(name)
        if not isinstance(moved.node, AlbumFolder):
            raise NotPermitted("only an album can become an album")
        there = self.meaning(name)
        if there is not None and there is not moved.node:
            await self.remove_folder(name, caller)  # an empty one gives way, as rename(2) has it
        params = RenameParams(name=moved.node.name, to=to, **self.tree.stamp(caller))
        await self.tree.ask("album.rename", params)
        moved.node.name = to
        self.dirty = True

    async def left(self, moved: Moved) -> None:
        self.shelf.drop(composed(moved.name))

    async def _existing(self, name: bytes) -> AlbumFolder:
        album = await self.lookup(name)
        if not isinstance(album, AlbumFolder):
            raise NotFolder(repr(name))
        return album

    def _folder(self, album: AlbumInfo) -> AlbumFolder:
        folder = self.tree.inodes.node(("album", album.id), lambda inode: AlbumFolder(inode, self.tree, album.id))
        folder.name = album.name
        return folder


class AlbumFolder(Taking):
    """One album, listed in its order. Moving a picture from one album to another takes it out of the first.

    A picture that takes another one's name by a rename takes its place in the order, too.
    """

    __slots__ = ("_album", "given", "name")

    topics = frozenset({"album", "images"})

    def __init__(self, inode: int, tree: Tree, album: str) -> None:
        super().__init__(inode, tree)
        self.given = Given()
        self.name = ""
        self._album = album

    async def fetch(self) -> dict[bytes, Node]:
        try:
            listing = await self._shown()
        except NotFound:
            known: Albums = await self.tree.ask("album.list", Empty())
            names = [album.name for album in known.albums if album.id == self._album]
            if not names:
                raise Missing(f"the album {self.name!r} is gone") from None
            self.name = names[0]
            listing = await self._shown()
        self.told = str(listing.seq)
        return passing(self.tree, self, listing.hits)

    async def _shown(self) -> Listing:
        """Raises NotFound if another album has its name now, too: this one was renamed elsewhere."""
        listing: Listing = await self.tree.ask("album.show", AlbumParams(name=self.name))
        if listing.id != self._album:
            raise NotFound(f"{self.name!r} is another album now")
        return listing

    def place(self) -> bytes:
        return b"albums/" + self.name.encode()

    def belonging(self) -> Belonging:
        return {"album": self.name}

    async def put(self, image: str, caller: Caller) -> None:
        await self._add(image, "", caller)

    async def take_out(self, image: str, caller: Caller) -> None:
        params = AlbumPicturesParams(name=self.name, images=[image], **self.tree.stamp(caller))
        checked(await self.tree.ask("album.remove", params))

    async def replace(self, replaced: str, image: str, caller: Caller) -> None:
        await self._add(image, replaced, caller)
        params = AlbumOrderParams(name=self.name, images=[image], before=replaced, **self.tree.stamp(caller))
        checked(await self.tree.ask("album.move", params))
        await self.take_out(replaced, caller)

    async def bring(self, source: Folder, image: str, replaced: str, caller: Caller) -> None:
        await super().bring(source, image, replaced, caller)
        if isinstance(source, AlbumFolder):
            await source.take_out(image, caller)

    async def _add(self, image: str, before: str, caller: Caller) -> None:
        params = AlbumOrderParams(name=self.name, images=[image], before=before, **self.tree.stamp(caller))
        checked(await self.tree.ask("album.add", params))


class FavoritesFolder(Taking):
    """The user's favourites, the newest first."""

    __slots__ = ("given",)

    topics = frozenset({"images"})

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.given = Given()

    async def fetch(self) -> dict[bytes, Node]:
        listing: Listing = await self.tree.ask("view", ViewParams(view="favorites"))
        self.told = str(listing.seq)
        return passing(self.tree, self, listing.hits)

    def place(self) -> bytes:
        return b"favorites"

    def belonging(self) -> Belonging:
        return {"favourite": True}

    async def put(self, image: str, caller: Caller) -> None:
        checked(await self.tree.ask("fav", FavParams(images=[image], **self.tree.stamp(caller))))

    async def take_out(self, image: str, caller: Caller) -> None:
        checked(await self.tree.ask("fav", FavParams(images=[image], remove=True, **self.tree.stamp(caller))))
