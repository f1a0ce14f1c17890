"""Which images were in the answer of a saved search, and from when to when.

An image has a row for every stay: `entered_at`, and `left_at` once it is over. What was there when following began is
no news, so its stay begins with the following. Another model or program answers differently without anything having
happened: then the past is told as if it had always answered, so that what really happened stays told.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from vaultd.catalog.store import Transaction

DAY_MS = 24 * 60 * 60 * 1000
KEPT_MS = 366 * DAY_MS
"""Stays that ended so long ago are dropped."""
ROWS = 500
"""Rows written in one transaction: for so long nobody else writes."""


class Following(NamedTuple):
    """Since when a saved search is followed (milliseconds since 1970), by what it asks and what answered last."""

    asked: str
    answered_by: str
    since: int


class Difference(NamedTuple):
    """Images that are in an answer now and were not before, and the reverse."""

    entered: list[int]
    left: list[int]


def following(sql: sqlite3.Connection, saved: int) -> Following | None:
    """How a saved search is followed, None if it is not yet."""
    row = sql.execute("SELECT asked, answered_by, since FROM saved_followed WHERE saved = ?", (saved,)).fetchone()
    return None if row is None else Following(*row)


def difference(sql: sqlite3.Connection, saved: int, answer: Iterable[int]) -> Difference:
    """What an answer changes. Images that are offline have not left, whatever the answer says of them."""
    now = dict.fromkeys(answer)
    rows = sql.execute("SELECT image FROM saved_members WHERE saved = ? AND left_at IS NULL", (saved,))
    before = {image for (image,) in rows}
    gone = before - now.keys()
    return Difference([image for image in now if image not in before], sorted(gone - _offline(sql, gone)))


def begin(tx: Transaction, saved: int) -> None:
    """Forgets all that was followed."""
    tx.sql.execute("DELETE FROM saved_followed WHERE saved = ?", (saved,))
    tx.sql.execute("DELETE FROM saved_members WHERE saved = ?", (saved,))


def note(tx: Transaction, saved: int, change: Difference, at: int) -> None:
    """What happened at a moment."""
    tx.sql.executemany(
        "INSERT INTO saved_members (saved, image, entered_at) SELECT saved.id, images.id, ? FROM saved, images"
        " WHERE saved.id = ? AND images.id = ? ON CONFLICT DO UPDATE SET left_at = NULL",
        ((at, saved, image) for image in change.entered),
    )
    tx.sql.executemany(
        "UPDATE saved_members SET left_at = ? WHERE saved = ? AND image = ? AND left_at IS NULL",
        ((at, saved, image) for image in change.left),
    )


def retell(tx: Transaction, saved: int, change: Difference, since: int) -> None:
    """What only another answerer sees: as if it had always been so. `since`: when following began."""
    both = [*change.entered, *change.left]
    tx.sql.executemany("DELETE FROM saved_members WHERE saved = ? AND image = ?", ((saved, image) for image in both))
    note(tx, saved, Difference(change.entered, []), since)


def followed(tx: Transaction, saved: int, following: Following) -> None:
    """Notes what was followed; since when is told the first time only."""
    tx.sql.execute(
        "INSERT INTO saved_followed (saved, asked, answered_by, since) SELECT id, ?, ?, ? FROM saved WHERE id = ?"
        " ON CONFLICT (saved) DO UPDATE SET asked = excluded.asked, answered_by = excluded.answered_by",
        (*following, saved),
    )


def trim(tx: Transaction, now: int) -> None:
    """Drops the stays that ended too long ago."""
    tx.sql.execute("DELETE FROM saved_members WHERE left_at < ?", (now - KEPT_MS,))


def news(sql: sqlite3.Connection, saved: int, since: int) -> Difference:
    """What entered and left between a moment and now, the newest first; who was in and out again is no news."""
    rows = sql.execute(
        "SELECT image, max(entered_at <= :since AND (left_at IS NULL OR left_at > :since)), max(left_at IS NULL),"
        "       max(coalesce(left_at, entered_at)) FROM saved_members WHERE saved = :saved GROUP BY image",
        {"saved": saved, "since": since},
    ).fetchall()
    rows.sort(key=lambda row: (-row[3], row[0]))
    entered = [image for image, was, is_, _ in rows if is_ and not was]
    left = [image for image, was, is_, _ in rows if was and not is_]
    return Difference(entered, left)


def parts(change: Difference) -> Iterator[Difference]:
    """A difference in pieces of a transaction each."""
    for start in range(0, len(change.entered), ROWS):
        yield Difference(change.entered[start : start + ROWS], [])
    for start in range(0, len(change.left), ROWS):
        yield Difference([], change.left[start : start + ROWS])


def _offline(sql: sqlite3.Connection, images: Iterable[int]) -> set[int]:
    """Those that have a file on a volume that is not there now, and none that can be opened."""
    rows = sql.execute(
        "SELECT files.image FROM json_each(?) AS wanted CROSS JOIN files ON files.image = wanted.value"
        " JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root"
        " WHERE files.state = 'present' AND roots.removed_at IS NULL"
        " GROUP BY files.image HAVING max(volumes.mount_point IS NOT NULL) = 0",
        (json.dumps(sorted(images)),),
    )
    return {image for (image,) in rows}
