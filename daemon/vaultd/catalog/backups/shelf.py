"""The folder of backups beside a catalog: what lies in it, which come and which go.

A name holds a number that only grows, since clocks are set back: the newest is the one with the highest number.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, NamedTuple

from vaultd.catalog.backups.writing import GoesOn, always, need_space, read_only, write_full, write_lean

Kind = Literal["daily", "full", "manual"]
KEPT: dict[Kind, int] = {"daily": 7, "full": 1}
"""How many stay of those that are made by themselves."""
AGE: dict[Kind, timedelta] = {"daily": timedelta(days=1), "full": timedelta(days=7)}
"""How old the newest gets before there is another."""
_NAME = re.compile(r"(daily|full|manual)-(\d{6,})-(\d{8}T\d{6}Z)\.db")
_TIME = "%Y%m%dT%H%M%SZ"


class Backup(NamedTuple):
    """One file of the shelf. `made_at` is what the clock said then."""

    path: Path
    kind: Kind
    number: int
    made_at: datetime


class Shelf:
    """The backups of the catalog at `catalog`. Nothing is remembered: the folder is what counts."""

    def __init__(self, catalog: Path) -> None:
        self.catalog = catalog
        self.folder = catalog.parent / "backups"

    def all(self) -> list[Backup]:
        """Every backup, the newest first."""
        found = []
        for path in self.folder.glob("*.db"):
            told = _NAME.fullmatch(path.name)
            if told:
                kind, number, moment = told.groups()
                made_at = datetime.strptime(moment, _TIME).replace(tzinfo=UTC)
                found.append(Backup(path, kind, int(number), made_at))  # type: ignore[arg-type]
        return sorted(found, key=lambda backup: -backup.number)

    def newest(self, kind: Kind) -> Backup | None:
        """The newest of a kind, None if there is none."""
        return next((backup for backup in self.all() if backup.kind == kind), None)

    def is_due(self, kind: Kind, now: datetime) -> bool:
        """Whether the newest is old, and something has changed since. A clock that was set back makes none younger."""
        last = self.newest(kind)
        return last is None or (abs(now - last.made_at) >= AGE[kind] and self._state(last.path) != self._state())

    def put(self, kind: Kind, now: datetime, goes_on: GoesOn = always, *, full: bool = False) -> Backup:
        """Makes a backup, and lets those go that it takes the place of; `full` with all that can be computed again.

        Raises as `write_lean` does.
        """
        self.folder.mkdir(mode=0o700, exist_ok=True)
        number = max((backup.number for backup in self.all()), default=0) + 1
        path = self.folder / f"{kind}-{number:06}-{now.strftime(_TIME)}.db"
        if full or kind == "full":
            write_full(self.catalog, path, goes_on)
        else:
            last = self.newest(kind)
            need_space(self.folder, last.path.stat().st_size if last else 0)
            write_lean(self.catalog, path, goes_on)
        self._let_go(kind)
        return Backup(path, kind, number, now)

    def _let_go(self, kind: Kind) -> None:
        mine = [backup for backup in self.all() if backup.kind == kind]
        for old in mine[KEPT.get(kind, len(mine)) :]:
            old.path.unlink()

    def _state(self, path: Path | None = None) -> list[tuple[str, int]]:
        """What differs as soon as something was written that a backup holds: how many ids were ever given."""
        with closing(sqlite3.connect(read_only(path or self.catalog), uri=True)) as sql:
            return sql.execute("SELECT name, seq FROM sqlite_sequence ORDER BY name").fetchall()
