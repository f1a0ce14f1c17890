"""The groups of a library as it changes, one picture at a time: the same that `stars.led` finds in all of it at once.

Beside a million others a picture costs what it costs beside a thousand.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vaultd.duplicates import best
from vaultd.duplicates.keys import Words
from vaultd.duplicates.near import NearIndex
from vaultd.duplicates.pairs import near_pairs
from vaultd.duplicates.standing import Ranked, Standing
from vaultd.duplicates.stars import led
from vaultd.index.vector import Ids


class Library(Ranked, Protocol):
    """What groups ask about pictures that are in them or about to be; a change is told with the library after it."""

    def alike(self, first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
        """Which pairs, whose hashes differ in so few bits, are the same picture, whichever of the two comes first."""
        ...


class Groups(Standing[Library]):
    """Which pictures stand behind which better copy, by their hashes. Not safe to ask while they are changed."""

    def __init__(self, columns: int, radius: int) -> None:
        super().__init__()
        self._index = NearIndex(columns, radius)
        self._radius = radius

    def fill(self, library: Library, images: Ids, words: Words) -> None:
        """Takes these pictures [n] and their hashes [n, columns] into groups that are empty."""
        self._index.put(images, words)
        pairs = near_pairs(words, self._radius)
        if pairs is not None:  # else there are so many that leaving out the others is not worth while
            near = np.unique(np.concatenate(pairs[:2]))
            images, words = images[near], words[near]
        order = best.order(library.ranks(images))
        images, words = images[order], words[order]
        leaders = led(
            words, self._radius, lambda first, second, bits: library.alike(images[first], images[second], bits)
        )
        self.take(images, leaders)

    def put(self, library: Library, image: int, words: Words) -> None:
        """Adds a picture and its hashes [columns]; also when its hashes, or how good a copy it is, became others."""
        self.drop(library, image)
        self._index.put(np.array([image]), words[None])
        self.join(library, image)

    def drop(self, library: Library, *images: int) -> None:
        """Forgets pictures, which the library need not know any more; those that are not held are ignored."""
        self._index.drop(np.array(images, np.int64))
        self.leave(library, *images)

    def near(self, library: Library, image: int) -> list[int]:
        """All that are the same picture as this one."""
        _, near, bits = self._index.near(self._index.words(np.array([image])))
        near, bits = near[near != image], bits[near != image]
        return near[library.alike(np.full_like(near, image), near, bits)].tolist() if len(near) else []
