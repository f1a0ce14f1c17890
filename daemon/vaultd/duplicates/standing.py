"""Who stands behind whom, as pictures come and go one at a time.

Whom a picture stands behind depends on better pictures only. So after a change those whose answer may be another are
asked again, the best first: the pictures near one whose standing changed.
"""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from bisect import bisect
from typing import Generic, Protocol, TypeVar

import numpy as np

from vaultd.duplicates import best
from vaultd.index.vector import Ids

Rank = tuple[int, ...]


class Ranked(Protocol):
    """What tells better pictures from worse ones."""

    def ranks(self, images: Ids) -> best.Ranks:
        """How good a copy each is; see vaultd.duplicates.best."""
        ...


L = TypeVar("L", bound=Ranked)


class Standing(ABC, Generic[L]):
    """Stars of pictures: each stands behind the first better one that is near and stands behind none, or by itself."""

    def __init__(self) -> None:
        self._leader: dict[int, int] = {}
        self._behind: dict[int, set[int]] = {}

    @abstractmethod
    def near(self, library: L, image: int) -> list[int]:
        """All others that this picture may stand behind, or that may stand behind it."""

    def take(self, images: Ids, leaders: Ids) -> None:
        """Takes what was found of pictures [n], the best first, all at once: the place of each one's leader."""
        for place in np.flatnonzero(leaders != np.arange(len(images))).tolist():
            self._put_behind(int(images[place]), int(images[leaders[place]]))

    def join(self, library: L, image: int) -> None:
        """Finds the place of a picture that is new."""
        self._leader[image] = image  # so it is not kept yet, and that it is will be news
        self._settle(library, [image])

    def leave(self, library: L, *images: int) -> None:
        """Forgets pictures that are near to none any more, and asks those behind them anew."""
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

    def _settle(self, library: L, images: list[int]) -> None:
        """Asks anew whom these stand behind, and then whoever is touched by that.

        The best is asked first, so that all who decide about one are decided before it.
        """
        waiting = sorted(zip(_ranks(library, images), images, strict=True))
        while waiting:
            rank, image = heapq.heappop(waiting)
            near = self.near(library, image)
            ranked = sorted(zip(_ranks(library, near), near, strict=True))
            leader = next((one for its, one in ranked if its < rank and one not in self._leader), image)
            was_kept = image not in self._leader
            self._keep(image) if leader == image else self._put_behind(image, leader)
            if was_kept != (leader == image):
                for worse in ranked[bisect(ranked, (rank, image)) :]:
                    heapq.heappush(waiting, worse)

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


def _ranks(library: Ranked, images: list[int]) -> list[Rank]:
    if not images:
        return []
    return [tuple(rank) for rank in library.ranks(np.array(images, np.int64)).tolist()]
