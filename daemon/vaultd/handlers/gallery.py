"""All pictures, or all that a query matches: as columns to lay out, page by page, by months; and previews."""

from __future__ import annotations

import os
from base64 import b64encode

import trio

from vaultd.catalog import contents, looks
from vaultd.handlers import references
from vaultd.handlers.images import image_id
from vaultd.handlers.vault import Vault
from vaultd.search import columns, listing
from vaultd.worker.preview_files import Named
from vaultipc.codec import display
from vaultipc.messages import (
    Images,
    ImagesParams,
    Layout,
    LayoutParams,
    Placeholders,
    PlaceholdersParams,
    Preview,
    PreviewParams,
    Timeline,
    TimelineParams,
)

NEWEST_FIRST = "date"


async def layout(vault: Vault, params: LayoutParams) -> Layout:
    """What is needed to lay all of an answer out."""
    engine, page = vault.engine, (params.offset, params.limit)
    if params.snapshot:
        snapshot = engine.kept(params.snapshot)
    else:
        snapshot = await engine.whole(params.query, params.level, params.sort)
    return await engine.read(lambda sql: columns.layout(sql, engine.afar, snapshot, *page))


async def images(vault: Vault, params: ImagesParams) -> Images:
    """One page of listing records, behind the last picture of another one."""
    engine, sort = vault.engine, params.sort or NEWEST_FIRST
    after = listing.cursor(params.cursor, sort)
    snapshot = await engine.whole(params.query, params.level, sort)
    return await engine.read(lambda sql: listing.listing(sql, engine.afar, snapshot, sort, after, params.limit))


async def timeline(vault: Vault, params: TimelineParams) -> Timeline:
    """How many of the pictures that `layout` shows are of which month."""
    snapshot = await vault.engine.whole(params.query, params.level, params.sort)
    return await vault.engine.read(lambda sql: columns.timeline(sql, vault.engine.afar, snapshot))


async def preview(vault: Vault, params: PreviewParams) -> Preview:
    """A picture made smaller, from the cache or made now."""
    with vault.catalog.read() as sql:
        image = contents.with_content(sql, params.content) if params.content else None
    if image is None:
        image = references.one(vault, params.image, params.image_b64)
    with vault.catalog.read() as sql:
        content = contents.hash_of(sql, image).hex()
    found = await vault.ingest.upkeep.previews.of(image, Named(content, params.size, params.format))
    path, path_b64 = display(os.fsencode(found.place))
    return Preview(
        path=path, path_b64=path_b64, image=str(image), content=content[:16], format=params.format, size=found.size
    )


async def placeholders(vault: Vault, params: PlaceholdersParams) -> Placeholders:
    """A few pixels of each of these pictures."""
    named = [image_id(text) for text in params.ids]

    def read() -> Placeholders:
        with vault.catalog.read() as sql:
            found = looks.placeholders(sql, named)
        return Placeholders(placeholders={str(image): b64encode(tiny).decode() for image, tiny in found.items()})

    return await trio.to_thread.run_sync(read)


QUESTIONS = {"layout": layout, "images": images, "timeline": timeline}
"""What the engine is asked for."""
HANDLERS = {**QUESTIONS, "preview": preview, "placeholders": placeholders}
