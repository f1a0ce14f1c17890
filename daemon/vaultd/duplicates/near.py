"""An index of hashes that are near: adding, dropping and asking cost the same at any number of pictures.

Rows that have a key in common are chained, the last one first, in tables of numpy; a dropped row stays in its chains as
a tombstone until there are more of those than of living ones. FAISS's IndexBinaryMultiHash finds one picture's as fast,
but forgets nothing that was added; where all pairs are wanted, vaultd.duplicates.pairs is sixty times as fast as asking
for one after the other (benchmarks/duplicates.py).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vaultd.duplicates.keys import Division, Keys, Words, apart
from vaultd.index.rows import Rows
from vaultd.index.vector import Ids

_AT_ONCE = 256
"""Hashes that are looked for at once."""
_SMALLEST = 1024
"""Tombstones are swept only where there are more rows."""


class NearIndex:
    """Images and their hashes, each a row of `columns` words. Not safe to ask while it is changed.

    A link is row * parts + part: the place of a row in the chain of its key in this part; -1 ends a chain.
    """

    _rows: Rows
    _words: Words
    _heads: NDArray[np.int32]
    _before: NDArray[np.int32]

    def __init__(self, columns: int, radius: int) -> None:
        self._division = Division(columns, radius)
        self._clear()

    def __len__(self) -> int:
        """How many images it holds."""
        return self._rows.alive

    def put(self, images: Ids, words: Words) -> None:
        """Sets the hashes [n, columns] of n different images, replacing those they had."""
        self._append(images, words)
        self._sweep()

    def drop(self, images: Ids) -> None:
        """Forgets these images; those it does not hold are ignored."""
        self._rows.drop(images)
        self._sweep()

    def words(self, images: Ids) -> Words:
        """uint64 [n, columns]: the hashes of images that it holds."""
        return self._words[self._rows.of(images)]

    def near(self, words: Words) -> tuple[Ids, Ids, Ids]:
        """What lies within the radius of hashes [n, columns], in three columns, by the first and then by the second.

        Which of the hashes, which image, and in how many bits they differ.
        """
        found = [self._near(words[start : start + _AT_ONCE], start) for start in range(0, len(words), _AT_ONCE)]
        found.append((np.empty(0, np.int64),) * 3)
        asked, images, bits = (np.concatenate(column) for column in zip(*found, strict=True))
        return asked, images, bits

    def _near(self, words: Words, start: int) -> tuple[Ids, Ids, Ids]:
        asked, rows = self._candidates(self._division.keys(words))
        bits = apart(words[asked], self._words[rows])
        near = (bits <= self._division.radius) & self._rows.living()[rows]
        asked, images, bits = asked[near], self._rows.images(rows[near]), bits[near]
        order = np.lexsort((images, asked))
        asked, images, bits = asked[order], images[order], bits[order]
        is_new = np.append(True, (asked[1:] != asked[:-1]) | (images[1:] != images[:-1]))[: len(asked)]
        return asked[is_new] + start, images[is_new], bits[is_new]

    def _candidates(self, keys: Keys) -> tuple[Ids, Ids]:
        """Which of the columns of keys [parts, n] may be near which row, some pairs more than once."""
        parts, count = keys.shape
        probes = keys[:, :, None] ^ self._division.flips
        links = np.concatenate([heads[probed.ravel()] for heads, probed in zip(self._heads, probes, strict=True)])
        asked = np.tile(np.repeat(np.arange(count), probes.shape[2]), parts)
        found = [(asked[:0], links[:0])]
        while len(links):
            there = np.flatnonzero(links >= 0)
            links, asked = links[there], asked[there]
            found.append((asked, links))
            links = self._before[links]
        asked, links = (np.concatenate(column) for column in zip(*found, strict=True))
        return asked, links // parts

    def _append(self, images: Ids, words: Words) -> None:
        start, count, parts = self._rows.count, len(images), self._division.parts
        self._rows.append(images)
        self._reserve(start + count)
        rows = np.arange(start, start + count)
        self._words[rows] = words
        for part, keys in enumerate(self._division.keys(words)):
            order = np.argsort(keys, kind="stable")
            keys, links = keys[order], rows[order] * parts + part
            is_first = np.append(True, keys[1:] != keys[:-1])[:count]
            is_last = np.append(is_first[1:], True)[:count]
            self._before[links] = np.where(is_first, self._heads[part, keys], np.append(-1, links)[:count])
            self._heads[part, keys[is_last]] = links[is_last]

    def _reserve(self, rows: int) -> None:
        """Makes room for so many rows; it doubles, so that growing by one costs nothing on average."""
        if rows <= len(self._words):
            return
        more = max(rows, 2 * len(self._words), 64) - len(self._words)
        self._words = np.concatenate((self._words, np.zeros((more, self._division.columns), np.uint64)))
        self._before = np.concatenate((self._before, np.full(more * self._division.parts, -1, np.int32)))

    def _sweep(self) -> None:
        """Begins anew without tombstones, if they are more than half of all rows."""
        if self._rows.count <= max(_SMALLEST, 2 * self._rows.alive):
            return
        rows = self._rows.alive_rows()
        images, words = self._rows.images(rows), self._words[rows]
        self._clear()
        self._append(images, words)

    def _clear(self) -> None:
        division = self._division
        self._rows = Rows()
        self._words = np.empty((0, division.columns), np.uint64)
        self._heads = np.full((division.parts, division.places), -1, np.int32)
        self._before = np.empty(0, np.int32)
