"""What files have attached to them, as the source `xattr` beside the user's own word.

It follows from the files, so storing it is no action and there is nothing to undo. A tag that the user took off stays
rejected for as long as a file says it.
"""

from __future__ import annotations

from collections.abc import Iterable

from vaultd.catalog import tags
from vaultd.catalog.keywords import fit_path, made
from vaultd.catalog.sourced import stored
from vaultd.catalog.store import Transaction, now_ms
from vaultd.domain.attached import Attached


def replace(tx: Transaction, image: int, found: Attached) -> None:
    """Makes this all that the files of a content say. The followers are told only of what is another than before."""
    before = stored(tx.sql, image, "xattr")
    wanted = _tags(tx, found)
    gone = [(image, tag) for tag, _ in before.tags if tag not in wanted]
    tx.sql.executemany("DELETE FROM image_tags WHERE image = ? AND tag = ? AND source = 'xattr'", gone)
    tx.sql.execute("DELETE FROM texts WHERE image = ? AND source = 'xattr'", (image,))
    tx.sql.execute("DELETE FROM ratings WHERE image = ? AND source = 'xattr'", (image,))
    _insert(tx, image, found, wanted)
    if stored(tx.sql, image, "xattr") != before:
        tx.changed("image", image)


def add(tx: Transaction, image: int, found: Attached) -> None:
    """One more file of a content says this; what the others say stays."""
    before = stored(tx.sql, image, "xattr")
    _insert(tx, image, found, _tags(tx, found))
    if stored(tx.sql, image, "xattr") != before:
        tx.changed("image", image)


def returned(tx: Transaction, image: int, names: Iterable[str]) -> None:
    """Another program gave these tags again after the vault had taken them off the file: they are meant."""
    for name in names:
        tag = tags.find(tx.sql, name_of(name))
        again = tx.sql.execute(
            "UPDATE image_tags SET state = 'active' WHERE image = ? AND tag = ? AND source = 'xattr'"
            " AND state = 'rejected'",
            (image, tag),
        )
        if again.rowcount:
            tx.changed("image", image)


def _insert(tx: Transaction, image: int, found: Attached, wanted: set[int]) -> None:
    tx.sql.executemany(
        "INSERT INTO image_tags (image, tag, source, state, added_at) VALUES (?, ?, 'xattr', 'active', ?)"
        " ON CONFLICT DO NOTHING",
        [(image, tag, now_ms()) for tag in sorted(wanted)],
    )
    if found.comment:
        tx.sql.execute(
            "INSERT INTO texts (image, kind, source, text) VALUES (?, 'comment', 'xattr', ?) ON CONFLICT DO NOTHING",
            (image, found.comment),
        )
    if found.rating:
        tx.sql.execute(
            "INSERT INTO ratings (image, source, rating) VALUES (?, 'xattr', ?) ON CONFLICT DO NOTHING",
            (image, found.rating),
        )


def _tags(tx: Transaction, found: Attached) -> set[int]:
    """The tags of these names, made where they are missing."""
    return {made(tx, path) for path in map(_path, found.tags) if path}


def name_of(written: str) -> str:
    """The full name of the tag that a name in an attribute means, '' if it can mean none."""
    return "/".join(_path(written))


def _path(name: str) -> list[str]:
    return fit_path(name.strip("/").split("/"))
