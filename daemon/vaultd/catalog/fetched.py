"""What was fetched from elsewhere, and what is told of it there, as the source `provider`.

It belongs to a content, so whatever is moved, renamed or edited keeps it. It follows from what was fetched: storing it
is no action. What the user took off stays rejected. Rows are kept when their subscription is removed, as the pictures
are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from vaultd.catalog import details, images, keywords, sourced
from vaultd.catalog.store import Transaction, now_ms
from vaultd.domain.details import Details
from vaultd.domain.provided import GONE, MOST_TAGS, PROVIDER, Provided, texts

_OF_IMAGE = """
WITH RECURSIVE line (id) AS (SELECT :image UNION
 SELECT successor_of FROM images JOIN line USING (id) WHERE successor_of IS NOT NULL)
SELECT told, tag, gone_at FROM line JOIN images USING (id) JOIN fetched ON fetched.hash = images.hash
 ORDER BY fetched_at, subscription, item
"""


class Item(NamedTuple):
    """A picture as a subscription has it. `name`: what its place calls it, for good; `hash`: its content."""

    name: str
    hash: bytes
    told: Provided


def put(tx: Transaction, subscription: int, tag: int | None, item: Item) -> bool:
    """Keeps what is told of a picture, and says it of its content if that is known; returns whether the item is new."""
    known = tx.sql.execute(
        "SELECT hash FROM fetched WHERE subscription = ? AND item = ?", (subscription, item.name)
    ).fetchone()
    tx.sql.execute(
        "INSERT INTO fetched (subscription, item, hash, told, tag, fetched_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (subscription, item) DO UPDATE SET hash = excluded.hash, told = excluded.told, gone_at = NULL",
        (subscription, item.name, item.hash, msgspec.json.encode(item.told).decode(), tag, now_ms()),
    )
    for content in {item.hash, *(known or ())}:
        _refresh_content(tx, content)
    return known is None


def seen(tx: Transaction, subscription: int, listed: Iterable[str], *, whole: bool) -> int:
    """A run was shown these items. Whatever was gone is there again; where it was shown all there are (`whole`), what
    was not among them is gone. Returns how many are gone now that were not before."""
    there = set(listed)
    rows = tx.sql.execute(
        "SELECT item, hash, gone_at IS NOT NULL FROM fetched WHERE subscription = ?", (subscription,)
    ).fetchall()
    left = [(item, content) for item, content, is_gone in rows if whole and not is_gone and item not in there]
    back = [(item, content) for item, content, is_gone in rows if is_gone and item in there]
    for moment, changed in ((now_ms(), left), (None, back)):
        for item, content in changed:
            tx.sql.execute(
                "UPDATE fetched SET gone_at = ? WHERE subscription = ? AND item = ?", (moment, subscription, item)
            )
            _refresh_content(tx, content)
    return len(left)


def names(sql: sqlite3.Connection, subscription: int) -> list[str]:
    """The items that a subscription has."""
    return [name for (name,) in sql.execute("SELECT item FROM fetched WHERE subscription = ?", (subscription,))]


def counts(sql: sqlite3.Connection) -> dict[int, tuple[int, int]]:
    """How many items each subscription has, and how many of them are gone where they were."""
    rows = sql.execute("SELECT subscription, count(*), count(gone_at) FROM fetched GROUP BY subscription")
    return {subscription: (count, gone) for subscription, count, gone in rows}


def refresh(tx: Transaction, image: int) -> None:
    """Makes what is told of a content, and of those that it was edited from, all that providers say of it."""
    rows = tx.sql.execute(_OF_IMAGE, {"image": image}).fetchall()
    before = sourced.stored(tx.sql, image, PROVIDER)
    if not rows and not any(before):
        return
    told = [msgspec.json.decode(one, type=Provided) for one, _, _ in rows]
    wanted = {tag for _, tag, _ in rows if tag is not None} | _tags(tx, told)
    if rows and all(gone for _, _, gone in rows):
        wanted.add(keywords.made(tx, GONE))
    _write(tx, image, told, wanted)
    date = next((one.date for one in told if one.date), "")
    details.provided(tx, image, Details(taken=date))
    if sourced.stored(tx.sql, image, PROVIDER) != before:
        tx.changed("image", image)


def _refresh_content(tx: Transaction, content: bytes) -> None:
    image = images.find(tx.sql, content)
    if image is not None:
        refresh(tx, image)


def _tags(tx: Transaction, told: Iterable[Provided]) -> set[int]:
    fitting = {fit: None for one in told for tag in one.tags if (fit := keywords.fit(tag))}
    return {keywords.made(tx, [name]) for name in list(fitting)[:MOST_TAGS]}


def _write(tx: Transaction, image: int, told: Iterable[Provided], wanted: set[int]) -> None:
    said: dict[str, str] = {}
    for one in told:
        said = {**texts(one), **said}
    sourced.replace_tags(tx, image, PROVIDER, wanted)
    sourced.replace_texts(tx, image, PROVIDER, said.items())
