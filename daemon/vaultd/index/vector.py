"""Vectors that can be asked for the nearest ones.

`VectorIndex` is what every implementation offers. `vaultd.index.growing` is the one that the daemon uses;
`vaultd.index.exact` holds the same promises in plain numpy. Similarities are inner products with the half floats that
the catalog holds, whatever is behind them; a large index may miss a picture now and then.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.int64]
Vectors = NDArray[np.float32]
Halves = NDArray[np.float16]


class VectorIndex(Protocol):
    """Images and their vectors of length one. One thread may change it while others ask."""

    dimension: int

    def __len__(self) -> int:
        """How many images it holds."""
        ...

    def put(self, images: Ids, vectors: Vectors) -> None:
        """Sets the vectors [n, dimension] of n different images, replacing those they had."""
        ...

    def drop(self, images: Ids) -> None:
        """Forgets these images; those it does not hold are ignored."""
        ...

    def clear(self) -> None:
        """Forgets everything."""
        ...

    def nearest(self, vector: Vectors, count: int, among: Ids | None = None) -> tuple[Ids, Vectors]:
        """The at most `count` images nearest to a vector [dimension], and their inner products, best first.

        Equal ones are ordered by image. `among`: only these images are considered.
        """
        ...

    def reaching(
        self, vector: Vectors, cut: float, most: int | None = None, among: Ids | None = None
    ) -> tuple[Ids, Vectors]:
        """The images whose inner product with a vector [dimension] is at least `cut`, at most `most` of the best.

        Ordered as by `nearest`; `among` as there.
        """
        ...

    def similarities(self, images: Ids, vector: Vectors) -> tuple[Ids, Vectors]:
        """Those of these images that it holds, in their order, and their inner products with a vector [dimension]."""
        ...

    def contents(self) -> tuple[Ids, Halves]:
        """Every image, and its vector as half floats [n, dimension]; valid until the next change."""
        ...

    def compact(self) -> None:
        """Drops tombstones if there are enough of them to matter, and suits the index to its size.

        Questions are answered meanwhile.
        """
        ...
