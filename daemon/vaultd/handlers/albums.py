"""Albums, told and changed."""

from __future__ import annotations

import sqlite3

import trio
from msgspec import UNSET

from vaultd.catalog import albums, lookup, privacy
from vaultd.catalog.store import position
from vaultd.domain.names import component
from vaultd.handlers import references
from vaultd.handlers.gesture import gesture, many, one
from vaultd.handlers.vault import Vault
from vaultipc.messages import (
    ActionResult,
    AlbumDeleteParams,
    AlbumInfo,
    AlbumOrderParams,
    AlbumParams,
    AlbumPicturesParams,
    Albums,
    Empty,
    ItemError,
    Listing,
    NameParams,
    RenameParams,
)


async def listing(vault: Vault, params: Empty) -> Albums:
    """Every album with its count."""

    def read() -> Albums:
        with vault.catalog.read() as sql:
            found = albums.listing(sql)
        return Albums(albums=[AlbumInfo(id=str(album), name=name, count=count) for album, name, count in found])

    return await trio.to_thread.run_sync(read)


async def show(vault: Vault, params: AlbumParams) -> Listing:
    """The pictures of an album that are shown, in its order."""

    def read() -> Listing:
        with vault.catalog.read() as sql:
            album = albums.require(sql, params.name)
            shown = privacy.shown(sql, albums.images(sql, album))
            return Listing(hits=lookup.hits(sql, shown), seq=position(sql), id=str(album))

    return await trio.to_thread.run_sync(read)


async def create(vault: Vault, params: NameParams) -> ActionResult:
    """Makes an empty album; one that exists is left as it is."""
    with gesture(vault, "album-create", f"new album {component(params.name)}", params) as action:
        albums.create(action, params.name)
    return one(action)


async def rename(vault: Vault, params: RenameParams) -> ActionResult:
    """Gives an album another name."""
    with gesture(vault, "album-rename", f"rename album {params.name} to {params.to}", params) as action:
        albums.rename(action, params.name, params.to)
    return one(action)


async def delete(vault: Vault, params: AlbumDeleteParams) -> ActionResult:
    """Deletes an empty album, or with `force` any; its pictures stay."""
    with gesture(vault, "album-delete", f"delete album {params.name}", params) as action:
        albums.delete(action, params.name, force=params.force)
    return one(action)


async def add(vault: Vault, params: AlbumOrderParams) -> ActionResult:
    """Puts images into an album, making it if there is none of that name. Without an image, none is made."""
    name = component(params.name)
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    before = _before(vault, params)
    with gesture(vault, "album-add", f"add to album {name}", params) as action:
        counts = albums.add(action, albums.create(action, name), images, before) if images else (0, 0)
    return many(action, counts, errors)


async def remove(vault: Vault, params: AlbumPicturesParams) -> ActionResult:
    """Takes images out of an album."""
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    with gesture(vault, "album-remove", f"remove from album {params.name}", params) as action:
        counts = albums.remove(action, albums.require(action.tx.sql, params.name), images)
    return many(action, counts, errors)


async def move(vault: Vault, params: AlbumOrderParams) -> ActionResult:
    """Moves images within an album, together and in the order given."""
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    before = _before(vault, params)
    with gesture(vault, "album-move", f"move in album {params.name}", params) as action:
        album = albums.require(action.tx.sql, params.name)
        inside, strange = _inside(action.tx.sql, album, images, whole=bool(params.query))
        counts = albums.move(action, album, inside, before)
    return many(action, counts, errors + strange)


def _before(vault: Vault, params: AlbumOrderParams) -> int | None:
    named = params.before or params.before_b64 is not UNSET
    return references.one(vault, params.before, params.before_b64) if named else None


def _inside(
    sql: sqlite3.Connection, album: int, images: list[int], *, whole: bool
) -> tuple[list[int], list[ItemError]]:
    """Those of these images that are in an album, and an error for each other one; none for what a query matches."""
    members = set(albums.images(sql, album))
    strange = [] if whole else [image for image in images if image not in members]
    errors = [ItemError(item=str(image), message=f"image {image} is not in the album") for image in strange]
    return [image for image in images if image in members], errors


HANDLERS = {
    "album.list": listing,
    "album.show": show,
    "album.create": create,
    "album.rename": rename,
    "album.delete": delete,
    "album.add": add,
    "album.remove": remove,
    "album.move": move,
}
