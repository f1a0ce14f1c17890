"""Answers that are kept for a while, so that pages and folders of one answer fit together."""

from __future__ import annotations

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from vaultd.index.vector import Ids
from vaultd.query import Query
from vaultd.search.fuse import Floats
from vaultipc.errors import NotFound
from vaultipc.messages import Level, Side

KEPT_S = 600.0
MOST = 512
MOST_IMAGES = 1_000_000
"""So many images at most are in all answers together, of 32 bytes each."""
FEWEST = 16
"""So many answers are kept in any case."""
FRESH_S = 1.0
"""For so long the same question gets the same answer, if the catalog did not change meanwhile."""
SETTLED_S = KEPT_S / 2
"""For so long it does if the indexes had followed the catalog: half as long as it is kept, so that pages are left."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The images shown, in order; for each, how many nearly identical ones stand behind it; and all of them, `whole`,
    those behind included where no limit left any out."""

    images: Ids
    behind: Ids
    whole: Ids


@dataclass(frozen=True)
class Snapshot:
    """An ordered answer as it was.

    `key` is the question that it answers, `text` how it was written, `model` the one that was asked; `scores` are those
    of the images shown, in order. `settled`: both indexes had followed the catalog to `seq`, so that the answer stays
    the same until the catalog changes.
    """

    key: tuple[str, ...]
    seq: int
    text: str
    query: Query
    only: Side | None
    level: Level
    model: str
    answered: Answered
    scores: Floats | None
    cut: float | None
    notes: tuple[str, ...]
    prefer: Callable[[bytes], bool] | None = None
    settled: bool = False
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    made_at: float = field(default_factory=time.monotonic)

    @property
    def images(self) -> Ids:
        """The images shown, in order."""
        return self.answered.images

    @property
    def size(self) -> int:
        """How many images it holds."""
        return len(self.answered.whole)


class Snapshots:
    """The latest answers, by name."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Snapshot] = OrderedDict()
        self._images = 0

    def keep(self, snapshot: Snapshot) -> None:
        """Keeps an answer, dropping those that were not asked for the longest if there are too many."""
        self._kept[snapshot.name] = snapshot
        self._images += snapshot.size
        while len(self._kept) > MOST or (self._images > MOST_IMAGES and len(self._kept) > FEWEST):
            self._forget(next(iter(self._kept)))

    def get(self, name: str) -> Snapshot:
        """The answer of this name. Raises NotFound once it is no longer kept."""
        snapshot = self._kept.get(name)
        if snapshot is None or time.monotonic() - snapshot.made_at > KEPT_S:
            self._forget(name)
            raise NotFound("this answer is no longer kept", hint="search again, without the snapshot")
        self._kept.move_to_end(name)
        return snapshot

    def fresh(self, key: tuple[str, ...], seq: int) -> Snapshot | None:
        """An answer to this very question that is still the one to give."""
        now = time.monotonic()
        for snapshot in reversed(self._kept.values()):
            lasts = SETTLED_S if snapshot.settled else FRESH_S
            if snapshot.key == key and snapshot.seq == seq and now - snapshot.made_at <= lasts:
                return snapshot
        return None

    def _forget(self, name: str) -> None:
        dropped = self._kept.pop(name, None)
        self._images -= 0 if dropped is None else dropped.size
