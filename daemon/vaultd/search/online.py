"""Which images can be opened now, and which are private, kept in memory: it is asked of all that a search finds.

Where pictures on volumes that are away are shown, they count as if they could be opened. The catalog decides
(`vaultd.catalog.shown`, `vaultd.catalog.privacy.IS_PRIVATE`); what changed since the last question is read from its
change log.
"""

from __future__ import annotations

import json
import sqlite3
import threading

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import changes
from vaultd.catalog.privacy import HAS_PRIVATE
from vaultd.catalog.shown import ON_SHOWN_VOLUME
from vaultd.catalog.store import position
from vaultd.index.vector import Ids

MANY = 10_000
"""So many changed images are not read one by one."""

_STANDING = f"""files.state = 'present' AND files.volume IN (SELECT id FROM volumes WHERE {ON_SHOWN_VOLUME})
    AND files.root IN (SELECT id FROM roots WHERE removed_at IS NULL)"""

Mask = NDArray[np.bool_]
NONE: Ids = np.empty(0, np.int64)


class Online:
    """The images that are online, as of the newest state that somebody asked for. Any thread may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = -1
        self._online: Mask = np.zeros(1, np.bool_)
        self._shown = self._online

    def of(self, sql: sqlite3.Connection, *, private: bool = True) -> Mask:
        """bool [largest id + 1]: whether each image is online, and without `private` is not that either.

        It never changes afterwards.
        """
        with self._lock:
            at = position(sql)
            if at > self._at:
                self._online, self._at = self._renewed(sql), at
                self._shown = _public(sql, self._online)
            return self._online if private else self._shown

    def _renewed(self, sql: sqlite3.Connection) -> Mask:
        if self._at < 0 or not changes.reaches(sql, self._at):
            return _read(sql)
        changed = sql.execute(
            "SELECT DISTINCT entity, entity_id FROM changes WHERE seq > ? AND entity IN ('image', 'root')", (self._at,)
        ).fetchall()
        if len(changed) > MANY or any(entity == "root" for entity, _ in changed):
            return _read(sql)
        return _updated(sql, self._online, [image for _, image in changed]) if changed else self._online


def chosen(online: Mask, images: Ids) -> Ids:
    """Those of these images that are online, ascending."""
    known = np.unique(images[(images >= 0) & (images < len(online))])
    return known[online[known]]


def _public(sql: sqlite3.Connection, online: Mask) -> Mask:
    """The same, but for the private ones."""
    rows = sql.execute(f"SELECT image FROM files WHERE image IS NOT NULL AND {HAS_PRIVATE}").fetchall()
    return _marked(online, np.array([image for (image,) in rows], np.int64), NONE) if rows else online


def _read(sql: sqlite3.Connection) -> Mask:
    """One text of all ids: a million rows of one number each take twice as long."""
    (ids,) = sql.execute(f"SELECT group_concat(image) FROM files WHERE image IS NOT NULL AND {_STANDING}").fetchone()
    return _marked(np.zeros(1, np.bool_), NONE, np.fromstring(ids or "", np.int64, sep=","))


def _updated(sql: sqlite3.Connection, online: Mask, changed: list[int]) -> Mask:
    rows = sql.execute(
        "SELECT files.image FROM json_each(?) AS given CROSS JOIN files ON files.image = given.value"
        f" WHERE {_STANDING}",
        (json.dumps(changed),),
    ).fetchall()
    return _marked(online, np.array(changed, np.int64), np.array([image for (image,) in rows], np.int64))


def _marked(online: Mask, gone: Ids, back: Ids) -> Mask:
    """A new one, with some images switched off, then some on."""
    made = np.zeros(max(len(online), int(back.max(initial=0)) + 1), np.bool_)
    made[: len(online)] = online
    made[gone[gone < len(made)]] = False
    made[back] = True
    return made
