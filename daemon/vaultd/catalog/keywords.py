"""Tags that stand in the files themselves, as sources of their own beside the user's.

They follow from the bytes, so storing them is no action and there is nothing to undo; what the user rejected stays
rejected.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from vaultd.catalog.store import Transaction, now_ms
from vaultd.domain.content import Keywords
from vaultd.domain.names import SLASH

NAME_BYTES = 255
RESERVED = "auto"


def fit(name: str) -> str:
    """The keyword as a tag's name: one component, no control characters, no leading dot; '' if nothing is left.

    A slash would make a subtag of what is one keyword ("AC/DC"), so it becomes a hyphen, and so does `∕`, which is read
    as one in a query.
    """
    whole = name.replace("/", "-").replace(SLASH, "-")
    clean = "".join(" " if unicodedata.category(letter)[0] == "C" else letter for letter in whole)
    clean = unicodedata.normalize("NFC", " ".join(clean.split())).lstrip(".").strip()
    while len(clean.encode()) > NAME_BYTES:
        clean = clean[:-1].rstrip()
    return "" if clean == RESERVED else clean


def replace(tx: Transaction, image: int, keywords: Iterable[Keywords]) -> None:
    """Makes these the image's tags of the sources xmp and iptc."""
    wanted = {(_tag(tx, name), found.source) for found in keywords for name in map(fit, found.names) if name}
    rows = tx.sql.execute(
        "SELECT tag, source, state FROM image_tags WHERE image = ? AND source IN ('xmp', 'iptc')", (image,)
    ).fetchall()
    gone = [(image, tag, source) for tag, source, state in rows if state == "active" and (tag, source) not in wanted]
    tx.sql.executemany("DELETE FROM image_tags WHERE image = ? AND tag = ? AND source = ?", gone)
    tx.sql.executemany(
        "INSERT INTO image_tags (image, tag, source, state, added_at) VALUES (?, ?, ?, 'active', ?)"
        " ON CONFLICT DO NOTHING",
        [(image, tag, source, now_ms()) for tag, source in wanted],
    )


def _tag(tx: Transaction, name: str) -> int:
    row = tx.sql.execute("SELECT id FROM tags WHERE parent IS NULL AND name = ?", (name,)).fetchone()
    if row is None:
        row = tx.sql.execute(
            "INSERT INTO tags (parent, name, created_at, listed) VALUES (NULL, ?, ?, 0) RETURNING id", (name, now_ms())
        ).fetchone()
        tx.changed("tag", row[0])
    return int(row[0])
