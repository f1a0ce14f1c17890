"""`complete`: what may come next in a query that is being typed."""

from __future__ import annotations

import trio

from vaultd.catalog import history, saved
from vaultd.handlers.vault import Vault
from vaultd.query.scanner import MAX_BYTES
from vaultd.search.completing import Earlier, completions
from vaultipc.errors import QueryError
from vaultipc.messages import CompleteParams, Completions

PATIENCE_S = 0.1
"""Whoever types waits no longer than this for new counts; they are there for the next letter."""


async def complete(vault: Vault, params: CompleteParams) -> Completions:
    """How a query may go on. Raises QueryError for one that is too long to be asked."""
    if len(params.text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise QueryError(f"the query is longer than {MAX_BYTES} bytes", "search with fewer words")
    with trio.move_on_after(PATIENCE_S):
        await trio.to_thread.run_sync(
            vault.known.refresh, vault.catalog, abandon_on_cancel=True, limiter=vault.known.turn
        )
    return await trio.to_thread.run_sync(_proposed, vault, params)


def _proposed(vault: Vault, params: CompleteParams) -> Completions:
    kept = vault.config.search.recent if vault.config.privacy.remember_queries else 0
    with vault.catalog.read() as sql:
        recent = [query for query, _ in history.listing(sql, kept)]
        start, found = completions(sql, vault.known, Earlier(recent, saved.listing(sql)), params.text, params.limit)
    return Completions(start=start, completions=found)


HANDLERS = {"complete": complete}
