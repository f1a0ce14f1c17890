"""A catalog filled by hand, for tests that need images and no pictures.

    shelf = Shelf(tmp_path)
    dog = shelf.image("Holiday/dog.jpg", tags=["pets/dogs"], vector=towards("dog"))

Vectors stand for meanings without a model: `Concepts` gives every word its own direction, so a picture made with
`towards("red", "car")` is near to the text "red car", half as near to "car", and by chance far from all else.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import autotags, embeddings, generations, models
from vaultd.catalog.store import Catalog, Transaction
from vaultd.domain.generation import Generation
from vaultd.models.pack import BACKGROUND, MANIFEST, Cut, CutLevel, Manifest, Pack

DIMENSION = 64
ROOT = b"home/pictures"
Vector = NDArray[np.float32]


def direction(word: str) -> Vector:
    """A word's own direction, of length one; two words' directions are nearly at right angles."""
    seed = int.from_bytes(hashlib.blake2b(word.encode(), digest_size=8).digest(), "little")
    return _unit(np.random.default_rng(seed).normal(size=DIMENSION))


def towards(*words: str) -> Vector:
    """The vector of something that is all these words."""
    return _unit(np.sum([direction(word) for word in words], axis=0))


class Concepts:
    """A text encoder: the sum of its words' directions."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([towards(*text.split()) for text in texts])


def concept_pack(folder: Path) -> Pack:
    """A pack for `Concepts`: its manifest, and a background of pictures that mean nothing in particular."""
    rng = np.random.default_rng(1)
    background = np.stack([_unit(rng.normal(size=DIMENSION)) for _ in range(512)])
    np.save(folder / BACKGROUND, background.astype(np.float16))
    strict, default, loose = (CutLevel(z=z, similarity=0.0, probability=0.5) for z in _LEVELS)
    manifest = Manifest(
        format=1, name="concepts", revision="1", dimension=DIMENSION, image_size=(8, 8), resize="squash",
        interpolation="bilinear", mean=(0, 0, 0), std=(1, 1, 1), context_length=8, pad_token=0, languages=("en",),
        licence="CC0-1.0", logit_scale=10.0, logit_bias=-5.0, cut=Cut(strict, default, loose), files={},
    )  # fmt: skip
    (folder / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    return Pack(folder, manifest)


_LEVELS = (5.0, 4.0, 3.0)


class Shelf:
    """An open catalog with one volume at / and one root, /home/pictures. Close it."""

    def __init__(self, folder: Path, dimension: int = DIMENSION) -> None:
        self.catalog = Catalog.open(folder / "catalog.db")
        self._made = 0
        with self.catalog.write() as tx:
            tx.sql.execute("INSERT INTO volumes (kind, fs_uuid, mount_point) VALUES ('local', 'one', ?)", (b"/",))
            tx.sql.execute("INSERT INTO roots (volume, path, position, added_at) VALUES (1, ?, 0, 0)", (ROOT,))
            self.model = models.register(tx, "concepts", "1", dimension)

    def close(self) -> None:
        self.catalog.close()

    def image(
        self,
        path: str | bytes,
        *,
        vector: Vector | None = None,
        tags: Iterable[str] = (),
        auto: Iterable[str] = (),
        texts: dict[str, str] | None = None,
        taken_at: int | None = None,
        camera: str | None = None,
        generation: Generation | None = None,
        type_: str = "image/jpeg",
        pixels: tuple[int, int] = (640, 480),
        size: int = 1000,
    ) -> int:
        """A new content with one file below the root."""
        self._made += 1
        with self.catalog.write() as tx:
            image = tx.sql.execute(
                "INSERT INTO images (hash, type, size, width, height, taken_at, camera, added_at, metadata_version)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) RETURNING id",
                (self._made.to_bytes(32, "big"), type_, size, *pixels, taken_at, camera, 1000 * self._made),
            ).fetchone()[0]
            self._file(tx, image, path if isinstance(path, bytes) else path.encode())
            for name in tags:
                _tag(tx, image, name, "user")
            said = [(image, autotags.Word("words", name), 0.5) for name in auto]
            autotags.write(tx, autotags.Difference(said, []))
            for kind, text in (texts or {}).items():
                tx.sql.execute("INSERT INTO texts VALUES (?, ?, 'xmp', ?)", (image, kind, text))
            generations.replace(tx, image, "generator", generation)
            tx.changed("image", image)
            if vector is not None:
                embeddings.put(tx, image, self.model, vector)
        return int(image)

    def file(self, image: int, path: str | bytes, *, volume: int = 1, root: int = 1, state: str = "present") -> None:
        """One more file of an image."""
        with self.catalog.write() as tx:
            self._file(tx, image, path if isinstance(path, bytes) else path.encode(), volume, root, state)
            tx.changed("image", image)

    def root(self, path: bytes, *, mount_point: bytes | None = b"/", removed: bool = False) -> tuple[int, int]:
        """One more root on a volume of its own; returns (volume, root)."""
        with self.catalog.write() as tx:
            uuid = f"of {path!r}"
            volume = tx.sql.execute(
                "INSERT INTO volumes (kind, fs_uuid, mount_point) VALUES ('local', ?, ?) RETURNING id",
                (uuid, mount_point),
            ).fetchone()[0]
            root = tx.sql.execute(
                "INSERT INTO roots (volume, path, position, added_at, removed_at)"
                " VALUES (?, ?, (SELECT count(*) FROM roots), 0, ?) RETURNING id",
                (volume, path, 1 if removed else None),
            ).fetchone()[0]
        return int(volume), int(root)

    def lose(self, image: int) -> None:
        """Every file of an image is gone."""
        with self.catalog.write() as tx:
            tx.sql.execute("UPDATE files SET state = 'missing' WHERE image = ?", (image,))
            tx.changed("image", image)

    def tag(self, image: int, name: str, source: str = "user") -> None:
        with self.catalog.write() as tx:
            _tag(tx, image, name, source)
            tx.changed("image", image)

    def _file(
        self, tx: Transaction, image: int, path: bytes, volume: int = 1, root: int = 1, state: str = "present"
    ) -> None:
        (below,) = tx.sql.execute("SELECT path FROM roots WHERE id = ?", (root,)).fetchone()
        inode = tx.sql.execute("SELECT coalesce(max(inode), 0) + 1 FROM files").fetchone()[0]
        tx.sql.execute(
            "INSERT INTO files (volume, root, path, inode, mtime_ns, ctime_ns, size, blocks, mode, uid, gid, state,"
            " image, seen_at) VALUES (?, ?, ?, ?, 5, 5, 1000, 2, 33188, 1000, 1000, ?, ?, 0)",
            (volume, root, below + b"/" + path, inode, state, image),
        )


def _tag(tx: Transaction, image: int, name: str, source: str) -> None:
    parent: int | None = None
    for component in name.split("/"):
        row = tx.sql.execute("SELECT id FROM tags WHERE parent IS ? AND name = ?", (parent, component)).fetchone()
        if row is None:
            row = tx.sql.execute(
                "INSERT INTO tags (parent, name, created_at) VALUES (?, ?, 0) RETURNING id", (parent, component)
            ).fetchone()
            tx.changed("tag", row[0])
        parent = row[0]
    tx.sql.execute("INSERT OR REPLACE INTO image_tags VALUES (?, ?, ?, 'active', NULL, 0)", (image, parent, source))


def _unit(vector: NDArray[np.float64] | Vector) -> Vector:
    scaled: Vector = (vector / np.linalg.norm(vector)).astype(np.float32)
    return scaled
