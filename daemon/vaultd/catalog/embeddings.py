"""What models make of contents: one vector of half floats an image and model, of length one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import changes
from vaultd.catalog.models import Model
from vaultd.catalog.store import Transaction

_STORED = np.dtype("<f2")


def put(tx: Transaction, image: int, model: Model, vector: NDArray[np.float32], *, followed: bool = True) -> bool:
    """Stores an image's vector, float [dimension] of length one, and tells the followers.

    Nothing is stored for an image or a model that was forgotten meanwhile; returns whether something was.
    Without `followed` the log says nothing, and an index of the model, of which none may be running, will be made anew.

    Raises ValueError if the vector is not of the model's dimension or not finite.
    """
    if vector.shape != (model.dimension,) or not np.isfinite(vector).all():
        raise ValueError(f"a vector of shape {vector.shape} is none of the model {model.name}, or is not finite")
    stored = tx.sql.execute(
        "INSERT INTO embeddings (image, model, vector) SELECT images.id, models.id, ? FROM images, models"
        " WHERE images.id = ? AND models.id = ? ON CONFLICT (image, model) DO UPDATE SET vector = excluded.vector",
        (vector.astype(_STORED).tobytes(), image, model.id),
    ).rowcount
    if followed and stored:
        tx.changed("embedding", image, model=model.id)
    elif not followed:
        changes.leave(tx, changes.of_vectors(model.id))
    return bool(stored)


def count(sql: sqlite3.Connection, model: Model) -> int:
    """How many images have a vector of this model."""
    return int(sql.execute("SELECT count(*) FROM embeddings WHERE model = ?", (model.id,)).fetchone()[0])


def forget(tx: Transaction, model: Model, most: int) -> int:
    """Drops up to so many vectors of a model that no index follows; returns how many there were."""
    return tx.sql.execute(
        "DELETE FROM embeddings WHERE model = ? AND image IN"
        " (SELECT image FROM embeddings WHERE model = ? ORDER BY image LIMIT ?)",
        (model.id, model.id, most),
    ).rowcount


def of(sql: sqlite3.Connection, model: Model, images: Iterable[int]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The vectors of these images, in their order: ids [n], rows [n, dimension]; those that have none are left out."""
    rows = sql.execute(
        "SELECT embeddings.image, embeddings.vector FROM json_each(?) AS wanted"
        " CROSS JOIN embeddings ON embeddings.image = wanted.value AND embeddings.model = ?",
        (json.dumps([int(image) for image in images]), model.id),
    ).fetchall()
    return _matrix(rows, model.dimension)


def _matrix(rows: list[tuple[int, bytes]], dimension: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    ids = np.array([image for image, _ in rows], np.int64)
    halves = np.frombuffer(b"".join(vector for _, vector in rows), _STORED)
    return ids, halves.reshape(len(rows), dimension).astype(np.float32)
