"""Pictures that are nearly the same as a better hit stand behind it, so that copies do not flood an answer.

Which are the same, and what stands behind what, is what vaultd.duplicates says of the whole library, too.
"""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import looks, shown
from vaultd.duplicates import stars
from vaultd.duplicates.same import LEAST_CONTRAST, MOST_BITS, same
from vaultd.index.vector import Ids


def grouped(sql: sqlite3.Connection, images: Ids) -> tuple[Ids, Ids]:
    """The images (best first) without those that stand behind a better one, and how many stand behind each kept one.

    The first of the same pictures is kept, before that the first that can be opened now, and the order stays. What was
    not looked at yet stands alone.
    """
    leaders = led(sql, images)
    kept = np.flatnonzero(leaders == np.arange(len(images)))
    return images[kept], np.bincount(leaders, minlength=len(images))[kept] - 1


def ungrouped(images: Ids) -> tuple[Ids, Ids]:
    """The same of an answer that is not to be grouped (`group:no`, or nothing in it ranks): nothing stands behind."""
    return images, np.zeros(len(images), np.int64)


def led(sql: sqlite3.Connection, images: Ids) -> Ids:
    """The place in `images` of the kept one that each stands behind: its own, if it is kept."""
    places, words = looks.hashes_of(sql, images, LEAST_CONTRAST)
    away = shown.away(sql, images[places])
    if away.any():
        order = np.argsort(away, kind="stable")
        places, words = places[order], words[order]
    telling = images[places]

    def alike(first: Ids, second: Ids, apart: Ids) -> NDArray[np.bool_]:
        """Only of the few whose hashes are near the rest is read."""
        some, rows = np.unique(np.concatenate((first, second)), return_inverse=True)
        return same(looks.details_of(sql, telling[some]), rows[: len(first)], rows[len(first) :], apart)

    leaders = np.arange(len(images))
    leaders[places] = places[stars.led(words, MOST_BITS, alike)]
    return leaders
