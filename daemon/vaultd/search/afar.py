"""What every image looks like from afar, kept in memory: whole libraries are laid out by it, again and again.

The catalog decides; what changed since the last question is read from its change log. That a picture was looked at by a
newer version is not told there for each one: while any was never looked at, all are read after every change.
"""

from __future__ import annotations

import sqlite3
import threading

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import changes, columns
from vaultd.catalog.store import position
from vaultd.index.vector import Ids
from vaultd.worker.colours import UNSEEN, packed

MANY = 10_000
"""So many changed images are not read one by one."""
ROW = np.dtype(
    [("width", "i4"), ("height", "i4"), ("taken", "i8"), ("added", "i8"), ("colour", "i4"), ("content", "S16")]
)
"""Pixels, 0 of an image that does not exist; `taken` and `added` as in `columns.FromAfar`; the colour as 0xRRGGBB; the
first 16 hex digits of the hash."""
Rows = NDArray[np.void]
"""Of some images, of ROW [n]."""


class Afar:
    """The rows of all images by id, as of the newest state that somebody asked for. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = -1
        self._known = _empty(0)
        self._seen = True

    def of(self, sql: sqlite3.Connection, images: Ids) -> Rows:
        """The rows of these images, which are not newer than the connection's state."""
        with self._lock:
            at = position(sql)
            if at > self._at:
                self._known, self._at = self._renewed(sql), at
            known = self._known
        return known[images]

    def _renewed(self, sql: sqlite3.Connection) -> Rows:
        changed = _changed(sql, self._at) if self._seen and self._at >= 0 else None
        made = _read(sql) if changed is None else _updated(sql, self._known, changed)
        self._seen = changed is not None or not (made["colour"][made["width"] > 0] == UNSEEN).any()
        return made


def dated(rows: Rows) -> NDArray[np.int64]:
    """What `sort:date` goes by: when each was taken, or added where nothing tells that."""
    return np.where(rows["taken"] == columns.UNKNOWN, rows["added"], rows["taken"])


def _changed(sql: sqlite3.Connection, since: int) -> Ids | None:
    """The images that may look otherwise; None if that may be any."""
    if not changes.reaches(sql, since):
        return None
    rows = sql.execute("SELECT DISTINCT entity_id FROM changes WHERE seq > ? AND entity = 'image'", (since,)).fetchall()
    return np.array([image for (image,) in rows], np.int64) if len(rows) <= MANY else None


def _read(sql: sqlite3.Connection) -> Rows:
    return _filled(_empty(0), columns.from_afar(sql), columns.palettes(sql))


def _updated(sql: sqlite3.Connection, known: Rows, changed: Ids) -> Rows:
    """New ones; the old ones are never changed."""
    fresh = known.copy()
    fresh["width"][changed[changed < len(fresh)]] = 0
    return _filled(fresh, columns.from_afar(sql, changed), columns.palettes(sql, changed))


def _filled(made: Rows, found: columns.FromAfar, palettes: columns.Palettes) -> Rows:
    lacking = int(found.images.max(initial=-1)) + 1 - len(made)
    if lacking > 0:
        made = np.concatenate((made, _empty(lacking)))
    made["width"][found.images] = found.widths
    made["height"][found.images] = found.heights
    made["taken"][found.images] = found.taken
    made["added"][found.images] = found.added
    made["content"][found.images] = found.contents
    made["colour"][palettes.images] = packed(palettes.first)
    return made


def _empty(count: int) -> Rows:
    made = np.zeros(count, ROW)
    made["colour"] = UNSEEN
    return made
