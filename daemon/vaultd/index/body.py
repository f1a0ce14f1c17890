"""What an index of any size is made of: its rows, their half floats, and what scans them; in memory and on disk."""

from __future__ import annotations

import threading

import numpy as np
from numpy.typing import NDArray

from vaultd.index.flat import Flat
from vaultd.index.halves import AT_ONCE, HalfRows
from vaultd.index.kept import Parts, Unusable
from vaultd.index.rows import Rows
from vaultd.index.shared import SharedLock
from vaultd.index.sketch import Basis, Sketches
from vaultd.index.vector import Halves, Ids, Vectors

Bits = NDArray[np.bool_]


class Body:
    """The rows of an index, and what scans them. Its parts on disk, None in memory alone:

    `images`: int64, one for each change in order: an image that was given the next row, or ~image for one dropped.
    `halves`: the vectors by row. `basis`, `codes`: of the sketches, where there are any.

    `lock` is held for moments, by who looks at the rows and who changes them; `scanned` for as long as a scan takes.
    """

    def __init__(self, dimension: int, parts: Parts | None, basis: Basis | None = None) -> None:
        self.parts = parts
        self.lock = threading.Lock()
        self.scanned = SharedLock()
        self.rows = Rows()
        self.halves = HalfRows(dimension)
        self.basis = basis
        self.scan: Flat | Sketches = Flat(dimension) if basis is None else Sketches(basis)
        self.fitted_at = 0
        self._dimension = dimension
        self._unspilled: list[Ids] = []

    def put(self, images: Ids, halves: Halves) -> None:
        """Gives these images, all different, the next rows."""
        wide = self.halves.widened(halves) if isinstance(self.scan, Sketches) else None
        with self.scanned.changing(), self.lock:
            if wide is not None and isinstance(self.scan, Sketches):
                self.scan.add(wide)
            elif isinstance(self.scan, Flat):
                self.scan.add(halves)
            self.halves.append(halves)
            self.rows.append(images)
        self._unspilled.append(images.astype(np.int64))

    def drop(self, images: Ids) -> None:
        """Makes the rows of these images tombstones."""
        with self.lock:
            known = images[self.rows.of(images) >= 0]
            self.rows.drop(known)
        self._unspilled.append(~known)

    def rows_of(self, images: Ids) -> NDArray[np.int64]:
        """The rows of those of these images that it holds, ascending."""
        rows = self.rows.of(images)
        return np.unique(rows[rows >= 0])

    def mask(self, rows: NDArray[np.int64] | None) -> Bits | None:
        """bool [rows]: which are these, or alive where none are named; None if that is each of them."""
        if rows is None:
            return None if self.rows.alive == self.rows.count else self.rows.living().copy()
        mask = np.zeros(self.rows.count, np.bool_)
        mask[rows] = True
        return mask

    def sample(self, rows: NDArray[np.int64], count: int) -> Vectors:
        """float32 [n, dimension]: at most `count` of these rows, spread evenly."""
        places = np.linspace(0, len(rows) - 1, min(count, len(rows))).astype(np.int64)
        return self.halves.widened(self.halves.take(rows[places]))

    def spill(self) -> None:
        """Appends what is new to the parts on disk, and takes the half floats from there."""
        if self.parts is None or not self._unspilled:
            return
        latest = self.halves.latest()
        if isinstance(self.scan, Sketches):
            if "basis" not in self.parts:
                self.parts.append("basis", self.scan.basis.to_bytes())
            for start in range(0, len(latest), AT_ONCE):
                codes = self.scan.encoded(self.halves.widened(latest[start : start + AT_ONCE]))
                self.parts.append("codes", codes.data.cast("B"))
        if len(latest):
            self.parts.append("halves", np.ascontiguousarray(latest, "<f2").view(np.uint8).reshape(-1).data)
            self.halves.map(self.parts.mapped("halves"))
        self.parts.append("images", np.concatenate(self._unspilled).astype("<i8").tobytes())
        self._unspilled.clear()

    @classmethod
    def restored(cls, dimension: int, parts: Parts) -> Body:
        """What the parts hold. Raises Unusable if they do not fit together, or a part that is read is damaged."""
        basis = codes = None
        try:
            if "basis" in parts:
                basis = Basis.from_bytes(parts.read("basis"), dimension)
                codes = np.frombuffer(parts.read("codes"), np.uint8).reshape(-1, basis.slots // 2)
            body = cls(dimension, parts, basis)
            if "images" in parts:
                body.rows = Rows.replayed(np.frombuffer(parts.read("images"), "<i8").astype(np.int64))
            body.halves.map(parts.mapped("halves"))
        except ValueError as error:
            raise Unusable(f"the parts of a vector index do not fit together ({error})") from error
        if len(body.halves) != body.rows.count or (codes is not None and len(codes) != body.rows.count):
            raise Unusable("the parts of a vector index do not fit together")
        if isinstance(body.scan, Sketches) and codes is not None:
            body.scan.restore(codes)
            body.fitted_at = body.rows.alive
        elif isinstance(body.scan, Flat):
            parts.check("halves")
            for _, halves in body.halves.blocks(np.arange(body.rows.count)):
                body.scan.add(halves)
        return body
