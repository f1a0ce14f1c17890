"""`search`, `similar`, `explain`: questions, and why they are answered so."""

from __future__ import annotations

import os

from vaultd.catalog import history
from vaultd.handlers import references
from vaultd.handlers.vault import Vault
from vaultd.query import Like
from vaultd.search.filters import asks_private
from vaultd.search.parsing import parse
from vaultipc.codec import exact
from vaultipc.messages import ExplainParams, Explanation, SearchParams, SearchResult, SimilarParams


async def search(vault: Vault, params: SearchParams) -> SearchResult:
    """What a query matches. One that is wrong, or that asks for private pictures, is not remembered."""
    result = await vault.engine.search(params)
    wanted = params.remember and params.query and vault.config.privacy.remember_queries
    if wanted and vault.config.search.recent and not asks_private(parse(params.query).root):
        with vault.catalog.write() as tx:
            history.remember(tx, params.query, vault.config.search.recent)
    return result


async def similar(vault: Vault, params: SimilarParams) -> SearchResult:
    """The like of an image of the library, or of any picture that the daemon can read, which is not taken in."""
    return await vault.engine.similar(params, Like(os.fsdecode(exact(params.image, params.image_b64))))


async def explain(vault: Vault, params: ExplainParams) -> Explanation:
    """Why a query has, or has not, an image."""
    image = references.one(vault, params.image, params.image_b64)
    return await vault.engine.explain(params.query, image, params.level)


HANDLERS = {"search": search, "similar": similar, "explain": explain}
