"""How much there is: the numbers of the status."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass


@dataclass(frozen=True)
class Tallies:
    """Contents with a present file; present files; files that failed; present files on volumes that are away."""

    images: int
    files: int
    failed: int
    offline: int


def count(sql: sqlite3.Connection) -> Tallies:
    """Counts in one committed state. Files of removed roots are not counted."""
    row = sql.execute(
        """
        SELECT count(DISTINCT files.image), count(*),
               (SELECT count(*) FROM failures JOIN files AS broken ON broken.id = failures.file
                 JOIN roots AS home ON home.id = broken.root
                WHERE broken.state = 'present' AND home.removed_at IS NULL),
               coalesce(sum(volumes.mount_point IS NULL), 0)
          FROM files JOIN roots ON roots.id = files.root JOIN volumes ON volumes.id = files.volume
         WHERE files.state = 'present' AND roots.removed_at IS NULL
        """
    ).fetchone()
    return Tallies(*row)
