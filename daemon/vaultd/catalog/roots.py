"""The folders that the user asked to watch."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from vaultd.catalog import sidecars
from vaultd.catalog.store import Transaction, now_ms
from vaultd.domain.paths import absolute

_SELECT = """SELECT roots.id, roots.volume, roots.path, roots.position, volumes.kind, volumes.mount_point,
    volumes.last_mount_point
    FROM roots JOIN volumes ON volumes.id = roots.volume"""


@dataclass(frozen=True)
class Root:
    """A watched folder. `path` is relative to the volume; `mount_point` is None while that is offline.

    `last_mount_point`: where the volume is, or was when it was last there; None if it was not seen since that is kept.
    """

    id: int
    volume: int
    path: bytes
    position: int
    kind: str
    mount_point: bytes | None
    last_mount_point: bytes | None

    @property
    def folder(self) -> bytes | None:
        """The absolute path, None while the volume is offline."""
        return None if self.mount_point is None else absolute(self.mount_point, self.path)

    @property
    def shown(self) -> bytes:
        """The absolute path, while the volume is offline the one it had."""
        return absolute(self.mount_point or self.last_mount_point or b"/", self.path)


def watched(sql: sqlite3.Connection) -> list[Root]:
    """The roots that were not removed, in the order in which results prefer them."""
    return [Root(*row) for row in sql.execute(f"{_SELECT} WHERE removed_at IS NULL ORDER BY position, roots.id")]


def add(tx: Transaction, volume: int, path: bytes) -> int:
    """Watches a folder; one that was removed returns with all that is known of it, at the end of the order."""
    row = tx.sql.execute(
        "INSERT INTO roots (volume, path, position, added_at)"
        " VALUES (?, ?, (SELECT coalesce(max(position), 0) + 1 FROM roots), ?)"
        " ON CONFLICT (volume, path) DO UPDATE SET removed_at = NULL, position = excluded.position"
        " RETURNING id",
        (volume, path, now_ms()),
    ).fetchone()
    tx.changed("root", row[0])
    return int(row[0])


def remove(tx: Transaction, root: int) -> None:
    """Stops showing a root's files. Their rows stay, for the day the root is added again."""
    tx.sql.execute("UPDATE roots SET removed_at = ? WHERE id = ?", (now_ms(), root))
    tx.changed("root", root)
    _tell_images(tx, root)


def absorb(tx: Transaction, outer: int, inner: int) -> None:
    """Makes `outer`, which contains `inner`, the root of its files."""
    tx.sql.execute("UPDATE files SET root = ? WHERE root = ?", (outer, inner))
    tx.sql.execute("DELETE FROM roots WHERE id = ?", (inner,))
    tx.changed("root", inner, "delete")
    _tell_images(tx, outer)


def forget(tx: Transaction, root: int) -> list[int]:
    """Drops a root with its files and every content that has no other file, and returns the ids of those.

    Their tags, texts, vectors and failures go with them. A content whose bytes are held is kept.
    """
    known = "SELECT image FROM files WHERE root = :root UNION SELECT previous FROM files WHERE root = :root"
    images = [row[0] for row in tx.sql.execute(known, {"root": root}).fetchall() if row[0] is not None]
    place = tx.sql.execute("SELECT volume, path FROM roots WHERE id = ?", (root,)).fetchone()
    if place is not None:
        sidecars.forget_below(tx, *place)
    tx.sql.execute("DELETE FROM files WHERE root = ?", (root,))
    tx.sql.execute("DELETE FROM roots WHERE id = ?", (root,))
    tx.changed("root", root, "delete")
    return [image for image in images if _forget_image(tx, image)]


def _forget_image(tx: Transaction, image: int) -> bool:
    kept = tx.sql.execute(
        "SELECT EXISTS (SELECT 1 FROM files WHERE image = :image OR previous = :image)"
        " OR EXISTS (SELECT 1 FROM holdings WHERE image = :image)",
        {"image": image},
    ).fetchone()[0]
    if kept:
        return False
    models = tx.sql.execute("SELECT model FROM embeddings WHERE image = ?", (image,)).fetchall()
    tx.sql.execute(  # what was edited from it goes on as an edit of what it was edited from itself
        "UPDATE images SET successor_of = nullif((SELECT successor_of FROM images WHERE id = :image), id)"
        " WHERE successor_of = :image",
        {"image": image},
    )
    tx.sql.execute("DELETE FROM images WHERE id = ?", (image,))
    for (model,) in models:
        tx.changed("embedding", image, "delete", model=model)
    tx.changed("image", image, "delete")
    return True


def _tell_images(tx: Transaction, root: int) -> None:
    for (image,) in tx.sql.execute(
        "SELECT DISTINCT image FROM files WHERE root = ? AND image IS NOT NULL", (root,)
    ).fetchall():
        tx.changed("image", image)


def file_counts(sql: sqlite3.Connection) -> dict[int, int]:
    """How many present files each root has."""
    return dict(sql.execute("SELECT root, count(*) FROM files WHERE state = 'present' GROUP BY root").fetchall())
