"""The models whose vectors the catalog keeps. One of them is active: it answers."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from vaultd.catalog.store import Transaction


@dataclass(frozen=True)
class Model:
    """A row of `models`."""

    id: int
    name: str
    revision: str
    dimension: int


def find(sql: sqlite3.Connection, name: str, revision: str) -> Model | None:
    """The model of this name and revision."""
    return _one(sql, "name = ? AND revision = ?", (name, revision))


def active(sql: sqlite3.Connection) -> Model | None:
    """The model that answers, None before the first one was activated."""
    return _one(sql, "active = 1", ())


def register(tx: Transaction, name: str, revision: str, dimension: int) -> Model:
    """The model of this name and revision, made if it is new."""
    tx.sql.execute(
        "INSERT INTO models (name, revision, dimension) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        (name, revision, dimension),
    )
    found = find(tx.sql, name, revision)
    if found is None:
        raise AssertionError("a row just inserted is there")
    return found


def activate(tx: Transaction, model: Model) -> None:
    """Makes this model the one that answers."""
    tx.sql.execute("UPDATE models SET active = 0 WHERE active = 1 AND id <> ?", (model.id,))
    tx.sql.execute("UPDATE models SET active = 1 WHERE id = ?", (model.id,))


def _one(sql: sqlite3.Connection, condition: str, values: tuple[str, ...]) -> Model | None:
    row = sql.execute(f"SELECT id, name, revision, dimension FROM models WHERE {condition}", values).fetchone()
    return Model(*row) if row else None
