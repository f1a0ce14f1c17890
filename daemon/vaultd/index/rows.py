"""Which row of an index holds which image, where rows are only ever appended and the dead are left as tombstones."""

from __future__ import annotations

from typing import Self, TypeVar

import numpy as np
from numpy.typing import NDArray

T = TypeVar("T", np.int64, np.bool_)


class Rows:
    """Images by row and rows by image. Appending, dropping and looking up cost the same at any size."""

    def __init__(self) -> None:
        self._image = np.empty(0, np.int64)
        self._row = np.empty(0, np.int64)
        self._lives = np.empty(0, np.bool_)
        self._count = 0
        self._alive = 0

    @property
    def count(self) -> int:
        """Rows, tombstones included."""
        return self._count

    @property
    def alive(self) -> int:
        """Images that have a row."""
        return self._alive

    @classmethod
    def replayed(cls, log: NDArray[np.int64]) -> Self:
        """The rows that a log leaves: an image was given the next row, ~image was dropped, in this order."""
        made = cls()
        if len(log) == 0:
            return made
        is_put = log >= 0
        images = np.where(is_put, log, ~log)
        made._image = log[is_put]
        made._count = len(made._image)
        made._row = np.full(int(images.max()) + 1, -1, np.int64)
        made._row[images] = np.where(is_put, np.cumsum(is_put) - 1, -1)  # of several, the last one stays
        made._lives = made._row[made._image] == np.arange(made._count)
        made._alive = int(np.count_nonzero(made._lives))
        return made

    def append(self, images: NDArray[np.int64]) -> None:
        """Gives each of these images, all different, the next row; a row that it had becomes a tombstone."""
        if len(images) == 0:
            return
        self.drop(images)
        self._image = _grown(self._image, self._count + len(images), 0)
        self._row = _grown(self._row, int(images.max()) + 1, -1)
        self._lives = _grown(self._lives, self._count + len(images), False)
        rows = np.arange(self._count, self._count + len(images))
        self._image[rows] = images
        self._row[images] = rows
        self._lives[rows] = True
        self._count += len(images)
        self._alive += len(images)

    def drop(self, images: NDArray[np.int64]) -> None:
        """Makes the rows of these images tombstones; those that have none stay so."""
        rows = self.of(images)
        known = images[rows >= 0]
        self._lives[rows[rows >= 0]] = False
        self._row[known] = -1
        self._alive -= len(known)

    def of(self, images: NDArray[np.int64]) -> NDArray[np.int64]:
        """The row of each image, -1 where it has none."""
        rows = np.full(len(images), -1, np.int64)
        inside = (images >= 0) & (images < len(self._row))
        rows[inside] = self._row[images[inside]]
        return rows

    def images(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """The image of each of these rows."""
        return self._image[rows]

    def living(self) -> NDArray[np.bool_]:
        """bool [count]: which rows are no tombstones. A view, that later drops change."""
        return self._lives[: self._count]

    def alive_rows(self) -> NDArray[np.int64]:
        """The rows that are no tombstones, ascending."""
        return np.flatnonzero(self.living())


def _grown(array: NDArray[T], size: int, fill: int) -> NDArray[T]:
    """The array with room for `size` entries; it doubles, so that growing by one costs nothing on average."""
    if size <= len(array):
        return array
    larger = np.full(max(size, 2 * len(array), 64), fill, array.dtype)
    larger[: len(array)] = array
    return larger
