"""Bodies of requests: what a person wants, as the routes read it."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from vaultipc.errors import Refused
from vaultipc.messages import Parsed, ParseParams
from vaultweb.connections import Connections

ORIGIN = "web"
MOST_IMAGES = 100_000
Id = Annotated[str, Meta(pattern="^[0-9]{1,19}$")]
Ids = Annotated[list[Id], Meta(max_length=MOST_IMAGES)]


class Wanted(Struct, kw_only=True, forbid_unknown_fields=True):
    """A body; a key that is not known is an error, so that a typo is never ignored."""


class Name(Wanted):
    """The name of a tag, an album, a model."""

    name: Annotated[str, Meta(min_length=1, max_length=1000)]


async def pathless(daemon: Connections, query: str) -> str:
    """Return a query that is to be kept. Raises Refused for one that names a file of this machine."""
    if query:
        parsed: Parsed = await daemon.call("parse", ParseParams(query=query))
        if any(part.kind == "like" and part.value.startswith(("/", "~", "∕")) for part in parsed.parts):
            raise Refused("Pictures cannot be named by path here.", hint="Use the id that a search shows.")
    return query
