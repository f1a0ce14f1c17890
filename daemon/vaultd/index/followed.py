"""The two indexes as a follower drives them: what to re-read of the catalog, and how to keep the result."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from vaultd.catalog import embeddings
from vaultd.catalog.changes import Change, of_vectors
from vaultd.catalog.models import Model
from vaultd.index.documents import documents
from vaultd.index.growing import GrowingIndex
from vaultd.index.kept import Owner
from vaultd.index.text import TextIndex

UNBUILT = -1
"""The position of an index that does not hold everything yet; the log never reaches back to it."""

KEEP_AFTER_ROWS = 2000
KEEP_AFTER_S = 30.0


class Followed(Protocol):
    """An index that can be brought up to date by re-reading images. Called from one thread at a time."""

    name: str

    def restore(self, generation: str) -> int:
        """Takes up what was kept; returns its position. Raises kept.Unusable where it must be rebuilt."""
        ...

    def check(self) -> None:
        """Looks at what `restore` took up unread, while it is searched already. Raises kept.Unusable if it is damaged.

        Another thread may change the index meanwhile.
        """
        ...

    def clear(self) -> None:
        """Starts from nothing."""
        ...

    def concerns(self, change: Change) -> bool:
        """Whether the image that a change names must be re-read."""
        ...

    def apply(self, sql: sqlite3.Connection, images: Sequence[int]) -> None:
        """Re-reads these different images from the catalog; those that are not there any more are dropped."""
        ...

    def commit(self, generation: str, position: int) -> bool:
        """Shows to searches what was applied; returns whether it was also kept, at this position."""
        ...

    def finish(self, generation: str, position: int) -> None:
        """Keeps what was applied, unless the position is UNBUILT, and ends what runs in the background."""
        ...


def vectors_path(folder: Path, model: int) -> Path:
    """The folder in which a model's vectors are kept."""
    return folder / f"{of_vectors(model)}.vectors"


class FollowedVectors:
    """The vectors of one model. They are kept seldom: applying changes again costs less than waiting for a disk."""

    def __init__(self, index: GrowingIndex, model: Model) -> None:
        self.name = of_vectors(model.id)
        self._index = index
        self._model = model
        self._unkept = 0
        self._kept_at = time.monotonic()

    def restore(self, generation: str) -> int:
        return self._index.restore(self._owner(generation))

    def check(self) -> None:
        self._index.check()

    def clear(self) -> None:
        self._index.clear()
        self._unkept = KEEP_AFTER_ROWS

    def concerns(self, change: Change) -> bool:
        if change.entity == "embedding":
            return change.model == self._model.id
        return change.entity == "image" and change.op == "delete"

    def apply(self, sql: sqlite3.Connection, images: Sequence[int]) -> None:
        found, vectors = embeddings.of(sql, self._model, images)
        self._index.drop(np.setdiff1d(np.array(images, np.int64), found))
        self._index.put(found, vectors)
        self._unkept += len(images)

    def commit(self, generation: str, position: int) -> bool:
        self._index.compact()
        if position == UNBUILT:
            self._index.spill()
            return False
        many = self._unkept >= KEEP_AFTER_ROWS
        old = self._unkept > 0 and time.monotonic() - self._kept_at >= KEEP_AFTER_S
        if many or old:
            self._keep(generation, position)
        return many or old

    def finish(self, generation: str, position: int) -> None:
        if position != UNBUILT:
            self._keep(generation, position)

    def _keep(self, generation: str, position: int) -> None:
        self._index.keep(self._owner(generation), position)
        self._unkept, self._kept_at = 0, time.monotonic()

    def _owner(self, generation: str) -> Owner:
        return Owner(generation, self._model.title, self._model.dimension)


class FollowedTexts:
    """What is written about every image."""

    name = "text"

    def __init__(self, index: TextIndex) -> None:
        self._index = index

    def restore(self, generation: str) -> int:
        return self._index.restore(generation)

    def check(self) -> None:
        """`restore` has looked at everything."""

    def clear(self) -> None:
        self._index.clear()

    def concerns(self, change: Change) -> bool:
        return change.entity == "image"

    def apply(self, sql: sqlite3.Connection, images: Sequence[int]) -> None:
        found = documents(sql, images)
        self._index.drop(set(images) - {document.image for document in found})
        self._index.put(found)

    def commit(self, generation: str, position: int) -> bool:
        self._index.commit(generation, position)
        return True

    def finish(self, generation: str, position: int) -> None:
        if position != UNBUILT:
            self._index.commit(generation, position)
        self._index.close()
