"""Saved searches: told, changed, and what entered and left them."""

from __future__ import annotations

import sqlite3
from datetime import date

import trio

from vaultd.catalog import feedback, lookup, members, privacy, saved
from vaultd.catalog.actions import Action
from vaultd.catalog.saved import SavedSearch
from vaultd.catalog.store import now_ms
from vaultd.domain import moments
from vaultd.domain.moments import rfc3339
from vaultd.handlers.gesture import gesture, one
from vaultd.handlers.vault import Vault
from vaultd.query import Query, dates
from vaultd.search.feedback import subject
from vaultd.search.filters import asks_private
from vaultd.search.parsing import parse
from vaultipc.errors import QueryError, UserError
from vaultipc.messages import (
    ActionResult,
    NameParams,
    RenameParams,
    Saved,
    SavedChanges,
    SavedChangesParams,
    SavedInfo,
    SavedParams,
    SaveParams,
    SearchParams,
)


async def save(vault: Vault, params: SaveParams) -> ActionResult:
    """Makes a saved search, or changes its query; one that cannot be understood is refused."""
    text = _text(params)
    with gesture(vault, "save", f"save {params.name}", params) as action:
        before = saved.find(action.tx.sql, params.name)
        saved.put(action, params.name, text, params.level, replace=params.replace)
        if before is not None and params.keep_feedback:
            _carry(action, before.query, text)
    return one(action)


async def listing(vault: Vault, params: SavedParams) -> Saved:
    """Every saved search, or one; counting runs each of them."""
    with vault.catalog.read() as sql:
        found = [saved.require(sql, params.name)] if params.name else saved.listing(sql)
    counts = [await _count(vault, search) if params.count else None for search in found]
    return Saved(saved=[_info(search, count) for search, count in zip(found, counts, strict=True)])


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


async def changes(vault: Vault, params: SavedChangesParams) -> SavedChanges:
    """What entered and left a saved search since a moment."""
    since = _moment(params.since)

    def read() -> SavedChanges:
        with vault.catalog.read() as sql:
            return _changes(sql, saved.require(sql, params.name), since)

    return await trio.to_thread.run_sync(read)


def _text(params: SaveParams) -> str:
    """The query to be saved, with the order and the limit that are given beside it. Raises QueryError."""
    query = _understood(params.query)
    wanted = {"sort": params.sort, "limit": params.limit}
    said = {"sort": query.sort, "limit": query.limit}
    missing = [f"{name}:{value}" for name, value in wanted.items() if value and value != said[name]]
    for setting in missing:
        if said[setting.partition(":")[0]]:
            raise QueryError(f"the query says otherwise than “{setting}”", hint="say it in the query, or beside it")
    text = " ".join([params.query, *missing]) if missing else params.query
    _understood(text)
    return text


def _understood(text: str) -> Query:
    """What a saved text says; an empty one is allowed. Raises QueryError."""
    return parse(text) if text.strip() else Query(None)


def _carry(action: Action, old: str, new: str) -> None:
    try:
        before, after = _understood(old), _understood(new)
    except QueryError:  # a text of an older version: nothing can have been said of its results
        return
    if before.root is not None and after.root is not None:
        feedback.carry(action, subject(before), subject(after))


def _info(search: SavedSearch, count: int | None) -> SavedInfo:
    query = _told(search)
    return SavedInfo(
        id=str(search.id),
        name=search.name,
        query=search.query,
        level=search.level,
        count=count,
        sort=query.sort,
        limit=query.limit,
    )


def _told(search: SavedSearch) -> Query:
    """What a saved search asks: nothing, if its text is of an older version and no longer understood."""
    try:
        return _understood(search.query)
    except QueryError:
        return Query(None)


async def _count(vault: Vault, search: SavedSearch) -> int | None:
    """How many images a saved search has, None if its query cannot be asked: a picture that it names is gone, say."""
    if not search.query.strip():
        return 0
    try:
        answer = await vault.engine.search(SearchParams(query=search.query, level=search.level, limit=0))
    except UserError:
        return None
    return answer.total


def _moment(text: str) -> int:
    """The moment that a person means, in milliseconds since 1970. Raises UserError."""
    if not text.strip():
        return 0
    meant = moments.moment(text.strip(), now_ms())
    if meant is not None:
        return meant
    try:
        first, _ = dates.days(text, date.today())
    except ValueError as error:
        raise UserError(
            f"{error}", hint="write 12h, 7d, 2w, a date as in a query (2026-05-01, last-week), or RFC 3339"
        ) from None
    return moments.midnight(date.fromordinal(first))


def _changes(sql: sqlite3.Connection, search: SavedSearch, since: int) -> SavedChanges:
    following = members.following(sql, search.id)
    if following is None:
        return SavedChanges(name=search.name, since=None, entered=[], left=[])
    since = max(since, following.since, now_ms() - members.KEPT_MS)
    entered, left = members.news(sql, search.id, since)
    if not asks_private(_told(search).root):
        entered, left = privacy.shown(sql, entered), privacy.shown(sql, left)
    return SavedChanges(
        name=search.name,
        since=rfc3339(since),
        entered=lookup.hits(sql, entered, states=lookup.EVERY),
        left=lookup.hits(sql, left, states=lookup.EVERY),
    )


HANDLERS = {
    "save": save,
    "saved": listing,
    "saved.rename": rename,
    "saved.delete": delete,
    "saved.changes": changes,
}
