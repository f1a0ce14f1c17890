"""Whether images that something holds are still somewhere: what an album or a tag is asked before it is deleted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple

from vaultd.catalog.shown import IS_SHOWN


class Presence(NamedTuple):
    """How many images have a file, wherever that is now, and how many of them are shown.

    Contents that an edit replaced have no file any more and do not count: their successors say what they said.
    """

    held: int
    shown: int

    def __str__(self) -> str:
        pictures = "1 picture" if self.held == 1 else f"{self.held} pictures"
        return pictures + (f", {self.held - self.shown} of them not shown at present" if self.held > self.shown else "")


def presence(sql: sqlite3.Connection, images: Sequence[int]) -> Presence:
    """How many of these images there are."""
    row = sql.execute(
        f"""
        SELECT count(*), count(*) FILTER (WHERE {IS_SHOWN}) FROM json_each(?) AS wanted
          JOIN images ON images.id = wanted.value
         WHERE EXISTS (SELECT 1 FROM files WHERE files.image = images.id)
        """,
        (json.dumps(list(images)),),
    ).fetchone()
    return Presence(*row)
