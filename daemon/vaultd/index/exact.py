"""The nearest vectors in plain numpy: what every vector index must agree with."""

from __future__ import annotations

import numpy as np

from vaultd.index.vector import Halves, Ids, Vectors


class ExactIndex:
    """A `VectorIndex` that multiplies with everything. For small libraries and for judging the other ones."""

    def __init__(self, dimension: int) -> None:
        self.dimension = dimension
        self._images: Ids = np.empty(0, np.int64)
        self._halves: Halves = np.empty((0, dimension), np.float16)

    def __len__(self) -> int:
        return len(self._images)

    def put(self, images: Ids, vectors: Vectors) -> None:
        self.drop(images)
        self._images = np.concatenate([self._images, images])
        self._halves = np.concatenate([self._halves, vectors.astype(np.float16)])

    def drop(self, images: Ids) -> None:
        kept = ~np.isin(self._images, images)
        self._images, self._halves = self._images[kept], self._halves[kept]

    def clear(self) -> None:
        self._images, self._halves = self._images[:0], self._halves[:0]

    def nearest(self, vector: Vectors, count: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        wanted = np.ones(len(self), np.bool_) if among is None else np.isin(self._images, among)
        images = self._images[wanted]
        similarities = self._halves[wanted].astype(np.float32) @ vector.astype(np.float32)
        order = np.lexsort((images, -similarities))[:count]
        return images[order], similarities[order]

    def reaching(
        self, vector: Vectors, cut: float, most: int | None = None, among: Ids | None = None
    ) -> tuple[Ids, Vectors]:
        images, similarities = self.nearest(vector, len(self) if most is None else most, among)
        reached = similarities >= cut
        return images[reached], similarities[reached]

    def similarities(self, images: Ids, vector: Vectors) -> tuple[Ids, Vectors]:
        places = {image: place for place, image in enumerate(self._images.tolist())}
        held = images[np.isin(images, self._images)]
        rows = [places[image] for image in held.tolist()]
        return held, self._halves[rows].astype(np.float32) @ vector.astype(np.float32)

    def contents(self) -> tuple[Ids, Halves]:
        return self._images, self._halves

    def compact(self) -> None:
        """There are no tombstones here."""
