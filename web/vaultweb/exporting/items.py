"""What is exported: of each image the file that stands for it, and what is said of it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from vaultipc.messages import Hit, HitsParams, Listing, Sidecars, SidecarsParams
from vaultweb.connections import Connections

PAGE = 200
"""Images that are asked for at once."""


class Item(NamedTuple):
    """One image. `path` is None where no file of it is there now. `sidecar`: XMP, empty where nothing is said of it, or
    none is wanted."""

    id: str
    name: str
    path: bytes | None
    mtime: float
    sidecar: bytes


async def items(daemon: Connections, ids: Sequence[str], *, sidecars: bool) -> AsyncIterator[Item]:
    """Each image in its order; ids that do not exist are left out. Raises what the daemon answers."""
    for start in range(0, len(ids), PAGE):
        page = list(ids[start : start + PAGE])
        listing: Listing = await daemon.call("hits", HitsParams(ids=page))
        said: dict[str, str] = {}
        if sidecars:
            told: Sidecars = await daemon.call("sidecars", SidecarsParams(images=page))
            said = told.sidecars
        for hit in listing.hits:
            yield _item(hit, said.get(hit.id, ""))


def _item(hit: Hit, sidecar: str) -> Item:
    path = base64.b64decode(hit.path_b64) if isinstance(hit.path_b64, str) else hit.path.encode()
    there = path if hit.state == "online" else None
    return Item(hit.id, hit.name, there, hit.mtime_ns / 1e9, sidecar.encode())
