"""The faults that no check may miss: what each breaks in a vault that is whole, while its daemon runs.

The daemon is not told, as it is not told of a bug of its own: rows are changed by another connection, without a line in
the change log, and indexes of SQLite are made to lack what their table holds.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from support.vault import RunningVault
from vaultd.worker import thumbnails


class Fault(NamedTuple):
    """`check`: the name of the check of `doctor --deep` that must find it."""

    name: str
    check: str
    plant: Callable[[RunningVault], None]


@contextmanager
def catalog(vault: RunningVault) -> Iterator[sqlite3.Connection]:
    """Another connection to the vault's catalog, that obeys no rule; each statement is committed at once."""
    with closing(sqlite3.connect(vault.data / "catalog.db", isolation_level=None, timeout=20)) as sql:
        yield sql


def kept(vault: RunningVault, copy: Path) -> None:
    """Keeps what `mended` brings back."""
    with catalog(vault) as sql, closing(sqlite3.connect(copy)) as target:
        sql.backup(target)


def mended(vault: RunningVault, copy: Path) -> None:
    """Makes the catalog again what it was when it was kept, under the running daemon."""
    with catalog(vault) as sql, closing(sqlite3.connect(copy)) as source:
        source.backup(sql)


def unmake(vault: RunningVault, tag: str) -> None:
    """Takes the tag, and the last action, which made it, out of the catalog: as if nobody had ever asked for it."""
    with catalog(vault) as sql:
        (number,) = sql.execute("SELECT id FROM tags WHERE name = ?", (tag,)).fetchone()
        (action,) = sql.execute("SELECT id FROM actions WHERE summary = ?", (f"tag with {tag}",)).fetchone()
        sql.executescript(
            f"DELETE FROM image_tags WHERE tag = {number}; DELETE FROM tags WHERE id = {number};"
            f"DELETE FROM action_rows WHERE action >= {action}; DELETE FROM actions WHERE id >= {action};"
            f"UPDATE sqlite_sequence SET seq = {action - 1} WHERE name = 'actions'"
        )


def _script(statements: str) -> Callable[[RunningVault], None]:
    def plant(vault: RunningVault) -> None:
        with catalog(vault) as sql:
            sql.executescript(statements)

    return plant


def _twice_the_same_content(vault: RunningVault) -> None:
    """Only a catalog whose own uniqueness was lost can hold one content twice."""
    with catalog(vault) as sql:
        sql.executescript(
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE name = 'sqlite_autoindex_images_1';"
            "UPDATE sqlite_schema SET sql = replace(sql, 'NOT NULL UNIQUE', 'NOT NULL') WHERE name = 'images';"
            "PRAGMA writable_schema = RESET"
        )
    with catalog(vault) as sql:
        columns = ", ".join(name for _, name, *_ in sql.execute("PRAGMA table_info(images)") if name != "id")
        sql.execute(f"INSERT INTO images ({columns}) SELECT {columns} FROM images WHERE id = 1")


def _a_tag_that_counts_too_few(vault: RunningVault) -> None:
    """The index by tag is made anew without some of its rows, and says that it has them all."""
    with catalog(vault) as sql:
        (said,) = sql.execute("SELECT sql FROM sqlite_schema WHERE name = 'image_tags_by_tag'").fetchone()
        sql.executescript(f"DROP INDEX image_tags_by_tag; {said} WHERE image > 1;")
        sql.execute("PRAGMA writable_schema = ON")
        sql.execute("UPDATE sqlite_schema SET sql = ? WHERE name = 'image_tags_by_tag'", (said,))
        sql.execute("PRAGMA writable_schema = RESET")


def _a_thumbnail_of_no_file(vault: RunningVault) -> None:
    """A picture's thumbnail stays when the picture goes."""
    thumbnails.write(Image.new("RGB", (8, 8)), b"/gone/gone.png", 0, vault.home / ".cache/thumbnails")


LAST = "(SELECT max(action) FROM action_rows WHERE table_name = 'image_tags')"
FAULTS = (
    Fault(
        "a lost action",
        "recorded actions",
        _script(f"DELETE FROM action_rows WHERE action = {LAST} - 1; DELETE FROM actions WHERE id = {LAST} - 1"),
    ),
    Fault(
        "half an action",
        "whole actions",
        _script(f"DELETE FROM action_rows WHERE action = {LAST} AND position = 0"),
    ),
    Fault(
        "an action without its end, of which all stands that it did",
        "origins",
        _script(f"DELETE FROM action_rows WHERE action = {LAST} AND position > 2"),
    ),
    Fault("an action without what it did", "whole actions", _script(f"DELETE FROM action_rows WHERE action = {LAST}")),
    Fault(
        "an action that left nothing",
        "whole actions",
        _script(
            "DELETE FROM image_tags WHERE tag = (SELECT max(id) FROM tags); DELETE FROM tags WHERE id ="
            f" (SELECT max(id) FROM tags); DELETE FROM action_rows WHERE action = {LAST}"
        ),
    ),
    Fault(
        "a tag that nobody made",
        "origins",
        _script("INSERT INTO tags (name, created_at) VALUES ('whose?', 0)"),
    ),
    Fault(
        "a tag that nobody gave",
        "origins",
        _script(
            "INSERT INTO image_tags (image, tag, source, state, added_at)"
            " SELECT 1, id, 'rule', 'active', 0 FROM tags ORDER BY id LIMIT 1"
        ),
    ),
    Fault("a favourite of nobody's", "origins", _script("INSERT INTO favourites VALUES (1, 0)")),
    Fault(
        "half the effect of an action",
        "effects",
        _script(
            "DELETE FROM image_tags WHERE image = 1 AND source = 'user' AND tag = (SELECT min(tag) FROM image_tags)"
        ),
    ),
    Fault("a missing vector", "missing vectors", _script("DELETE FROM embeddings WHERE image = 2")),
    Fault(
        "a stale vector index",
        "vector index",
        _script("UPDATE embeddings SET vector = (SELECT vector FROM embeddings WHERE image = 3) WHERE image = 1"),
    ),
    Fault(
        "a stale text index",
        "text index",
        _script("INSERT INTO texts (image, kind, source, text) VALUES (1, 'title', 'exif', 'unheard of')"),
    ),
    Fault("an orphan thumbnail", "thumbnails", _a_thumbnail_of_no_file),
    Fault("a duplicate image", "contents", _twice_the_same_content),
    Fault("a wrong tag count", "tag counts", _a_tag_that_counts_too_few),
    Fault("a broken undo", "undo", _script("UPDATE actions SET undone_by = 1 WHERE id = 2")),
)
"""Nine kinds, some of them in several forms."""
