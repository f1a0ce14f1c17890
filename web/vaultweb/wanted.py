"""Bodies of requests: what a person wants, as the routes read it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

ORIGIN = "web"
MOST_IMAGES = 100_000
Id = Annotated[str, Meta(pattern="^[0-9]{1,19}$")]
Ids = Annotated[list[Id], Meta(max_length=MOST_IMAGES)]


class Wanted(Struct, kw_only=True, forbid_unknown_fields=True):
    """A body; a key that is not known is an error, so that a typo is never ignored."""


class Name(Wanted):
    """The name of a tag, an album, a model."""

    name: Annotated[str, Meta(min_length=1, max_length=1000)]
