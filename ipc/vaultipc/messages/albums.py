"""Albums: pictures in an order of the user's own."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.saved import NameParams
from vaultipc.messages.shared import Params, PicturesParams


class AlbumInfo(Struct, kw_only=True):
    """`count`: its pictures that are shown."""

    id: str
    name: str
    count: int


class Albums(Struct, kw_only=True):
    """Sorted by name."""

    albums: list[AlbumInfo]


class AlbumParams(Params, kw_only=True):
    name: str


class AlbumDeleteParams(NameParams, kw_only=True):
    """Only an empty album is deleted; `force` first takes out the pictures that are in it."""

    force: bool = False


class AlbumPicturesParams(PicturesParams, kw_only=True):
    """`images`: ids or absolute paths; `query`: all it matches."""

    name: str


class AlbumOrderParams(AlbumPicturesParams, kw_only=True):
    """Where pictures go in an album: `before` one that is in it (its id or a path), or to the end.

    `images`: ids or absolute paths; `query`: all it matches.
    """

    before: str = ""
    before_b64: str | UnsetType = UNSET
