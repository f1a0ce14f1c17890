"""The models whose vectors the catalog keeps. One of them is active: it answers. One is wanted: it shall answer."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from vaultd.catalog.store import Transaction

CONFIGURED = "model.configured"
_COLUMNS = "id, name, revision, dimension, pack"


@dataclass(frozen=True)
class Model:
    """A row of `models`. `pack`: what its pack was opened by, a name or an absolute folder."""

    id: int
    name: str
    revision: str
    dimension: int
    pack: str = ""

    @property
    def title(self) -> str:
        """Name and revision: what a model is told apart by."""
        return f"{self.name} {self.revision}"


def find(sql: sqlite3.Connection, name: str, revision: str) -> Model | None:
    """The model of this name and revision."""
    return _one(sql, "name = ? AND revision = ?", (name, revision))


def active(sql: sqlite3.Connection) -> Model | None:
    """The model that answers, None before the first one was activated."""
    return _one(sql, "active = 1", ())


def wanted(sql: sqlite3.Connection) -> Model | None:
    """The model that shall answer, None before one was chosen."""
    return _one(sql, "wanted = 1", ())


def everything(sql: sqlite3.Connection) -> list[Model]:
    """All models, the newest first."""
    return [Model(*row) for row in sql.execute(f"SELECT {_COLUMNS} FROM models ORDER BY id DESC")]


def register(tx: Transaction, name: str, revision: str, dimension: int, pack: str = "") -> Model:
    """The model of this name and revision, made if it is new. `pack`: what its pack was opened by this time.

    Raises ValueError if its vectors in the catalog have another dimension.
    """
    tx.sql.execute(
        "INSERT INTO models (name, revision, dimension, pack) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (name, revision) DO UPDATE SET pack = excluded.pack WHERE excluded.pack <> ''",
        (name, revision, dimension, pack),
    )
    found = find(tx.sql, name, revision)
    if found is None:
        raise AssertionError("a row just inserted is there")
    if found.dimension != dimension:
        raise ValueError(f"the vectors of {found.title} have {found.dimension} dimensions, not {dimension}")
    return found


def activate(tx: Transaction, model: Model) -> None:
    """Makes this model the one that answers, from this position of the change log on."""
    tx.sql.execute("UPDATE models SET active = 0 WHERE active = 1 AND id <> ?", (model.id,))
    if tx.sql.execute("UPDATE models SET active = 1 WHERE active = 0 AND id = ?", (model.id,)).rowcount:
        tx.changed("model", model.id)


def want(tx: Transaction, model: Model) -> None:
    """Makes this model the one that shall answer."""
    tx.sql.execute("UPDATE models SET wanted = 0 WHERE wanted = 1 AND id <> ?", (model.id,))
    tx.sql.execute("UPDATE models SET wanted = 1 WHERE id = ?", (model.id,))


def configured(tx: Transaction, name: str) -> None:
    """Remembers that the key `model.name` was obeyed when it said this."""
    tx.sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (CONFIGURED, name))


def forget(tx: Transaction, model: Model) -> None:
    """Drops a model, and what is left of its vectors (see `embeddings.forget`)."""
    tx.sql.execute("DELETE FROM models WHERE id = ?", (model.id,))


def _one(sql: sqlite3.Connection, condition: str, values: tuple[str, ...]) -> Model | None:
    row = sql.execute(f"SELECT {_COLUMNS} FROM models WHERE {condition}", values).fetchone()
    return Model(*row) if row else None
