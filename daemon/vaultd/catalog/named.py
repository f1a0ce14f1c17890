"""Images by what their files are called."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from vaultd.domain.paths import absolute

_ONLINE = """FROM {source} JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
    WHERE files.image IS NOT NULL AND files.state = 'present' AND volumes.mount_point IS NOT NULL
      AND roots.removed_at IS NULL"""


def with_path_ending(sql: sqlite3.Connection, ending: bytes) -> list[tuple[int, bytes]]:
    """Images that have an online file of this name, or of a path that ends with these components: each with its path.

    It looks at every file: where words say which images may be meant, `files_of` them is far cheaper.
    """
    rows = sql.execute(
        f"SELECT files.image, volumes.mount_point, files.path {_ONLINE.format(source='files')}"
        " AND (files.path = ? OR substr(files.path, -?) = ?) ORDER BY files.image, files.path",
        (ending, len(ending) + 1, b"/" + ending),
    )
    return [(image, absolute(mount_point, path)) for image, mount_point, path in rows]


def files_of(sql: sqlite3.Connection, images: Iterable[int]) -> list[tuple[int, bytes]]:
    """The online files of these images: each image with the absolute path of each."""
    source = "json_each(?) AS wanted CROSS JOIN files ON files.image = wanted.value"
    rows = sql.execute(
        f"SELECT files.image, volumes.mount_point, files.path {_ONLINE.format(source=source)}"
        " ORDER BY files.image, files.path",
        (json.dumps([int(image) for image in images]),),
    )
    return [(image, absolute(mount_point, path)) for image, mount_point, path in rows]
