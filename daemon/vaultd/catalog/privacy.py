"""Private pictures: those of which a file lies where the user said so. They are in the catalog and the indexes like
others, and hidden where nobody asks for them.

Whether a file is private is kept beside its path and written with it, so that no picture is ever shown before it is
known to be private; where nothing is, asking costs nothing.
"""

from __future__ import annotations

import sqlite3

import msgspec

from vaultd.catalog.store import Catalog, Transaction
from vaultd.domain.paths import absolute
from vaultd.domain.private import Private

HAS_PRIVATE = "files.private = 1 AND files.state = 'present'"
"""An SQL condition on a row of `files`: it makes its image private."""

IS_PRIVATE = f"images.id IN (SELECT files.image FROM files WHERE files.image IS NOT NULL AND {HAS_PRIVATE})"
"""An SQL condition on a row of `images`."""

_KEY = "privacy.private"
_PLACES = """SELECT files.id, coalesce(volumes.mount_point, volumes.last_mount_point, CAST('/' AS BLOB)),
    roots.path, files.path, files.private, files.image
    FROM files JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root"""


def begin(catalog: Catalog, private: Private) -> list[bytes]:
    """From now on these globs hold; files that they judge otherwise than the last ones did are marked anew.

    Returns the absolute paths of those that became private.
    """
    catalog.private = private
    globs = msgspec.json.encode(private.globs).decode() if private else ""
    if catalog.meta(_KEY) == globs:
        return []
    with catalog.write() as tx:
        hidden = [absolute(row[1], row[3]) for row in tx.sql.execute(_PLACES).fetchall() if _judge(tx, *row)]
        tx.sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, globs))
    return hidden


def judge(tx: Transaction, file: int) -> None:
    """Marks a file whose path was just written."""
    if tx.private:
        _judge(tx, *tx.sql.execute(f"{_PLACES} WHERE files.id = ?", (file,)).fetchone())


def shown(sql: sqlite3.Connection, images: list[int]) -> list[int]:
    """Those of these images that are not private, in their order."""
    hidden = {image for (image,) in sql.execute(f"SELECT files.image FROM files WHERE {HAS_PRIVATE}")}
    return [image for image in images if image not in hidden] if hidden else images


def _judge(tx: Transaction, file: int, mount: bytes, root: bytes, path: bytes, was: int, image: int | None) -> bool:
    """Marks one file, and tells whether it became private."""
    below = path[len(root) :].lstrip(b"/") if path.startswith(root) else path
    private = int(tx.private.covers(absolute(mount, path), below))
    if private != was:
        tx.sql.execute("UPDATE files SET private = ? WHERE id = ?", (private, file))
        if image is not None:
            tx.changed("image", image)
    return private > was
