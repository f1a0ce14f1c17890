"""What a vault's catalog holds, read beside the daemon: which content each file has, and all that is known of each.

before = contents(vault)
...
assert contents(vault)[image] == before[image]
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field

from support.vault import RunningVault
from vaultd.domain.paths import absolute

Rows = dict[str, frozenset[tuple[object, ...]]]

_SEEN = {"embeddings": "model, vector", "looks": "version, phash, dhash", "colours": "colour, share"}
_SAID = {
    "image_tags": "tag, source, state",
    "texts": "kind, source, text",
    "ratings": "source, rating",
    "favourites": "added_at",
    "album_images": "album, position",
    "feedback": "query, verdict, added_at",
}


@dataclass
class Content:
    """What is kept of a content by table: `seen` was made of its bytes, `said` is what people and files say of it."""

    seen: Rows = field(default_factory=lambda: dict.fromkeys(_SEEN, frozenset()))
    said: Rows = field(default_factory=lambda: dict.fromkeys(_SAID, frozenset()))


def places(vault: RunningVault) -> dict[str, int | None]:
    """The content of each file that is there, None for one that was not read; by its path below the home."""
    start = os.fsencode(vault.home) + b"/"
    with _reading(vault) as sql:
        rows = sql.execute(
            "SELECT volumes.mount_point, files.path, files.image FROM files JOIN volumes ON volumes.id = files.volume"
            " WHERE volumes.mount_point IS NOT NULL AND files.state = 'present'"
        ).fetchall()
    return {os.fsdecode(absolute(mount, path).removeprefix(start)): image for mount, path, image in rows}


def contents(vault: RunningVault) -> dict[int, Content]:
    """Every content by its id."""
    with _reading(vault) as sql:
        found = {image: Content() for (image,) in sql.execute("SELECT id FROM images")}
        for table, columns in (_SEEN | _SAID).items():
            for image, *row in sql.execute(f"SELECT image, {columns} FROM {table}"):
                kept = found[image].seen if table in _SEEN else found[image].said
                kept[table] |= {tuple(row)}
    return found


@contextmanager
def _reading(vault: RunningVault) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{vault.data}/catalog.db?mode=ro", uri=True)) as sql:
        sql.execute("BEGIN")
        yield sql
