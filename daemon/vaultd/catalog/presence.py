"""Whether images that something holds are still somewhere: what an album or a tag is asked before it is deleted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple


class Presence(NamedTuple):
    """How many images have a file, wherever that is now, and how many of them can be opened.

    Contents that an edit replaced have no file any more and do not count: their successors say what they said.
    """

    held: int
    here: int

    def __str__(self) -> str:
        pictures = "1 picture" if self.held == 1 else f"{self.held} pictures"
        return pictures + (f", {self.held - self.here} of them not here at present" if self.held > self.here else "")


def presence(sql: sqlite3.Connection, images: Sequence[int]) -> Presence:
    """How many of these images there are."""
    row = sql.execute(
        """
        SELECT count(DISTINCT files.image),
               count(DISTINCT files.image) FILTER (WHERE files.state = 'present' AND volumes.mount_point IS NOT NULL
                                                     AND roots.removed_at IS NULL)
          FROM json_each(?) AS wanted JOIN files ON files.image = wanted.value
          JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
        """,
        (json.dumps(list(images)),),
    ).fetchone()
    return Presence(*row)
