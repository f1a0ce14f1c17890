"""Putting a backup in the place of a catalog. What was there is kept aside, with a report of what is missing now.

The order of the steps is that of a power cut at any of them: the catalog is moved away first, so that until the
restored one lies there whole, there is none, and the next start begins anew with the same backup.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from vaultd.catalog.backups import damage
from vaultd.catalog.backups.missing import Missing, compare
from vaultd.catalog.backups.shelf import Backup, Shelf
from vaultd.catalog.backups.taking_over import PLAUSIBLE, Taken, last_id, take_over
from vaultd.catalog.backups.writing import need_space, read_only, sync
from vaultipc.errors import Refused

log = logging.getLogger(__name__)

REPORT = "report.txt"
UNREAD = "unread"
"""Beside the report of a restoring that nobody asked for, until somebody has read it and deletes this."""
_DRAFT = "report.draft"
_PARTS = ("", "-wal", "-shm")
_SKIPPED = 1000
"""How many ids are passed over where it cannot be told how many were given."""
_NO_HARM = ("it is missing", "it is empty")


class Restored(NamedTuple):
    """`aside`: the folder with what was there before and with the report; None where there was nothing."""

    backup: Path
    aside: Path | None
    taken: Taken
    missing: Missing | None


def mend(catalog: Path) -> Restored | None:
    """Looks whether the catalog is whole, and restores the newest usable backup if it is not; None if it was whole.

    The caller holds the catalog's lock. Raises Refused if it is damaged and there is no backup: then it is left alone.
    A catalog that is missing or empty, with no backups either, is a new one.
    """
    wrong = damage.wrong_with(catalog)
    if not wrong:
        return None
    backup = _newest_usable(Shelf(catalog))
    if backup is None:
        if wrong in _NO_HARM:
            return None
        raise Refused(
            f"the catalog {catalog} cannot be read ({wrong}), and there is no backup of it; it was left as it is",
            hint="`vvault restore --from FILE` puts a copy in its place; or move it away to start with an empty one",
        )
    log.error("the catalog %s is damaged (%s): restoring the backup %s", catalog, wrong, backup.path)
    restored = restore(catalog, backup.path, wrong, asked=False)
    log.error("the catalog was restored; what is missing stands in %s", (restored.aside or catalog.parent) / REPORT)
    return restored


def restore(catalog: Path, backup: Path, why: str, *, asked: bool) -> Restored:
    """Puts a copy of `backup` in place, under a new generation, so that every index is made anew.

    Where nobody `asked` for it, the report is marked as unread.
    The caller holds the catalog's lock. Raises Refused for what is no whole catalog and DiskFull, both before anything
    is changed.
    """
    need_space(catalog.parent, backup.stat().st_size)
    fresh = catalog.with_name(f".{catalog.name}.restored")
    _copy(backup, fresh)
    aside = _set_aside(catalog) or _newest_aside(catalog)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as sql:
        _renew(sql)
        taken = take_over(sql, aside / catalog.name) if aside else Taken()
        missing = compare(sql, aside / catalog.name) if aside else None
        _skip_ids(sql, aside / catalog.name if aside else None)
    restored = Restored(backup, aside, taken, missing)
    if aside is not None:
        _write_report(aside / _DRAFT, restored, why)
        if not asked:
            (aside / UNREAD).touch()
    sync(fresh)
    fresh.rename(catalog)
    sync(catalog.parent)
    if aside is not None:  # under its name it says that the restoring came to its end
        (aside / _DRAFT).rename(aside / REPORT)
    return restored


def kept_aside(catalog: Path) -> list[Path]:
    """The folders with catalogs that a backup took the place of, the newest first."""
    return sorted((catalog.parent / "replaced").glob("*"), reverse=True)


def _newest_usable(shelf: Shelf) -> Backup | None:
    for backup in shelf.all():
        wrong = damage.wrong_with(backup.path)
        if not wrong:
            return backup
        log.error("the backup %s is of no use: %s", backup.path, wrong)
    return None


def _set_aside(catalog: Path) -> Path | None:
    """Moves the catalog with what belongs to it into a folder of its own; None if there is no catalog."""
    there = [found for part in _PARTS if (found := catalog.with_name(catalog.name + part)).exists()]
    if not there:
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    is_catalog = there[0] == catalog
    aside = catalog.parent / "replaced" / f"{stamp}-{secrets.token_hex(2)}" if is_catalog else _newest_aside(catalog)
    if aside is None:  # the log of a catalog that is gone says nothing without it
        for path in there:
            path.unlink()
        return None
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in there:
        path.rename(aside / path.name)
    sync(aside)
    sync(catalog.parent)
    return aside


def _newest_aside(catalog: Path) -> Path | None:
    """What was moved away by a restoring that did not come to its end: it has no report yet."""
    unfinished = [
        folder for folder in kept_aside(catalog) if not (folder / REPORT).exists() and (folder / catalog.name).exists()
    ]
    return unfinished[0] if unfinished else None


def _renew(sql: sqlite3.Connection) -> None:
    """A position that an index remembers means nothing here; what a full backup holds of it goes, too."""
    sql.execute("UPDATE meta SET value = ? WHERE key = 'generation'", (secrets.token_hex(16),))
    sql.execute("DELETE FROM followers")


def _skip_ids(sql: sqlite3.Connection, damaged: Path | None) -> None:
    """Ids that were given since the backup are not given again: somebody may remember what they meant.

    Those of actions are: they are missing for good, and a gap between them would tell of one that was lost in secret.
    """
    old = sqlite3.connect(read_only(damaged), uri=True) if damaged else sqlite3.connect(":memory:")
    with closing(old):
        for table, given in sql.execute("SELECT name, seq FROM sqlite_sequence WHERE name <> 'actions'").fetchall():
            there = last_id(old, table)
            last = there if given <= there <= given + PLAUSIBLE else given + _SKIPPED
            sql.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = ?", (last, table))


def _copy(backup: Path, fresh: Path) -> None:
    """With the log that lies beside a catalog which somebody copied as it was. Raises Refused if that is not whole."""
    for part in _PARTS:
        fresh.with_name(fresh.name + part).unlink(missing_ok=True)
    for part in ("", "-wal"):
        source, target = backup.with_name(backup.name + part), fresh.with_name(fresh.name + part)
        if source.exists():
            shutil.copyfile(source, target)
            target.chmod(0o600)
    wrong = damage.wrong_with(fresh)
    if wrong or not _is_filled(fresh):
        fresh.unlink()
        raise Refused(f"{backup} is no whole catalog: {wrong or 'it holds nothing'}", hint="name another backup")


def _is_filled(catalog: Path) -> bool:
    with closing(sqlite3.connect(catalog)) as sql:
        return bool(sql.execute("PRAGMA user_version").fetchone()[0])


def _write_report(path: Path, restored: Restored, why: str) -> None:
    """For a person; the file beside it is what the report speaks of."""
    lines = [
        f"The catalog was replaced ({why}) by the backup {restored.backup}.",
        f"What was there before lies beside this file. Taken over from it: {restored.taken.vectors} vectors,"
        f" {restored.taken.images} pictures read since the backup.",
        "",
        *_missing_lines(restored.missing),
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", errors="replace")
    sync(path)


def _missing_lines(missing: Missing | None) -> list[str]:
    if missing is None or not (missing.fewer or missing.unreadable or missing.actions):
        return ["Nothing that you did is known to be missing."]
    lines = [f"Missing: {count} {noun}." for noun, count in missing.fewer.items()]
    lines += [f"Whether {noun} are missing cannot be told: that part cannot be read." for noun in missing.unreadable]
    if missing.actions:
        lines += ["", "Done since the backup, and to be done again:", *missing.actions]
    return lines
