"""How much there is: the numbers of the status."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from vaultd.catalog.store import Catalog


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


class Tallier:
    """Counts again only after a row has changed: with a million files it takes half a second."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._known: tuple[int, Tallies] | None = None

    def known(self) -> Tallies | None:
        """What there is, None if it must be counted. Trio thread only."""
        if self._known is not None and self._known[0] == self._catalog.rows_changed():
            return self._known[1]
        return None

    def count(self, rows_changed: int) -> Tallies:
        """Counts, in any thread. `rows_changed`: of the catalog, before this."""
        with self._catalog.read() as sql:
            counted = count(sql)
        self._known = (rows_changed, counted)
        return counted
