"""The groups of a library as it changes, one picture at a time: the same that `stars.led` finds in all of it at once.

Whom a picture stands behind depends on better pictures only. So after a change those whose answer may be another are
asked again, the best first: the pictures near one whose standing changed. Beside a million others a picture costs what
it costs beside a thousand.
"""

from __future__ import annotations

import heapq
from bisect import bisect
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from vaultd.duplicates import best
from vaultd.duplicates.keys import Words
from vaultd.duplicates.near import NearIndex
from vaultd.duplicates.pairs import near_pairs
from vaultd.duplicates.stars import led
from vaultd.index.vector import Ids

Rank = tuple[int, ...]


class Library(Protocol):
    """What groups ask about pictures that are in them or about to be; a change is told with the library after it."""

    def ranks(self, images: Ids) -> best.Ranks:
        """How good a copy each is; see vaultd.duplicates.best."""
        ...

    def alike(self, first: Ids, second: Ids, bits: Ids) -> NDArray[np.bool_]:
        """Which pairs, whose hashes differ in so few bits, are the same picture, whichever of the two comes first."""
        ...


class Groups:
    """Which pictures stand behind which better copy. Not safe to ask while they are changed."""

    def __init__(self, columns: int, radius: int) -> None:
        self._index = NearIndex(columns, radius)
        self._radius = radius
        self._leader: dict[int, int] = {}
        self._behind: dict[int, set[int]] = {}

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
        for place in np.flatnonzero(leaders != np.arange(len(images))).tolist():
            self._put_behind(int(images[place]), int(images[leaders[place]]))

    def put(self, library: Library, image: int, words: Words) -> None:
        """Adds a picture and its hashes [columns]; also when its hashes, or how good a copy it is, became others."""
        self.drop(library, image)
        self._index.put(np.array([image]), words[None])
        self._leader[image] = image  # so it is not kept yet, and that it is will be news
        self._settle(library, [image])

    def drop(self, library: Library, *images: int) -> None:
        """Forgets pictures, which the library need not know any more; those that are not held are ignored."""
        self._index.drop(np.array(images, np.int64))
        left: set[int] = set()
        for image in images:
            self._keep(image)
            left |= self._behind.get(image, set())
        self._settle(library, sorted(left - set(images)))

    def leader(self, image: int) -> int:
        """The better copy that a picture stands behind, or itself."""
        return self._leader.get(image, image)

    def groups(self) -> list[list[int]]:
        """Every group of two or more, its best copy first, then the others by id; the groups by their best's id."""
        return [[leader, *sorted(self._behind[leader])] for leader in sorted(self._behind)]

    def _settle(self, library: Library, images: list[int]) -> None:
        """Asks anew whom these stand behind, and then whoever is touched by that.

        The best is asked first, so that all who decide about one are decided before it.
        """
        waiting = sorted(zip(_ranks(library, images), images, strict=True))
        while waiting:
            rank, image = heapq.heappop(waiting)
            near = self._same_as(library, image)
            ranked = sorted(zip(_ranks(library, near), near, strict=True))
            leader = next((one for its, one in ranked if its < rank and one not in self._leader), image)
            was_kept = image not in self._leader
            self._keep(image) if leader == image else self._put_behind(image, leader)
            if was_kept != (leader == image):
                for worse in ranked[bisect(ranked, (rank, image)) :]:
                    heapq.heappush(waiting, worse)

    def _same_as(self, library: Library, image: int) -> list[int]:
        """All that are the same picture as this one."""
        _, near, bits = self._index.near(self._index.words(np.array([image])))
        near, bits = near[near != image], bits[near != image]
        return near[library.alike(np.full_like(near, image), near, bits)].tolist() if len(near) else []

    def _put_behind(self, image: int, leader: int) -> None:
        self._keep(image)
        self._leader[image] = leader
        self._behind.setdefault(leader, set()).add(image)

    def _keep(self, image: int) -> None:
        """Lets a picture stand behind none."""
        leader = self._leader.pop(image, image)
        group = self._behind.get(leader, set())
        group.discard(image)
        if not group:
            self._behind.pop(leader, None)


def _ranks(library: Library, images: list[int]) -> list[Rank]:
    if not images:
        return []
    return [tuple(rank) for rank in library.ranks(np.array(images, np.int64)).tolist()]
