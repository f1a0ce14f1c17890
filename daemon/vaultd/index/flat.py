"""All half floats of a small library in FAISS's own memory: nothing is guessed, and nothing is missed."""

from __future__ import annotations

from typing import Any

import faiss
import numpy as np
from numpy.typing import NDArray

from vaultd.index.alone import alone
from vaultd.index.vector import Halves, Vectors

_FAISS: Any = faiss  # its stubs describe the C++ signatures, not those that Python is given


class Flat:
    """Rows of half floats, only appended. Not safe to ask while it is changed."""

    def __init__(self, dimension: int) -> None:
        self._codes = _FAISS.IndexScalarQuantizer(
            dimension, _FAISS.ScalarQuantizer.QT_fp16, _FAISS.METRIC_INNER_PRODUCT
        )

    def __len__(self) -> int:
        return int(self._codes.ntotal)

    def add(self, halves: Halves) -> None:
        """Appends rows float16 [n, dimension]."""
        if len(halves):
            rows = np.ascontiguousarray(halves, "<f2")
            self._codes.add_sa_codes(rows.view(np.uint8).reshape(len(rows), -1))

    def clear(self) -> None:
        """Drops all rows, and keeps their memory for the next ones."""
        self._codes.reset()

    def nearest(
        self, vector: Vectors, count: int, wanted: NDArray[np.bool_] | None = None
    ) -> tuple[NDArray[np.int64], Vectors]:
        """At most `count` rows and their inner products, best first. `wanted`, bool [rows]: only these."""
        query, count = np.ascontiguousarray(vector[None], np.float32), min(count, len(self))
        if count == 0:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        alone()
        if wanted is None:
            found, rows = self._codes.search(query, count)
        else:
            bits = np.packbits(wanted, bitorder="little")
            selector = _FAISS.IDSelectorBitmap(bits)
            found, rows = self._codes.search(query, count, params=_FAISS.SearchParameters(sel=selector))
        there = rows[0] >= 0
        return rows[0][there], found[0][there]
