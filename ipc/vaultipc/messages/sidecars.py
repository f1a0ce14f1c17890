"""What is said of pictures, as other programs read it: XMP sidecars that are told and written nowhere."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from vaultipc.messages.shared import Params

MOST_SIDECARS = 1_000


class SidecarsParams(Params, kw_only=True):
    """`images`: ids."""

    images: Annotated[list[str], Meta(max_length=MOST_SIDECARS)]


class Sidecars(Struct, kw_only=True):
    """By id, the text of an XMP sidecar with tags, albums, title, description, stars. Pictures of which nothing is said
    are left out, as are those that are not there."""

    sidecars: dict[str, str]
