"""Albums: a name, and pictures in an order of the user's own.

Positions leave gaps, so that a picture which comes between two others changes no row but its own; only where a gap is
full the whole album is numbered anew. Rows that share a position (an edit in place takes over that of the content
before it) come in the order of their ids. Every function that changes something takes an `Action` and can be undone.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from vaultd.catalog.actions import Action, counted
from vaultd.catalog.presence import presence
from vaultd.catalog.shown import IS_SHOWN
from vaultd.catalog.store import now_ms
from vaultd.domain.names import component
from vaultipc.errors import Conflict, NotEmpty, NotFound, UserError

GAP = 1 << 20
"""Between neighbours of an album that is numbered anew."""


class _Place(NamedTuple):
    image: int
    position: int


def find(sql: sqlite3.Connection, name: str) -> int | None:
    """The id of an album, None if there is none of that name. Raises UserError for a name that none can have."""
    row = sql.execute("SELECT id FROM albums WHERE name = ?", (component(name),)).fetchone()
    return None if row is None else int(row[0])


def require(sql: sqlite3.Connection, name: str) -> int:
    """The id of an album. Raises NotFound."""
    try:
        album = find(sql, name)
    except UserError:
        album = None
    if album is None:
        raise NotFound(f"there is no album “{name}”", hint="`vvault album list` lists them")
    return album


def listing(sql: sqlite3.Connection) -> list[tuple[int, str, int]]:
    """The id, the name and the number of pictures, as an album shows them, of every album, sorted by name."""
    counts: dict[int, int] = dict(
        sql.execute(
            "SELECT album, count(*) FROM album_images JOIN images ON images.id = album_images.image"
            f" WHERE {IS_SHOWN} GROUP BY album"
        )
    )
    rows = sql.execute("SELECT id, name FROM albums ORDER BY name").fetchall()
    return [(album, name, counts.get(album, 0)) for album, name in rows]


def images(sql: sqlite3.Connection, album: int) -> list[int]:
    """The images of an album in its order, wherever their files are."""
    return [place.image for place in _places(sql, album)]


def create(action: Action, name: str) -> int:
    """The album of that name, made if there is none. Raises UserError for a name that it cannot have."""
    found = find(action.tx.sql, name)
    return found or action.insert("albums", {"name": component(name), "created_at": now_ms()})


def rename(action: Action, old: str, new: str) -> bool:
    """Gives an album another name; tells whether that differs. Raises NotFound, Conflict if it is taken."""
    album, taken = require(action.tx.sql, old), find(action.tx.sql, new)
    if taken not in (None, album):
        raise Conflict(f"there is an album “{new}” already", hint="delete it first, or choose another name")
    return action.update("albums", {"id": album}, {"name": component(new)})


def delete(action: Action, name: str, *, force: bool = False) -> None:
    """Deletes an album that has no pictures. Those that are away count like others, as with tags.

    `force` takes all of them out, as part of the action. Raises NotFound, NotEmpty.
    """
    sql = action.tx.sql
    album = require(sql, name)
    inside = images(sql, album)
    there = presence(sql, inside)
    if there.held and not force:
        hint = "take them out first, or use `vvault album delete --force`"
        raise NotEmpty(f"the album “{name}” has {there}", hint=hint)
    remove(action, album, inside)
    action.delete("albums", {"id": album})


def add(action: Action, album: int, wanted: Sequence[int], before: int | None = None) -> tuple[int, int]:
    """Puts images into an album, before one that is in it or at the end; those in it already stay where they are.

    Returns how many came and how many were there. Raises NotFound if `before` is not in it.
    """
    there = set(images(action.tx.sql, album))
    new = [image for image in dict.fromkeys(wanted) if image not in there]
    _place(action, album, new, before)
    return len(new), len(set(wanted)) - len(new)


def remove(action: Action, album: int, unwanted: Sequence[int]) -> tuple[int, int]:
    """Takes images out of an album; returns how many were changed and how many were not in it."""
    return counted(unwanted, lambda image: action.delete("album_images", {"album": album, "image": image}))


def move(action: Action, album: int, moved: Sequence[int], before: int | None = None) -> tuple[int, int]:
    """Moves images of an album, together and in this order, before another one of it or to the end.

    Returns how many were moved, and how many stayed since all stand there already. Raises NotFound for an image that is
    not in the album, Conflict if they would stand before one of themselves.
    """
    old = images(action.tx.sql, album)
    moved = list(dict.fromkeys(moved))
    if before in moved:
        raise Conflict(f"image {before} cannot be moved before itself")
    strange = set(moved).difference(old)
    if strange:
        raise _absent(min(strange))
    _place(action, album, moved, before)
    changed = len(moved) if images(action.tx.sql, album) != old else 0
    return changed, len(moved) - changed


def _place(action: Action, album: int, coming: Sequence[int], before: int | None) -> None:
    """Makes images stand before another one, in this order, whether they are in the album or not."""
    there, arriving = _places(action.tx.sql, album), set(coming)
    rest = [place for place in there if place.image not in arriving]
    at = len(rest) if before is None else _index(rest, before)
    order = [*(place.image for place in rest[:at]), *coming, *(place.image for place in rest[at:])]
    if order == [place.image for place in there]:
        return
    low = rest[at - 1].position if at else None
    high = rest[at].position if at < len(rest) else None
    positions = _between(low, high, len(coming))
    if positions is None:
        coming, positions = order, _between(None, None, len(order)) or []
    for image, position in zip(coming, positions, strict=True):
        action.put("album_images", {"album": album, "image": image}, {"position": position})


def _between(low: int | None, high: int | None, count: int) -> list[int] | None:
    """So many positions between two, ascending and evenly apart; None where they do not fit."""
    if low is not None and high is not None:
        step = (high - low) // (count + 1)
    else:
        step = GAP
    start = low if low is not None else (0 if high is None else high - GAP * (count + 1))
    return [start + step * number for number in range(1, count + 1)] if step > 0 else None


def _places(sql: sqlite3.Connection, album: int) -> list[_Place]:
    rows = sql.execute("SELECT image, position FROM album_images WHERE album = ? ORDER BY position, image", (album,))
    return [_Place(*row) for row in rows]


def _index(places: Sequence[_Place], image: int) -> int:
    for index, place in enumerate(places):
        if place.image == image:
            return index
    raise _absent(image)


def _absent(image: int) -> NotFound:
    return NotFound(f"image {image} is not in this album", hint="`vvault album show` lists what is")
