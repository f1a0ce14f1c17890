"""What words mean: their vector, the threshold that it sets, and the pictures beyond it."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import embeddings, models
from vaultd.catalog.models import Model
from vaultd.index.vector import Ids, VectorIndex, Vectors
from vaultd.models.encoder import TextEncoder
from vaultd.models.pack import Pack
from vaultd.search.cut import Background, Kind, Threshold, threshold
from vaultipc.messages import Level

REMEMBERED = 512
FIRST_LOOK = 256
MOST_CANDIDATES = 20_000
FEW = 5_000
"""Up to so many filtered pictures are compared one by one, which costs less than asking the index."""
MARGIN = 0.02
"""How far below the threshold a proposal of the index may lie: its similarities need not be exact."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The pictures at or above the threshold, best first, equal ones by image, and their cosines [n]."""

    images: Ids
    similarities: Vectors
    threshold: Threshold


class Meaning:
    """The semantic side of a search, as one model sees it: `title` is its name and revision. Any thread may ask."""

    def __init__(self, pack: Pack, encoder: TextEncoder, index: VectorIndex) -> None:
        self.title = f"{pack.manifest.name} {pack.manifest.revision}"
        self._pack = pack
        self._encoder = encoder
        self._index = index
        self._background = Background(pack, index)
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def vector(self, text: str) -> Vectors:
        """The text's vector [dimension], remembered for when it is asked again."""
        with self._lock:
            known = self._vectors.get(text)
            if known is not None:
                self._vectors.move_to_end(text)
                return known
        made: Vectors = self._encoder.embed([text])[0]
        with self._lock:
            self._vectors[text] = made
            while len(self._vectors) > REMEMBERED:
                self._vectors.popitem(last=False)
        return made

    def model(self, sql: sqlite3.Connection) -> Model | None:
        """The row of the pack's model, None before it is in the catalog."""
        return models.find(sql, self._pack.manifest.name, self._pack.manifest.revision)

    def threshold(self, vector: Vectors, level: Level, kind: Kind = "text") -> Threshold:
        """What the similarities of a vector, made of words, of pictures or of both, must reach."""
        return threshold(self._background.similarities(vector), self._pack.manifest.cut, level, kind)

    def meant(
        self, sql: sqlite3.Connection, vector: Vectors, limit: Threshold, among: Ids | None, most: int | None
    ) -> Meant:
        """The pictures that reach a threshold; at most about `most` of the best where that is given.

        The index proposes, the catalog's vectors decide. `among`: only these.
        """
        images, found = self.similarities(sql, vector, self._candidates(vector, limit.cut, among, most))
        passed = found >= limit.cut
        images, found = images[passed], found[passed]
        order = np.lexsort((images, -found))
        return Meant(images[order], found[order], limit)

    def similarities(self, sql: sqlite3.Connection, vector: Vectors, images: Ids) -> tuple[Ids, Vectors]:
        """The cosines of those of these images that have a vector, from the catalog."""
        model = self.model(sql)
        if model is None:
            return np.empty(0, np.int64), np.empty(0, np.float32)
        known, rows = embeddings.of(sql, model, images.tolist())
        return known, rows @ vector

    def probabilities(self, similarities: Vectors) -> NDArray[np.float64]:
        """The model's own belief, 0 to 1, that a text with these similarities describes the pictures."""
        logits = self._pack.manifest.logit_scale * similarities.astype(np.float64) + self._pack.manifest.logit_bias
        believed: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(logits, -60, 60)))
        return believed

    def _candidates(self, vector: Vectors, cut: float, among: Ids | None, most: int | None) -> Ids:
        """The index's proposals, asked for in growing numbers until they pass below the threshold."""
        if among is not None and len(among) <= FEW:
            return among
        end = len(self._index) if most is None else min(most, len(self._index))
        count = min(FIRST_LOOK, end)
        while True:
            images, found = self._index.nearest(vector, count, among)
            if count >= end or len(found) < count or found[-1] < cut - MARGIN:
                return images[found >= cut - MARGIN]
            count = min(4 * count, end)
