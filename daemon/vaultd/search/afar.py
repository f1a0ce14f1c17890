"""What every image looks like from afar, kept in memory: whole libraries are laid out by it, again and again.

The catalog decides; what changed since the last question is read from its change log. That a picture was looked at by a
newer version is not told there for each one: while any was never looked at, all are read after every change.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import changes, columns
from vaultd.catalog.store import position
from vaultd.index.vector import Ids
from vaultd.worker.colours import UNSEEN, packed

MANY = 10_000
"""So many changed images are not read one by one."""


class Columns(NamedTuple):
    """Of some images, each a column [n]: pixels, 0 of an image that does not exist; `taken` and `added` as in
    `columns.FromAfar`; colours as 0xRRGGBB; the first 16 hex digits of the hashes."""

    widths: NDArray[np.int32]
    heights: NDArray[np.int32]
    taken: NDArray[np.int64]
    added: NDArray[np.int64]
    colours: NDArray[np.int32]
    contents: NDArray[np.bytes_]

    def dated(self) -> NDArray[np.int64]:
        """What `sort:date` goes by: when each was taken, or added where nothing tells that."""
        return np.where(self.taken == columns.UNKNOWN, self.added, self.taken)

    def at(self, images: Ids) -> Columns:
        """Those of these images."""
        return Columns(*(column[images] for column in self))


class Afar:
    """The columns of all images by id, as of the newest state that somebody asked for. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = -1
        self._known = _empty(0)
        self._seen = True

    def of(self, sql: sqlite3.Connection, images: Ids) -> Columns:
        """The columns of these images, which are not newer than the connection's state."""
        with self._lock:
            at = position(sql)
            if at > self._at:
                self._known, self._at = self._renewed(sql), at
            known = self._known
        return known.at(images)

    def _renewed(self, sql: sqlite3.Connection) -> Columns:
        changed = _changed(sql, self._at) if self._seen and self._at >= 0 else None
        made = _read(sql) if changed is None else _updated(sql, self._known, changed)
        self._seen = changed is not None or bool((made.colours[made.widths > 0] != UNSEEN).all())
        return made


def _changed(sql: sqlite3.Connection, since: int) -> Ids | None:
    """The images that may look otherwise; None if that may be any."""
    if not changes.reaches(sql, since):
        return None
    rows = sql.execute("SELECT DISTINCT entity_id FROM changes WHERE seq > ? AND entity = 'image'", (since,)).fetchall()
    return np.array([image for (image,) in rows], np.int64) if len(rows) <= MANY else None


def _read(sql: sqlite3.Connection) -> Columns:
    return _filled(_empty(0), columns.from_afar(sql), columns.palettes(sql))


def _updated(sql: sqlite3.Connection, known: Columns, changed: Ids) -> Columns:
    """A new one; the old one is never changed."""
    fresh = Columns(*(column.copy() for column in known))
    fresh.widths[changed[changed < len(fresh.widths)]] = 0
    return _filled(fresh, columns.from_afar(sql, changed), columns.palettes(sql, changed))


def _filled(made: Columns, found: columns.FromAfar, palettes: columns.Palettes) -> Columns:
    lacking = int(found.images.max(initial=-1)) + 1 - len(made.widths)
    if lacking > 0:
        made = Columns(*(np.concatenate(pair) for pair in zip(made, _empty(lacking), strict=True)))
    made.widths[found.images] = found.widths
    made.heights[found.images] = found.heights
    made.taken[found.images] = found.taken
    made.added[found.images] = found.added
    made.contents[found.images] = found.contents
    made.colours[palettes.images] = packed(palettes.first)
    return made


def _empty(count: int) -> Columns:
    return Columns(
        widths=np.zeros(count, np.int32),
        heights=np.zeros(count, np.int32),
        taken=np.full(count, columns.UNKNOWN, np.int64),
        added=np.zeros(count, np.int64),
        colours=np.full(count, UNSEEN, np.int32),
        contents=np.full(count, b"0" * 16, "S16"),
    )
