"""When, where and how contents were taken: what each source says, and what counts.

All of it follows from the files, what is beside them and what they are called, so storing it is no action.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping

import msgspec

from vaultd.catalog.store import Transaction
from vaultd.domain.details import EMBEDDED, NAME, SIDECAR, SOURCES, Details, Taken
from vaultd.domain.provided import PROVIDER
from vaultd.metadata import dated
from vaultd.metadata.precedence import settled
from vaultd.places import place

GPS = "gps"
"""The source of names of places that follow from coordinates."""
_COLUMNS = ("taken_at", "zone", "camera", "lens", "iso", "exposure", "aperture", "focal", "latitude", "longitude")
_MOST_NAMES = 100
"""Files of one content whose names are looked at."""


def of(sql: sqlite3.Connection, image: int) -> dict[str, Details]:
    """What is said, by source, the one that is believed first first."""
    rows = dict(sql.execute("SELECT source, told FROM details WHERE image = ?", (image,)))
    return {one: msgspec.json.decode(rows[one], type=Details) for one in SOURCES if one in rows}


def meant(sql: sqlite3.Connection, image: int) -> Taken:
    """What that means together, and who said it."""
    return settled(of(sql, image))


def replace(tx: Transaction, image: int, told: Mapping[str, Details]) -> None:
    """Makes this all that the bytes of a content say. Whoever does it tells the followers."""
    _write(tx, image, {source: told.get(source, Details()) for source in EMBEDDED})
    if of(tx.sql, image):
        _settle(tx, image)


def beside(tx: Transaction, image: int, told: Details) -> None:
    """Makes this what the sidecars of a content say."""
    if _write(tx, image, {SIDECAR: told}):
        _settle(tx, image)
        tx.changed("image", image)


def provided(tx: Transaction, image: int, told: Details) -> None:
    """Makes this what the places say from which a content was fetched. Whoever does it tells the followers."""
    if _write(tx, image, {PROVIDER: told}):
        _settle(tx, image)
        tx.changed("image", image)


def named(tx: Transaction, image: int) -> None:
    """Looks what the files of a content are called now. One without any keeps what was said of it."""
    rows = tx.sql.execute(
        "SELECT path FROM files WHERE image = ? AND state = 'present' ORDER BY path LIMIT ?", (image, _MOST_NAMES)
    ).fetchall()
    if rows and _write(tx, image, {NAME: Details(taken=dated.earliest(path for (path,) in rows))}):
        _settle(tx, image)
        tx.changed("image", image)


def _write(tx: Transaction, image: int, told: Mapping[str, Details]) -> bool:
    """Whether anything is said otherwise than before."""
    before = of(tx.sql, image)
    after = {source: details for source, details in {**before, **told}.items() if details != Details()}
    if after == before:
        return False
    gone = [(image, source) for source in before if source not in after]
    tx.sql.executemany("DELETE FROM details WHERE image = ? AND source = ?", gone)
    tx.sql.executemany(
        "INSERT INTO details (image, source, told) VALUES (?, ?, ?)"
        " ON CONFLICT (image, source) DO UPDATE SET told = excluded.told",
        [
            (image, source, msgspec.json.encode(details).decode())
            for source, details in after.items()
            if details != before.get(source)
        ],
    )
    return True


def _settle(tx: Transaction, image: int) -> None:
    """Makes what is believed the facts of the content, and names the place where it was taken."""
    taken = meant(tx.sql, image)
    tx.sql.execute(
        f"UPDATE images SET {', '.join(f'{name} = ?' for name in _COLUMNS)} WHERE id = ?",
        (*(getattr(taken, name) for name in _COLUMNS), image),
    )
    tx.sql.execute("DELETE FROM texts WHERE image = ? AND source = ?", (image, GPS))
    tx.sql.executemany(
        "INSERT INTO texts (image, kind, source, text) VALUES (?, ?, ?, ?)",
        [(image, kind, GPS, name) for kind, name in _places(taken)],
    )


def _places(taken: Taken) -> Iterable[tuple[str, str]]:
    if taken.latitude is None or taken.longitude is None:
        return
    found = place(taken.latitude, taken.longitude)
    if found is not None:
        yield from ((kind, name) for kind in found.__struct_fields__ if (name := getattr(found, kind)))
