"""Images by what their files are called."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from vaultd.catalog.shown import ON_SHOWN_VOLUME, PLACE
from vaultd.domain.paths import absolute

_SHOWN = f"""SELECT files.image, {PLACE}, files.path FROM {{source}}
    JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
    WHERE files.image IS NOT NULL AND files.state = 'present' AND {ON_SHOWN_VOLUME} AND roots.removed_at IS NULL"""


def with_path_ending(sql: sqlite3.Connection, ending: bytes) -> list[tuple[int, bytes]]:
    """Images with a file of this name, or of a path that ends with these components: each with its path.

    Only files that are shown count. It looks at every file: where words say which images may be meant, `files_of` them
    is far cheaper.
    """
    rows = sql.execute(
        _SHOWN.format(source="files")
        + " AND (files.path = ? OR substr(files.path, -?) = ?) ORDER BY files.image, files.path",
        (ending, len(ending) + 1, b"/" + ending),
    )
    return [(image, absolute(place, path)) for image, place, path in rows]


def files_of(sql: sqlite3.Connection, images: Iterable[int]) -> list[tuple[int, bytes]]:
    """The files of these images that are shown: each image with the absolute path of each."""
    source = "json_each(?) AS wanted CROSS JOIN files ON files.image = wanted.value"
    rows = sql.execute(
        _SHOWN.format(source=source) + " ORDER BY files.image, files.path",
        (json.dumps([int(image) for image in images]),),
    )
    return [(image, absolute(place, path)) for image, place, path in rows]
