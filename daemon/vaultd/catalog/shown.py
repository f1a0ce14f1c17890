"""Which images can be opened now, and which are shown where nobody asks for more: SQL conditions, each in one place.

Pictures on volumes that are away are shown where the configuration says so. Its word is kept in the catalog: so it is a
part of these conditions, and another word is a change like others, after which whoever keeps an answer asks anew.
"""

from __future__ import annotations

import json
import sqlite3
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vaultd.catalog.privacy import IS_PRIVATE
from vaultd.catalog.store import Catalog
from vaultipc.messages import ImageState

ONLINE: frozenset[ImageState] = frozenset({"online"})
AWAY_TOO: frozenset[ImageState] = frozenset({"online", "offline"})

_KEY = "search.offline"
_AWAY_TOO = f"EXISTS (SELECT 1 FROM meta WHERE key = '{_KEY}' AND value = 'show')"

PLACE = "coalesce(volumes.mount_point, volumes.last_mount_point, CAST('/' AS BLOB))"
"""Where a row of `volumes` is mounted, or was last."""

ON_SHOWN_VOLUME = f"(volumes.mount_point IS NOT NULL OR {_AWAY_TOO})"
"""An SQL condition on a row of `volumes`: what lies on it is shown. Of one that is mounted nothing more is asked."""

# A file counts while its root is watched: `remove` keeps the rows of a root, but shows none of them.
_HAS_FILE = """EXISTS (SELECT 1 FROM files JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
    WHERE files.image = images.id AND files.state = 'present' AND {on_volume} AND roots.removed_at IS NULL)"""

IS_ONLINE = _HAS_FILE.format(on_volume="volumes.mount_point IS NOT NULL")
"""An SQL condition on a row of `images`: it can be opened now."""

IS_OPEN = f"{IS_ONLINE} AND NOT {IS_PRIVATE}"
"""The same, and it is not private: for what is done with files."""

IS_SHOWN = f"{_HAS_FILE.format(on_volume=ON_SHOWN_VOLUME)} AND NOT {IS_PRIVATE}"
"""An SQL condition on a row of `images`: it is listed where nobody asks for it."""


def begin(catalog: Catalog, offline: Literal["hide", "show"]) -> None:
    """From now on pictures on volumes that are away are shown among others, or are not."""
    if (catalog.meta(_KEY) or "hide") == offline:
        return
    with catalog.write() as tx:
        tx.sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, offline))
        for (root,) in tx.sql.execute("SELECT id FROM roots").fetchall():
            tx.changed("root", root)


def states(sql: sqlite3.Connection) -> frozenset[ImageState]:
    """Those of the best file of an image in which it is shown."""
    return AWAY_TOO if sql.execute(f"SELECT {_AWAY_TOO}").fetchone()[0] else ONLINE


def away(sql: sqlite3.Connection, images: NDArray[np.int64]) -> NDArray[np.bool_]:
    """bool [n]: which of these images, all of them shown, cannot be opened now. Where none is, it looks at none."""
    found = np.zeros(len(images), np.bool_)
    (some,) = sql.execute(f"SELECT {_AWAY_TOO} AND EXISTS (SELECT 1 FROM volumes WHERE mount_point IS NULL)").fetchone()
    if some:
        rows = sql.execute(
            "SELECT given.key FROM json_each(?) AS given CROSS JOIN images ON images.id = given.value"
            f" WHERE NOT {IS_ONLINE}",
            (json.dumps(images.tolist()),),
        )
        found[[place for (place,) in rows]] = True
    return found
