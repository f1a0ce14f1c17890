"""The groups of what the catalog holds, as it is now."""

from __future__ import annotations

import sqlite3

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import looks
from vaultd.catalog.copies import copies_of, shown_hashes
from vaultd.duplicates import best
from vaultd.duplicates.pairs import near_pairs
from vaultd.duplicates.same import LEAST_CONTRAST, MOST_BITS, same
from vaultd.duplicates.stars import led
from vaultd.index.vector import Ids


def same_pictures(sql: sqlite3.Connection) -> list[list[int]]:
    """The groups of images that are the same picture and can be opened now, each with its best copy first.

    The groups come by their best's id. What was not looked at yet, and what is private, is in none. A million pictures
    take some ten seconds, a hundred thousand about one.
    """
    images, words = shown_hashes(sql, LEAST_CONTRAST)
    pairs = near_pairs(words, MOST_BITS)
    if pairs is not None:  # else there are so many that it is not worth leaving some out
        near = np.unique(np.concatenate(pairs[:2]))
        images, words = images[near], words[near]
    order = best.order(best.ranks(copies_of(sql, images)))
    images, words = images[order], words[order]

    def alike(first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
        some, rows = np.unique(np.concatenate((first, second)), return_inverse=True)
        return same(looks.details_of(sql, images[some]), rows[: len(first)], rows[len(first) :], bits)

    leaders = led(words, MOST_BITS, alike)
    groups: dict[int, list[int]] = {}
    for place in np.flatnonzero(leaders != np.arange(len(leaders))).tolist():
        groups.setdefault(int(images[leaders[place]]), []).append(int(images[place]))
    return [[leader, *groups[leader]] for leader in sorted(groups)]
