"""An answer page by page, each found again by the last picture of the one before it and not by its number."""

from __future__ import annotations

import re
import sqlite3
from typing import NamedTuple

import numpy as np

from vaultd.catalog import columns, lookup, privacy
from vaultd.search.afar import Afar, dated
from vaultd.search.filters import asks_private
from vaultd.search.snapshots import Snapshot
from vaultipc.errors import UserError
from vaultipc.messages import Images

_CURSOR = re.compile(r"(-?[a-z]+)\.(-?[0-9]{1,18})\.([0-9]{1,18})")


class Cursor(NamedTuple):
    """Behind which picture a page begins: the order, what it goes by, and the picture that had so much of it."""

    sort: str
    key: int
    image: int

    def __str__(self) -> str:
        return f"{self.sort}.{self.key}.{self.image}"


def cursor(text: str, sort: str) -> Cursor | None:
    """The cursor that a page told, None for the first page. Raises UserError for what none of this order told."""
    if not text:
        return None
    found = _CURSOR.fullmatch(text)
    if found is None or found[1] != sort:
        raise UserError("that is no cursor of this order", hint="begin anew without one, or send the one of `next`")
    return Cursor(sort, int(found[2]), int(found[3]))


def listing(
    sql: sqlite3.Connection, afar: Afar, snapshot: Snapshot, sort: str, after: Cursor | None, limit: int
) -> Images:
    """The page behind a cursor of an answer in this order: date, added, size, or one of these with a minus."""
    name = sort.removeprefix("-")
    if name == "date":
        keys = dated(afar.of(sql, snapshot.images))
    else:
        keys = columns.numbers(sql, snapshot.images, columns.SORTED_BY[name])
    first = 0
    if after is not None:
        behind = keys > after.key if sort.startswith("-") else keys < after.key
        behind |= (keys == after.key) & (snapshot.images > after.image)
        first = int(np.argmax(behind)) if behind.any() else len(behind)
    page = snapshot.images[first : first + limit].tolist()
    shown = page if asks_private(snapshot.query.root) else privacy.shown(sql, page)
    last = first + len(page) - 1
    return Images(
        images=lookup.hits(sql, shown, first_rank=first + 1, prefer=snapshot.prefer),
        next=str(Cursor(sort, int(keys[last]), page[-1])) if last + 1 < len(keys) else None,
        total=len(snapshot.images),
        seq=snapshot.seq,
    )
