"""Rows of a catalog for tests that need pictures to exist without reading any."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from vaultd.catalog import actions
from vaultd.catalog.actions import Action
from vaultd.catalog.store import Catalog, Transaction

MOUNT_POINT = b"/pictures-of-a-test"


@contextmanager
def opened(folder: Path) -> Iterator[Catalog]:
    """A new catalog in `folder`, closed at the end."""
    catalog = Catalog.open(folder / "catalog.sqlite")
    try:
        yield catalog
    finally:
        catalog.close()


@contextmanager
def gesture(catalog: Catalog) -> Iterator[Action]:
    """One change of a user's, recorded and committed at the end."""
    with catalog.write() as tx, actions.recorded(tx, "test", "test", "test") as action:
        yield action


def root(tx: Transaction, path: bytes = b"photos") -> int:
    """A watched folder below MOUNT_POINT; the volume is made with the first one."""
    tx.sql.execute(
        "INSERT INTO volumes (kind, fs_uuid, mount_point) VALUES ('local', 'test', ?) ON CONFLICT DO NOTHING",
        (MOUNT_POINT,),
    )
    (volume,) = tx.sql.execute("SELECT id FROM volumes WHERE fs_uuid = 'test'").fetchone()
    tx.sql.execute(
        "INSERT INTO roots (volume, path, position, added_at) VALUES (?, ?, (SELECT count(*) FROM roots), 0)"
        " ON CONFLICT DO NOTHING",
        (volume, path),
    )
    (found,) = tx.sql.execute("SELECT id FROM roots WHERE path = ?", (path,)).fetchone()
    return int(found)


def image(tx: Transaction, name: str, *, state: str = "present", taken_at: int | None = None) -> int:
    """A content and its one file, `photos/<name>`, told to the change log as ingest would."""
    home = root(tx)
    tx.sql.execute(
        "INSERT INTO images (hash, type, size, width, height, taken_at, added_at, metadata_version)"
        " VALUES (?, 'image/jpeg', 1000, 640, 480, ?, 0, 1)",
        (blake2b(name.encode(), digest_size=32).digest(), taken_at),
    )
    (content,) = tx.sql.execute("SELECT last_insert_rowid()").fetchone()
    tx.sql.execute(
        "INSERT INTO files (volume, root, path, inode, mtime_ns, ctime_ns, size, blocks, mode, uid, gid, state, image,"
        " seen_at) SELECT volume, id, ?, ?, 0, 0, 1000, 2, 33188, 0, 0, ?, ?, 0 FROM roots WHERE id = ?",
        (b"photos/" + name.encode(), content, state, content, home),
    )
    tx.changed("image", content)
    return int(content)


def keyword(tx: Transaction, image: int, tag: int, source: str = "xmp") -> None:
    """What a file or a model says of an image."""
    tx.sql.execute(
        "INSERT INTO image_tags (image, tag, source, state, added_at) VALUES (?, ?, ?, 'active', 0)",
        (image, tag, source),
    )
    tx.changed("image", image)
