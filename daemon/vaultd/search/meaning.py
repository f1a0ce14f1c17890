"""What words mean: their vector, the threshold that it sets, and the pictures beyond it."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vaultd.catalog import embeddings, models
from vaultd.catalog.models import Model
from vaultd.index.vector import Ids, VectorIndex, Vectors
from vaultd.models.encoder import TextEncoder
from vaultd.models.pack import Pack
from vaultd.search.cut import Background, Kind, Threshold
from vaultipc.messages import Level

REMEMBERED = 2048
MOST_CANDIDATES = 20_000
FEW = 5_000
"""Up to so many filtered pictures are compared one by one, those included that the index does not hold yet."""


@dataclass(frozen=True, slots=True)
class Meant:
    """The pictures at or above the threshold, best first, equal ones by image, and their cosines [n]."""

    images: Ids
    similarities: Vectors
    threshold: Threshold

    def led_by(self, image: int | None) -> Meant:
        """The same with this image first, if it is among them: nothing is more like a picture than itself."""
        itself = self.images == image
        if not itself.any():
            return self
        order = np.argsort(~itself, kind="stable")
        similarities = self.similarities[order]
        similarities[0] = max(similarities[0], np.nextafter(similarities.max(), np.float32(np.inf)))
        return Meant(self.images[order], similarities, self.threshold)


class Meaning:
    """The semantic side of a search, as one model sees it: `title` is its name and revision. Any thread may ask."""

    def __init__(self, pack: Pack, encoder: TextEncoder, index: VectorIndex) -> None:
        self.title = f"{pack.manifest.name} {pack.manifest.revision}"
        self._pack = pack
        self._encoder = encoder
        self._index = index
        self._background = Background(pack, encoder)
        self._vectors: OrderedDict[str, Vectors] = OrderedDict()
        self._guessed: OrderedDict[str, Vectors] = OrderedDict()
        self._lock = threading.Lock()

    def prepare(self) -> None:
        """Loads the tower, and what thresholds are compared with."""
        self.threshold(self.vector("a photograph"), "default")

    @property
    def pack(self) -> Pack:
        """The model's pack."""
        return self._pack

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

    def guess(self, texts: Sequence[str]) -> None:
        """Makes the vectors of several texts at once, which takes little longer than one, for `guessed`.

        They are apart from those of `vector`: numbers of a tower of small integers depend a little on its company.
        """
        with self._lock:
            unknown = [text for text in dict.fromkeys(texts) if text not in self._guessed and text not in self._vectors]
        if len(unknown) < 2:
            return
        made = self._encoder.embed(unknown)
        with self._lock:
            self._guessed.update(zip(unknown, made, strict=True))
            while len(self._guessed) > REMEMBERED:
                self._guessed.popitem(last=False)

    def guessed(self, text: str) -> Vectors:
        """The text's vector [dimension], good enough to judge the text by."""
        with self._lock:
            known = self._vectors.get(text)
            known = self._guessed.get(text) if known is None else known
        return self.vector(text) if known is None else known

    def model(self, sql: sqlite3.Connection) -> Model | None:
        """The row of the pack's model, None before it is in the catalog."""
        return models.find(sql, self._pack.manifest.name, self._pack.manifest.revision)

    def threshold(self, vector: Vectors, level: Level, kind: Kind = "text") -> Threshold:
        """What the similarities of a vector, made of words, of pictures or of both, must reach."""
        return self._background.threshold(vector, level, kind)

    def meant(
        self, sql: sqlite3.Connection, vector: Vectors, limit: Threshold, among: Ids | None, most: int | None
    ) -> Meant:
        """The pictures that reach a threshold; the best `most` where that is given. `among`: only these."""
        if among is not None and len(among) <= FEW:
            images, found = self.similarities(sql, vector, among)
            passed = found >= limit.cut
            images, found = images[passed], found[passed]
            order = np.lexsort((images, -found))[:most]
            return Meant(images[order], found[order], limit)
        return Meant(*self._index.reaching(vector, limit.cut, most, among), limit)

    def similarities(self, sql: sqlite3.Connection, vector: Vectors, images: Ids) -> tuple[Ids, Vectors]:
        """The cosines of those of these images that have a vector, ascending by image.

        What the index does not hold yet is read from the catalog; the numbers are the same.
        """
        images = np.unique(images)
        known, found = self._index.similarities(images, vector)
        lacking, model = np.setdiff1d(images, known, assume_unique=True), self.model(sql)
        if not len(lacking) or model is None:
            return known, found
        others, rows = embeddings.of(sql, model, lacking.tolist())
        known, found = np.concatenate([known, others]), np.concatenate([found, rows @ vector])
        order = np.argsort(known)
        return known[order], found[order]
