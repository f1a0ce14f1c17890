"""What programs that find words for pictures have made of contents, and how far they are.

A teller is one of them: a model that describes (`model:NAME`), or what reads text in pictures (`ocr:NAME`). Of each
kind one is at work; what it says of a content takes the place of what another one of its kind said. Its words are rows
of `texts`; that it has seen a content, and how sure it is, are rows of `told_by`, which a newer version of it makes
again. Writing them is no action: a person's own text of the kind stands beside them, first.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from typing import Literal, NamedTuple

from vaultd.catalog.shown import IS_ONLINE
from vaultd.catalog.store import Transaction

Kind = Literal["caption", "ocr"]
PREFIX: dict[Kind, str] = {"caption": "model:", "ocr": "ocr:"}
"""How the sources of each kind begin."""
Outcome = Literal["told", "nothing", "unlike", "failed"]


class Teller(NamedTuple):
    """`source`: that of its texts. `version`: of itself and of how it is asked; another one is asked anew."""

    kind: Kind
    source: str
    version: str


class Found(NamedTuple):
    """What came of one content. `text` is empty, and `confidence` does not count, unless something was told."""

    image: int
    outcome: Outcome
    text: str = ""
    confidence: float = 0.0


class Standing(NamedTuple):
    """How many contents were gone through, and which of them failed; how many that can be opened now are left."""

    done: int
    failed: int
    left: int


_LACKING = f"""FROM images WHERE NOT EXISTS (SELECT 1 FROM told_by
    WHERE told_by.teller = ? AND told_by.image = images.id AND told_by.version = ?) AND {IS_ONLINE}"""


def lacking(sql: sqlite3.Connection, teller: Teller, limit: int, besides: Collection[int] = ()) -> list[int]:
    """Contents that the teller has not seen and that can be opened now, the newest first."""
    rows = sql.execute(
        f"SELECT images.id {_LACKING} AND images.id NOT IN (SELECT value FROM json_each(?)) ORDER BY images.id DESC"
        " LIMIT ?",
        (teller.source, teller.version, json.dumps(list(besides)), limit),
    )
    return [image for (image,) in rows]


def standing(sql: sqlite3.Connection, teller: Teller) -> Standing:
    """How far the teller is."""
    key = (teller.source, teller.version)
    done, failed = sql.execute(
        "SELECT count(*), count(*) FILTER (WHERE outcome = 'failed') FROM told_by WHERE teller = ? AND version = ?", key
    ).fetchone()
    (left,) = sql.execute(f"SELECT count(*) {_LACKING}", key).fetchone()
    return Standing(done, failed, left)


def put(tx: Transaction, teller: Teller, found: Found) -> None:
    """Keeps what the teller made of a content, if there is such a content still.

    Where it failed, what was said of the content before stays; else that goes, whoever of its kind said it.
    """
    if tx.sql.execute("SELECT 1 FROM images WHERE id = ?", (found.image,)).fetchone() is None:
        return
    if found.outcome != "failed":
        _say(tx, teller, found)
    confidence = found.confidence if found.outcome == "told" else None
    tx.sql.execute(
        "INSERT OR REPLACE INTO told_by (teller, image, version, outcome, confidence) VALUES (?, ?, ?, ?, ?)",
        (teller.source, found.image, teller.version, found.outcome, confidence),
    )


def _say(tx: Transaction, teller: Teller, found: Found) -> None:
    like = PREFIX[teller.kind] + "*"
    said = "SELECT source, text FROM texts WHERE image = ? AND kind = ? AND source GLOB ?"
    before = tx.sql.execute(said, (found.image, teller.kind, like)).fetchall()
    now = [(teller.source, found.text)] if found.outcome == "told" else []
    tx.sql.execute("DELETE FROM told_by WHERE image = ? AND teller GLOB ?", (found.image, like))
    if before == now:
        return
    tx.sql.execute("DELETE FROM texts WHERE image = ? AND kind = ? AND source GLOB ?", (found.image, teller.kind, like))
    tx.sql.executemany(
        "INSERT INTO texts (image, kind, source, text) VALUES (?, ?, ?, ?)",
        [(found.image, teller.kind, source, text) for source, text in now],
    )
    tx.changed("image", found.image)


def forget(tx: Transaction, kind: Kind, source: str, limit: int) -> int:
    """Takes away what a teller said of at most `limit` contents, and that it saw them; returns of how many.

    `source`: of the teller, or '' for all of its kind.
    """
    like = source or PREFIX[kind] + "*"
    rows = tx.sql.execute("SELECT DISTINCT image FROM told_by WHERE teller GLOB ? LIMIT ?", (like, limit)).fetchall()
    for (image,) in rows:
        tx.sql.execute("DELETE FROM told_by WHERE image = ? AND teller GLOB ?", (image, like))
        gone = tx.sql.execute(
            "DELETE FROM texts WHERE image = ? AND kind = ? AND source GLOB ?", (image, kind, like)
        ).rowcount
        if gone:
            tx.changed("image", image)
    return len(rows)


def retry(tx: Transaction) -> int:
    """Forgets what failed, so that it is tried again; returns of how many contents."""
    return tx.sql.execute("DELETE FROM told_by WHERE outcome = 'failed'").rowcount


def tellers(sql: sqlite3.Connection) -> dict[str, int]:
    """Each teller that said something, and of how many contents it did."""
    rows = sql.execute("SELECT teller, count(*) FROM told_by WHERE outcome = 'told' GROUP BY teller ORDER BY teller")
    return dict(rows.fetchall())
