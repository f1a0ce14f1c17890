"""Favourites and ratings: what the user says of a picture in one gesture.

Each returns how many images were changed, and how many were so already.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from vaultd.catalog.actions import Action, counted
from vaultd.catalog.store import Transaction, now_ms


def favour(action: Action, images: Iterable[int]) -> tuple[int, int]:
    """Makes images favourites."""
    return counted(images, lambda image: action.put("favourites", {"image": image}, {}, {"added_at": now_ms()}))


def unfavour(action: Action, images: Iterable[int]) -> tuple[int, int]:
    """The images are no favourites any more."""
    return counted(images, lambda image: action.delete("favourites", {"image": image}))


def rate(action: Action, images: Iterable[int], stars: int) -> tuple[int, int]:
    """Gives images 1 to 5 stars of the user's, or with 0 takes these away: then what the files say counts again."""
    if not stars:
        return counted(images, lambda image: action.delete("ratings", {"image": image, "source": "user"}))
    return counted(images, lambda image: action.put("ratings", {"image": image, "source": "user"}, {"rating": stars}))


def ratings(sql: sqlite3.Connection, image: int) -> dict[str, int]:
    """The stars of an image by who gave them: user, xattr or xmp. The first are those that count."""
    rows = sql.execute(
        "SELECT source, rating FROM ratings WHERE image = ? ORDER BY source = 'user' DESC, source", (image,)
    )
    return dict(rows.fetchall())


def rate_by_file(tx: Transaction, image: int, stars: int) -> None:
    """Makes these the stars that the bytes of a content say, 0 for none; that is no action."""
    tx.sql.execute("DELETE FROM ratings WHERE image = ? AND source = 'xmp' AND rating <> ?", (image, stars))
    if stars:
        tx.sql.execute(
            "INSERT INTO ratings (image, source, rating) VALUES (?, 'xmp', ?) ON CONFLICT DO NOTHING", (image, stars)
        )
