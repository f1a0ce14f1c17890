"""Which row of an index holds which image, where rows are only ever appended and the dead are left as tombstones."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Rows:
    """Images by row and rows by image. Appending, dropping and looking up cost the same at any size."""

    def __init__(self) -> None:
        self._image = np.empty(0, np.int64)
        self._row = np.empty(0, np.int64)
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

    def append(self, images: NDArray[np.int64]) -> None:
        """Gives each of these images, all different, the next row; a row that it had becomes a tombstone."""
        if len(images) == 0:
            return
        self.drop(images)
        self._image = _grown(self._image, self._count + len(images), 0)
        self._row = _grown(self._row, int(images.max()) + 1, -1)
        rows = np.arange(self._count, self._count + len(images))
        self._image[rows] = images
        self._row[images] = rows
        self._count += len(images)
        self._alive += len(images)

    def drop(self, images: NDArray[np.int64]) -> None:
        """Makes the rows of these images tombstones; those that have none stay so."""
        known = images[self.of(images) >= 0]
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
        """bool [count]: which rows are no tombstones."""
        images = self._image[: self._count]
        alive: NDArray[np.bool_] = self._row[images] == np.arange(self._count)
        return alive

    def among(self, images: NDArray[np.int64]) -> NDArray[np.bool_]:
        """bool [count]: which rows are those of these images."""
        mask = np.zeros(self._count, np.bool_)
        rows = self.of(images)
        mask[rows[rows >= 0]] = True
        return mask


def _grown(array: NDArray[np.int64], size: int, fill: int) -> NDArray[np.int64]:
    """The array with room for `size` entries; it doubles, so that growing by one costs nothing on average."""
    if size <= len(array):
        return array
    larger = np.full(max(size, 2 * len(array), 64), fill, np.int64)
    larger[: len(array)] = array
    return larger
