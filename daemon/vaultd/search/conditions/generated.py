"""How a generated picture was made: `model:`, `lora:`, `sampler:`, `seed:`, as its file or a text beside it says."""

from __future__ import annotations

import json
import sqlite3

from vaultd.index.words import folded
from vaultd.query import Field
from vaultd.search.conditions.condition import Condition, belonging
from vaultd.search.conditions.patterns import has_wildcards, matcher

COLUMNS = {"model": ("generations", "model"), "sampler": ("generations", "sampler"), "lora": ("loras", "name")}
"""The fields whose values are names, of which a library has few, and where these stand."""


def named(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """Something of this name, or with this in its name, took part."""
    table, column = COLUMNS[field.name]
    fits = matcher(field.value, whole=False)
    known = sql.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {column} <> ''")
    meant = json.dumps([name for (name,) in known if fits(name)])
    return belonging(sql, table, f"{table}.{column} IN (SELECT value FROM json_each(?))", (meant,), among)


def seed(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """It began with this number."""
    is_said = "generations.seed <> ''"  # as the index has it, which would not be used without
    if has_wildcards(field.value):
        matches = f"{is_said} AND vault_text('seed', ?, generations.seed)"
        return belonging(sql, "generations", matches, (field.value,), among)
    return belonging(sql, "generations", f"{is_said} AND generations.seed = ?", (folded(field.value),), among)
