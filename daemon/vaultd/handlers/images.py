"""`image` and `hits`: what is known of images that are named."""

from __future__ import annotations

import trio

from vaultd.catalog import images, lookup
from vaultd.catalog.store import position
from vaultd.domain.ids import is_id
from vaultd.handlers import references
from vaultd.handlers.vault import Vault
from vaultipc.errors import NotFound, UserError
from vaultipc.messages import HitsParams, ImageInfo, ImageParams, Listing


async def image(vault: Vault, params: ImageParams) -> ImageInfo:
    """Everything about one image, with all its files."""
    wanted = references.one(vault, params.image, params.image_b64)
    with vault.catalog.read() as sql:
        info = lookup.image_info(sql, wanted)
    if info is None:
        raise NotFound(f"there is no image with id {wanted}")
    return info


async def hits(vault: Vault, params: HitsParams) -> Listing:
    """The listing records of these images, wherever their files are now; of one edited in place, that of the new."""
    named = [image_id(text) for text in params.ids]

    def read() -> Listing:
        with vault.catalog.read() as sql:
            ids = [images.shown_now(sql, image) for image in named]
            return Listing(hits=lookup.hits(sql, ids, states=lookup.EVERY), seq=position(sql))

    return await trio.to_thread.run_sync(read)


def image_id(text: str) -> int:
    """The number that an id is. Raises UserError if it is none."""
    if not is_id(text):
        raise UserError(f"“{text[:40]}” is no image id", hint="ids are whole numbers, as a search shows them")
    return int(text)


HANDLERS = {"image": image, "hits": hits}
