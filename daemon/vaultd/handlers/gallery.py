"""All pictures, or all that a query matches: as columns to lay out, page by page, by months."""

from __future__ import annotations

from vaultd.handlers.vault import Vault
from vaultd.search import columns, listing
from vaultipc.messages import Images, ImagesParams, Layout, LayoutParams, Timeline, TimelineParams

NEWEST_FIRST = "date"


async def layout(vault: Vault, params: LayoutParams) -> Layout:
    """What is needed to lay all of an answer out."""
    if params.snapshot:
        snapshot = vault.engine.kept(params.snapshot)
    else:
        snapshot = await vault.engine.whole(params.query, params.level, params.sort)
    return await vault.engine.read(lambda sql: columns.layout(sql, snapshot, params.offset, params.limit))


async def images(vault: Vault, params: ImagesParams) -> Images:
    """One page of listing records, behind the last picture of another one."""
    sort = params.sort or NEWEST_FIRST
    after = listing.cursor(params.cursor, sort)
    snapshot = await vault.engine.whole(params.query, params.level, sort)
    return await vault.engine.read(lambda sql: listing.listing(sql, snapshot, sort, after, params.limit))


async def timeline(vault: Vault, params: TimelineParams) -> Timeline:
    """How many pictures are of which month."""
    snapshot = await vault.engine.whole(params.query, params.level, NEWEST_FIRST)
    return await vault.engine.read(lambda sql: columns.timeline(sql, snapshot))


HANDLERS = {"layout": layout, "images": images, "timeline": timeline}
