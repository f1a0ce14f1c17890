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
from vaultd.index import kept
from vaultd.index.documents import documents
from vaultd.index.text import TextIndex
from vaultd.index.vector import AT_ONCE, VectorIndex

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
    """The file in which a model's vectors are kept."""
    return folder / f"{of_vectors(model)}.vectors"


class FollowedVectors:
    """The vectors of one model. They are kept seldom: applying changes again costs less than writing the file."""

    def __init__(self, index: VectorIndex, model: Model, folder: Path) -> None:
        self.name = of_vectors(model.id)
        self._index = index
        self._model = model
        self._path = vectors_path(folder, model.id)
        self._unkept = 0
        self._kept_at = time.monotonic()

    def restore(self, generation: str) -> int:
        position, images, halves = kept.read(
            self._path, generation=generation, model=self._identity(), dimension=self._model.dimension
        )
        self._index.clear()
        for start in range(0, len(images), AT_ONCE):
            part = slice(start, start + AT_ONCE)
            self._index.put(images[part], halves[part].astype(np.float32))
        return position

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
        self._index.compact()
        self._unkept += len(images)

    def commit(self, generation: str, position: int) -> bool:
        if position == UNBUILT:
            return False
        many = self._unkept >= max(KEEP_AFTER_ROWS, len(self._index) // 10)
        old = self._unkept > 0 and time.monotonic() - self._kept_at >= KEEP_AFTER_S
        if many or old:
            self._keep(generation, position)
        return many or old

    def finish(self, generation: str, position: int) -> None:
        if position != UNBUILT:
            self._keep(generation, position)

    def _keep(self, generation: str, position: int) -> None:
        images, halves = self._index.contents()
        kept.keep(self._path, images, halves, generation=generation, position=position, model=self._identity())
        self._unkept, self._kept_at = 0, time.monotonic()

    def _identity(self) -> str:
        return self._model.title


class FollowedTexts:
    """What is written about every image."""

    name = "text"

    def __init__(self, index: TextIndex) -> None:
        self._index = index

    def restore(self, generation: str) -> int:
        return self._index.restore(generation)

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
