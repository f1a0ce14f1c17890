"""Saved searches: a name for a query."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from vaultd.catalog.actions import Action
from vaultd.catalog.store import now_ms
from vaultd.domain.names import component
from vaultipc.errors import Conflict, NotFound
from vaultipc.messages import Level


class SavedSearch(NamedTuple):
    """`query` as it was written; it may be empty, which matches nothing."""

    id: int
    name: str
    query: str
    level: Level


def find(sql: sqlite3.Connection, name: str) -> SavedSearch | None:
    """The saved search of that name."""
    row = sql.execute("SELECT id, name, query, level FROM saved WHERE name = ?", (component(name),)).fetchone()
    return None if row is None else SavedSearch(*row)


def require(sql: sqlite3.Connection, name: str) -> SavedSearch:
    """The saved search of that name. Raises NotFound."""
    found = find(sql, name)
    if found is None:
        raise NotFound(f"there is no saved search “{name}”", hint="`vvault saved` lists them")
    return found


def listing(sql: sqlite3.Connection) -> list[SavedSearch]:
    """All of them, sorted by name."""
    return [SavedSearch(*row) for row in sql.execute("SELECT id, name, query, level FROM saved ORDER BY name")]


def put(action: Action, name: str, query: str, level: Level, *, replace: bool = False) -> bool:
    """Makes a saved search, or with `replace` changes the one there is; tells whether anything changed.

    Raises Conflict if there is one already, UserError for a name it cannot have.
    """
    values = {"name": component(name), "query": query, "level": level}
    there = find(action.tx.sql, name)
    if there is None:
        action.insert("saved", {**values, "created_at": now_ms()})
        return True
    if not replace:
        raise Conflict(f"there is a saved search “{name}” already", hint="choose another name, or ask to replace it")
    return action.update("saved", {"id": there.id}, values)


def rename(action: Action, old: str, new: str) -> bool:
    """Gives a saved search another name; tells whether that differs. Raises NotFound, Conflict if it is taken."""
    there = require(action.tx.sql, old)
    taken = find(action.tx.sql, new)
    if taken is not None and taken.id != there.id:
        raise Conflict(f"there is a saved search “{new}” already", hint="delete it first, or choose another name")
    return action.update("saved", {"id": there.id}, {"name": component(new)})


def delete(action: Action, name: str) -> None:
    """Deletes a saved search. Raises NotFound."""
    action.delete("saved", {"id": require(action.tx.sql, name).id})
