"""Listing records: what the daemon tells of a picture, in the bytes and numbers that a file system needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Raw, Struct
from msgspec.json import Decoder

from vaultfs.faults import Missing
from vaultipc.codec import exact
from vaultipc.messages import Hit, HitsParams, Listing

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree


PAGE = 2500
"""Hits that are asked for at once. Whoever opens a folder waits for each page by itself, so that one of fifty thousand
is listed by a daemon that is busy, too; and between two pages others are answered."""


class Hits(Struct):
    """The part of an answer that a folder is made of. Each hit is decoded when it is looked at and kept by nobody:
    ten thousand of them at once would take more room than all that is remembered of them.

    `total`: how many the whole answer has, of which this may be a page. `snapshot`: what the daemon calls it.
    """

    hits: list[Raw]
    total: int = 0
    snapshot: str = ""

    def __len__(self) -> int:
        return len(self.hits)

    def __iter__(self) -> Iterator[Hit]:
        return map(_DECODER.decode, self.hits)


_DECODER = Decoder(Hit)


def name_of(hit: Hit) -> bytes:
    """Return the exact bytes of the picture's file name."""
    return exact(hit.name, hit.name_b64)


def path_of(hit: Hit) -> bytes:
    """Return the exact bytes of the picture's path."""
    return exact(hit.path, hit.path_b64)


async def record(tree: Tree, image: str) -> Hit:
    """Ask for the record of one image as it is now; Missing if it was forgotten."""
    listing: Listing = await tree.ask("hits", HitsParams(ids=[image]))
    if not listing.hits:
        raise Missing(f"image {image} was forgotten")
    return listing.hits[0]
