"""Many contents at once: the very rows that reading file after file would leave, written table by table.

For libraries that a program makes, as the benchmarks do. Only contents and files that the catalog does not know may
come this way. The change log is told nothing; the indexes, which must not be running, are made anew from the catalog.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog import details, keywords, looks, marks
from vaultd.catalog.images import METADATA_VERSION
from vaultd.catalog.keywords import fit
from vaultd.catalog.models import Model
from vaultd.catalog.roots import Root
from vaultd.catalog.store import Transaction, now_ms
from vaultd.domain.content import Content
from vaultd.domain.facts import Facts

_FACTS = ("hash", "type", "size", "width", "height", "taken_at", "camera", "lens", "iso")
_STATUS = ("inode", "mtime_ns", "ctime_ns", "size", "blocks", "mode", "uid", "gid")


@dataclass(frozen=True)
class Found:
    """A new content and the file it was found in: its path relative to the volume of the root, and what stat says."""

    content: Content
    path: bytes
    facts: Facts


def load(tx: Transaction, root: Root, found: Sequence[Found], model: Model, vectors: NDArray[np.float32]) -> list[int]:
    """Stores contents, their files and their vectors of a model, [n, dimension] of length one; returns their ids.

    Raises sqlite3.IntegrityError if one of the contents or paths is known.
    """
    (first,) = tx.sql.execute("SELECT coalesce(max(id), 0) + 1 FROM images").fetchone()
    ids = list(range(first, first + len(found)))
    numbered = [(image, one.content) for image, one in zip(ids, found, strict=True)]
    _write_contents(tx, numbered)
    _write_files(tx, root, ids, found)
    _write_keywords(tx, numbered)
    _write_the_rest(tx, numbered)
    _write_looks(tx, numbered)
    rows = np.ascontiguousarray(vectors, "<f2")
    _insert(
        tx, "embeddings", ("image", "model", "vector"),
        [(image, model.id, row.tobytes()) for image, row in zip(ids, rows, strict=True)],
    )  # fmt: skip
    tx.sql.execute("DELETE FROM followers")
    return ids


def _write_contents(tx: Transaction, numbered: list[tuple[int, Content]]) -> None:
    now = now_ms()
    _insert(
        tx, "images", ("id", *_FACTS, "added_at", "metadata_version"),
        [(image, *(getattr(one, name) for name in _FACTS), now, METADATA_VERSION) for image, one in numbered],
    )  # fmt: skip
    _insert(
        tx, "texts", ("image", "kind", "source", "text"),
        [(image, said.kind, said.source, said.text) for image, one in numbered for said in one.texts],
    )  # fmt: skip


def _write_files(tx: Transaction, root: Root, ids: list[int], found: Sequence[Found]) -> None:
    now = now_ms()
    _insert(
        tx, "files", ("volume", "root", "path", *_STATUS, "state", "image", "seen_at"),
        [
            (root.volume, root.id, one.path, *(getattr(one.facts, name) for name in _STATUS), "present", image, now)
            for image, one in zip(ids, found, strict=True)
        ],
    )  # fmt: skip


def _write_keywords(tx: Transaction, numbered: list[tuple[int, Content]]) -> None:
    now = now_ms()
    said = {
        (image, name, group.source): None
        for image, one in numbered
        for group in one.keywords
        for name in map(fit, group.names)
        if name
    }
    tx.sql.executemany(
        "INSERT INTO tags (parent, name, created_at, listed) VALUES (NULL, ?, ?, 0) ON CONFLICT DO NOTHING",
        [(name, now) for name in dict.fromkeys(name for _, name, _ in said)],
    )
    tags = dict(tx.sql.execute("SELECT name, id FROM tags WHERE parent IS NULL"))
    _insert(
        tx, "image_tags", ("image", "tag", "source", "state", "added_at"),
        [(image, tags[name], source, "active", now) for image, name, source in said],
    )  # fmt: skip


def _write_the_rest(tx: Transaction, numbered: list[tuple[int, Content]]) -> None:
    """What few invented pictures have."""
    for image, one in numbered:
        if any(group.paths for group in one.keywords):
            keywords.replace(tx, image, one.keywords)
        details.replace(tx, image, one.details)
        marks.rate_by_file(tx, image, one.rating)


def _write_looks(tx: Transaction, numbered: list[tuple[int, Content]]) -> None:
    seen = [(image, one.looks) for image, one in numbered if one.looks is not None]
    _insert(tx, "looks", looks.COLUMNS, [looks.row(image, one) for image, one in seen])
    _insert(
        tx, "colours", ("image", "colour", "share"),
        [(image, colour, share) for image, one in seen for colour, share in one.colours.items()],
    )  # fmt: skip


def _insert(tx: Transaction, table: str, columns: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    places = ", ".join("?" * len(columns))
    tx.sql.executemany(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({places})", rows)
