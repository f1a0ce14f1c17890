"""What the in-memory daemon knows of albums and favourites."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from vaultipc import messages as m
from vaultipc.errors import Conflict, NotEmpty, NotFound

if TYPE_CHECKING:
    from support.smalldaemon import Picture


@dataclass
class Album:
    """An album: ids of pictures, in the user's order."""

    id: str
    images: list[str] = field(default_factory=list)


class SmallAlbums:
    """Albums by name, and the ids of favourites in the order in which they became that."""

    pictures: dict[str, Picture]
    albums: dict[str, Album]
    favourites: dict[str, None]
    _albums_made = 0

    def hit(self, picture: Picture, rank: int = 1) -> m.Hit:
        raise NotImplementedError

    def seq(self) -> int:
        raise NotImplementedError

    def _done(self, *topics: str, action: str = "1") -> m.ActionResult:
        raise NotImplementedError

    def _several(self, params: m.TagParams | m.VerdictParams | m.PicturesParams) -> list[Picture]:
        raise NotImplementedError

    def album(self, name: str, *pictures: Picture) -> None:
        """Put pictures into an album, which is made, as another client does."""
        if name not in self.albums:
            self._albums_made += 1
            self.albums[name] = Album(f"album{self._albums_made}")
        album = self.albums[name]
        album.images += [picture.id for picture in pictures if picture.id not in album.images]

    def accepted_into(self, params: m.AcceptParams, picture: Picture) -> None:
        """Do what `accept` says of albums and favourites."""
        if params.album:
            images = self._album(params.album).images
            images[:] = [image for image in images if image != picture.id or not params.replaces]
            if picture.id not in images:
                at = images.index(params.replaces) if params.replaces in images else len(images)
                images.insert(at, picture.id)
            images[:] = [image for image in images if image == picture.id or image != params.replaces]
        if params.favourite:
            self.favourites[picture.id] = None
            if params.replaces != picture.id:
                self.favourites.pop(params.replaces, None)

    def on_fav(self, params: m.FavParams) -> m.ActionResult:
        for picture in self._several(params):
            self.favourites.pop(picture.id, None)
            if not params.remove:
                self.favourites[picture.id] = None
        return self._done("images")

    def on_album_list(self, params: m.Empty) -> m.Albums:
        listed = sorted(self.albums.items())
        return m.Albums(albums=[m.AlbumInfo(id=album.id, name=name, count=len(album.images)) for name, album in listed])

    def on_album_show(self, params: m.AlbumParams) -> m.Listing:
        album = self._album(params.name)
        hits = [self.hit(self.pictures[image]) for image in album.images]
        return m.Listing(hits=hits, seq=self.seq(), id=album.id)

    def on_album_create(self, params: m.NameParams) -> m.ActionResult:
        self.album(params.name)
        return self._done("album")

    def on_album_rename(self, params: m.RenameParams) -> m.ActionResult:
        if params.to in self.albums:
            raise Conflict(f"{params.to} exists")
        self.albums[params.to] = self.albums.pop(params.name)
        return self._done("album")

    def on_album_delete(self, params: m.AlbumDeleteParams) -> m.ActionResult:
        if self._album(params.name).images:
            raise NotEmpty(f"{params.name} is not empty")
        del self.albums[params.name]
        return self._done("album")

    def on_album_add(self, params: m.AlbumOrderParams) -> m.ActionResult:
        self.album(params.name)
        images = self._album(params.name).images
        new = [picture.id for picture in self._several(params) if picture.id not in images]
        at = images.index(params.before) if params.before else len(images)
        images[at:at] = new
        return self._done("album", "images")

    def on_album_move(self, params: m.AlbumOrderParams) -> m.ActionResult:
        images = self._album(params.name).images
        moved = [picture.id for picture in self._several(params)]
        images[:] = [image for image in images if image not in moved]
        at = images.index(params.before) if params.before else len(images)
        images[at:at] = moved
        return self._done("images")

    def on_album_remove(self, params: m.AlbumPicturesParams) -> m.ActionResult:
        images = self._album(params.name).images
        images[:] = [image for image in images if image not in {picture.id for picture in self._several(params)}]
        return self._done("album", "images")

    def _album(self, name: str) -> Album:
        if name not in self.albums:
            raise NotFound(f"no album {name}")
        return self.albums[name]
