"""Listing records: what the daemon tells of a picture, in the bytes and numbers that a file system needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vaultfs.faults import Missing
from vaultipc.codec import exact
from vaultipc.messages import Hit, HitsParams, Listing

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree


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
