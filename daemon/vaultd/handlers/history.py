"""Recent searches, told and forgotten. Forgetting cannot be undone: that is what it is for."""

from __future__ import annotations

from vaultd.catalog import history
from vaultd.domain.moments import rfc3339
from vaultd.handlers.vault import Vault
from vaultipc.messages import Empty, History, HistoryEntry, QueryParams


async def recent(vault: Vault, params: Empty) -> History:
    """The recent searches, the newest first."""
    with vault.catalog.read() as sql:
        entries = history.listing(sql, vault.config.search.recent)
    return History(queries=[HistoryEntry(query=query, time=rfc3339(opened_at)) for query, opened_at in entries])


async def forget(vault: Vault, params: QueryParams) -> History:
    """Forgets one recent search, for good."""
    with vault.catalog.write() as tx:
        history.forget(tx, params.query)
    return await recent(vault, Empty())


async def clear(vault: Vault, params: Empty) -> History:
    """Forgets all recent searches, for good."""
    with vault.catalog.write() as tx:
        history.clear(tx)
    return await recent(vault, Empty())


HANDLERS = {"history": recent, "history.forget": forget, "history.clear": clear}
