"""Saved searches and recent ones."""

from __future__ import annotations

from vaultd.catalog import history, saved
from vaultd.catalog.saved import SavedSearch
from vaultd.domain.moments import rfc3339
from vaultd.handlers.gesture import gesture, one
from vaultd.handlers.vault import Vault
from vaultd.query import parse
from vaultipc.errors import QueryError
from vaultipc.messages import (
    ActionResult,
    Empty,
    History,
    HistoryEntry,
    NameParams,
    QueryParams,
    RenameParams,
    Saved,
    SavedInfo,
    SavedParams,
    SaveParams,
    SearchParams,
)


async def save(vault: Vault, params: SaveParams) -> ActionResult:
    """Makes a saved search, or changes its query; one that cannot be understood is refused."""
    if params.query.strip():
        parse(params.query)
    with gesture(vault, "save", f"save {params.name}", params) as action:
        saved.put(action, params.name, params.query, params.level, replace=params.replace)
    return one(action)


async def listing(vault: Vault, params: SavedParams) -> Saved:
    """Every saved search; counting runs each of them."""
    with vault.catalog.read() as sql:
        found = saved.listing(sql)
    counts = [await _count(vault, search) if params.count else None for search in found]
    return Saved(
        saved=[
            SavedInfo(id=str(search.id), name=search.name, query=search.query, level=search.level, count=count)
            for search, count in zip(found, counts, strict=True)
        ]
    )


async def rename(vault: Vault, params: RenameParams) -> ActionResult:
    """Gives a saved search another name."""
    with gesture(vault, "saved-rename", f"rename search {params.name} to {params.to}", params) as action:
        saved.rename(action, params.name, params.to)
    return one(action)


async def delete(vault: Vault, params: NameParams) -> ActionResult:
    """Deletes a saved search."""
    with gesture(vault, "saved-delete", f"delete search {params.name}", params) as action:
        saved.delete(action, params.name)
    return one(action)


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


async def _count(vault: Vault, search: SavedSearch) -> int | None:
    """How many images a saved search has, None if its query cannot be understood."""
    if not search.query.strip():
        return 0
    try:
        answer = await vault.engine.search(SearchParams(query=search.query, level=search.level, limit=0))
    except QueryError:
        return None
    return answer.total


HANDLERS = {
    "save": save,
    "saved": listing,
    "saved.rename": rename,
    "saved.delete": delete,
    "history": recent,
    "history.forget": forget,
}
