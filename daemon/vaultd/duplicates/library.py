"""The groups of what the catalog shows, brought up to date whenever they are asked for."""

from __future__ import annotations

import math
import sqlite3
import time

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import changes, looks
from vaultd.catalog.copies import copies_of, shown_hashes
from vaultd.catalog.store import position
from vaultd.duplicates import best
from vaultd.duplicates.groups import Groups
from vaultd.duplicates.same import COLUMNS, LEAST_CONTRAST, MOST_BITS, same
from vaultd.index.vector import Ids

MANY = 300
"""Where the change log says more, all is grouped anew: each picture by itself costs some milliseconds."""


class SamePictures:
    """Which images are the same picture, of those that can be opened now, are not private and were looked at.

    Nothing is held, and nothing done, before somebody asks. To be used by one thread at a time.
    """

    def __init__(self) -> None:
        self._position = 0
        self._groups: Groups
        self._told: list[list[int]] = []
        self._told_at = -math.inf

    def groups(self, sql: sqlite3.Connection) -> list[list[int]]:
        """Every group, its best copy first; the groups by their best's id.

        The first time, and after a disk or a folder came or went, all pictures are grouped: a hundred thousand in two
        seconds.
        """
        now, known, shown = position(sql), self._position, _Shown(sql)
        self._position = 0  # if this fails, what is done by half is worth nothing
        if not (known and changes.only_images(sql, known) and self._follow(shown, known, now)):
            self._groups = Groups(COLUMNS, MOST_BITS)
            self._groups.fill(shown, *shown_hashes(sql, LEAST_CONTRAST))
        self._position = now
        self._told, self._told_at = self._groups.groups(), time.monotonic()
        return self._told

    def told_within(self, seconds: float) -> list[list[int]] | None:
        """The groups as they were told so long ago at most, None if they were not. Any thread may ask."""
        return self._told if time.monotonic() - self._told_at <= seconds else None

    def _follow(self, shown: _Shown, known: int, now: int) -> bool:
        """Does what the change log says, unless that is much."""
        if now - known > MANY:
            return False
        said = changes.after(shown.sql, known, MANY)
        changed = sorted({change.entity_id for change in said if change.entity == "image"})
        images, words = shown_hashes(shown.sql, LEAST_CONTRAST, changed)
        self._groups.drop(shown, *np.setdiff1d(changed, images).tolist())
        for image, word in zip(images.tolist(), words, strict=True):
            self._groups.put(shown, image, word)
        return True


class _Shown:
    """The pictures as one committed state of the catalog has them."""

    def __init__(self, sql: sqlite3.Connection) -> None:
        self.sql = sql

    def ranks(self, images: Ids) -> best.Ranks:
        return best.ranks(copies_of(self.sql, images))

    def alike(self, first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
        """Only of the few whose hashes are near the rest is read."""
        some, rows = np.unique(np.concatenate((first, second)), return_inverse=True)
        return same(looks.details_of(self.sql, some), rows[: len(first)], rows[len(first) :], bits)
