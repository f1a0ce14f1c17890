"""Do the indexes hold what the catalog holds? Compared row by row, for `vvault doctor --deep`.

Both functions return images. What changed while they looked is among them: ask again once the followers caught up.
"""

from __future__ import annotations

import sqlite3

import numpy as np

from vaultd.catalog.models import Model
from vaultd.index.documents import documents
from vaultd.index.growing import GrowingIndex
from vaultd.index.text import TextIndex, digest

_BATCH = 2000


def stale_vectors(sql: sqlite3.Connection, index: GrowingIndex, model: Model) -> set[int]:
    """Images whose vector of the model in the index is not, bit for bit, the one in the catalog, or is in only one."""
    images, halves = index.contents()
    width = 2 * model.dimension
    held = np.ascontiguousarray(halves, "<f2").tobytes()
    rows = {int(image): row for row, image in enumerate(images)}
    stale = set()
    for image, vector in sql.execute("SELECT image, vector FROM embeddings WHERE model = ?", (model.id,)):
        row = rows.pop(image, None)
        if row is None or held[row * width : (row + 1) * width] != vector:
            stale.add(image)
    return stale | set(rows)


def stale_texts(sql: sqlite3.Connection, index: TextIndex) -> set[int]:
    """Images whose document in the index is another than the catalog makes, or is in only one of the two."""
    held = index.digests()
    stale = set()
    images = [image for (image,) in sql.execute("SELECT id FROM images")]
    for start in range(0, len(images), _BATCH):
        for document in documents(sql, images[start : start + _BATCH]):
            if held.pop(document.image, None) != digest(document):
                stale.add(document.image)
    return stale | set(held)
