"""Verdicts: what a person said of a result of one query, which is known by its canonical text.

They name images, never vectors, so that they hold whatever model answers, and wherever the files are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

from vaultd.catalog.actions import Action, Row
from vaultd.catalog.store import now_ms
from vaultipc.messages import Verdict


class Said(NamedTuple):
    """A verdict, and when it was given (milliseconds since 1970)."""

    query: str
    image: int
    verdict: Verdict
    added_at: int


def of(sql: sqlite3.Connection, query: str) -> list[Said]:
    """What was said of a query's results, in the order in which it was said."""
    rows = sql.execute(
        "SELECT query, image, verdict, added_at FROM feedback WHERE query = ? ORDER BY added_at, image", (query,)
    )
    return [Said(*row) for row in rows]


def listing(sql: sqlite3.Connection) -> list[Said]:
    """Everything that was said of any query, the newest first."""
    rows = sql.execute("SELECT query, image, verdict, added_at FROM feedback ORDER BY added_at DESC, query, image")
    return [Said(*row) for row in rows]


def say(action: Action, query: str, images: Iterable[int], verdict: Verdict) -> tuple[int, int]:
    """Gives images this verdict, in the place of the other one; returns how many were changed, and how many had it."""
    changed = unchanged = 0
    for image in dict.fromkeys(images):
        key, there = _standing(action, query, image)
        if there == verdict:
            unchanged += 1
            continue
        if there is None:
            action.insert("feedback", {**key, "verdict": verdict, "added_at": now_ms()})
        else:
            action.update("feedback", key, {"verdict": verdict, "added_at": now_ms()})
        changed += 1
    return changed, unchanged


def take_back(action: Action, query: str, images: Iterable[int], verdict: Verdict) -> tuple[int, int]:
    """Takes this verdict back; returns how many were changed, and how many did not have it."""
    changed = unchanged = 0
    for image in dict.fromkeys(images):
        key, there = _standing(action, query, image)
        if there != verdict:
            unchanged += 1
            continue
        action.delete("feedback", key)
        changed += 1
    return changed, unchanged


def carry(action: Action, old: str, new: str) -> None:
    """Says of the new query's results what was said of the old one's, where nothing was said yet; the old keeps it."""
    for said in of(action.tx.sql, old):
        key, there = _standing(action, new, said.image)
        if there is None:
            action.insert("feedback", {**key, "verdict": said.verdict, "added_at": said.added_at})


def _standing(action: Action, query: str, image: int) -> tuple[Row, Verdict | None]:
    """The key of a verdict, and the one that stands."""
    row = action.tx.sql.execute("SELECT verdict FROM feedback WHERE query = ? AND image = ?", (query, image)).fetchone()
    return {"query": query, "image": image}, None if row is None else row[0]
