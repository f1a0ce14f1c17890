"""What contents look like: hashes that know a picture again, and named colours."""

from __future__ import annotations

from vaultd.catalog.store import Transaction
from vaultd.domain.looks import Looks

LOOKS_VERSION = 1
"""Version of what a worker makes of pixels, vectors apart; contents with an older one, or none, are looked at again."""

SHOWN_PERCENT = 12
"""A picture is of a colour if that much of it is: what `color:` finds and what a facet counts."""


def put(tx: Transaction, image: int, looks: Looks) -> None:
    """Makes this what a content looks like."""
    tx.sql.execute(
        "INSERT OR REPLACE INTO looks (image, version, phash, dhash, contrast, tint) VALUES (?, ?, ?, ?, ?, ?)",
        (image, LOOKS_VERSION, looks.phash, looks.dhash, looks.contrast, looks.tint),
    )
    tx.sql.execute("DELETE FROM colours WHERE image = ?", (image,))
    tx.sql.executemany(
        "INSERT INTO colours (image, colour, share) VALUES (?, ?, ?)",
        [(image, colour, share) for colour, share in looks.colours.items()],
    )
