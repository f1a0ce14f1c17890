"""Which files are superfluous beside a picture that stays, and what was moved to the trash, as the catalog knows it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from vaultd.catalog.actions import Action
from vaultd.catalog.merged import best_of, copies_of
from vaultd.catalog.store import now_ms
from vaultd.domain.paths import absolute

_FILES = """
SELECT files.image, volumes.mount_point, files.path, volumes.id, files.inode, files.size, files.mtime_ns, images.hash,
    files.private
FROM json_each(?) AS given CROSS JOIN files ON files.image = given.value JOIN images ON images.id = files.image
JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
WHERE roots.removed_at IS NULL AND files.state = 'present' AND volumes.mount_point IS NOT NULL
ORDER BY given.key, roots.position, length(files.path), files.path
"""
"""In the order in which listings prefer files, see vaultd.catalog.lookup."""

_RECORDED = """
SELECT trashed.id, place, held, note FROM action_rows JOIN trashed ON trashed.id = json_extract(row_key, '$.id')
WHERE action IN (SELECT value FROM json_each(?)) AND table_name = 'trashed' AND before IS NULL ORDER BY trashed.id
"""


class Known(NamedTuple):
    """A file as it was read. `top`: where its file system is mounted; `hash`: BLAKE2b-256 of its bytes."""

    image: int
    place: bytes
    top: bytes
    volume: int
    inode: int
    size: int
    mtime_ns: int
    hash: bytes
    private: int

    @property
    def is_linked_to(self) -> tuple[int, int]:
        """Equal for all names of one file."""
        return self.volume, self.inode


class Surplus(NamedTuple):
    """The one file that stays for a picture, and those beside it that need not."""

    kept: Known
    others: list[Known]


class Trashed(NamedTuple):
    """A row: absolute paths of where a file was, what it is called in the trash, and of the note that tells."""

    id: int
    place: bytes
    held: bytes
    note: bytes


def surplus(sql: sqlite3.Connection, image: int, level: Literal["exact", "same", ""]) -> Surplus | None:
    """What need not stay beside the picture that this one was merged into, or is. None if none of its files is there.

    exact: its other files, but for links of the same one; same: the files of its marked copies; else both. What lies in
    a private place is not touched for a picture that does not.
    """
    best = best_of(sql, image)
    own = _present(sql, [best])
    if not own:
        return None
    kept, *others = own
    found = [] if level == "same" else others
    if level != "exact":
        found = [*found, *_present(sql, copies_of(sql, best))]
    found = [file for file in found if file.private <= kept.private]
    return Surplus(kept, [file for file in found if file.is_linked_to != kept.is_linked_to])


def record(action: Action, image: int, place: bytes, held: bytes, note: bytes) -> int:
    """Notes that a file goes to the trash; returns the row's id."""
    paths = {"place": quote_from_bytes(place), "held": quote_from_bytes(held), "note": quote_from_bytes(note)}
    return action.insert("trashed", {"image": image, **paths, "trashed_at": now_ms()})


def of_actions(sql: sqlite3.Connection, actions: Iterable[int]) -> list[Trashed]:
    """What these actions moved to the trash and nobody has brought back."""
    rows = sql.execute(_RECORDED, (json.dumps(list(actions)),))
    return [Trashed(row, *map(unquote_to_bytes, paths)) for row, *paths in rows]


def _present(sql: sqlite3.Connection, images: Sequence[int]) -> list[Known]:
    rows = sql.execute(_FILES, (json.dumps(list(images)),)).fetchall()
    return [Known(image, absolute(top, path), top, *rest) for image, top, path, *rest in rows]
