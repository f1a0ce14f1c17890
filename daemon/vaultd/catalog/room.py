"""What a person is told when the catalog cannot be written: there is no room, nobody may write, the disk fails."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from vaultipc.errors import DiskFull, Refused, UserError

ENOUGH_BYTES = 64 * 1024 * 1024
"""Free space with which some hundred pictures can be read before anybody has to look again."""
_NONE_BYTES = 1024 * 1024
"""With less than this free, an error of reading or writing is one of room: SQLite cannot always tell."""


def mistake(error: sqlite3.Error, catalog: Path) -> UserError | None:
    """The state of the machine that an error of SQLite's comes from, None where it is none that a person can mend."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    free = _free(catalog.parent)
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and free < _NONE_BYTES):
        lacking = max(1, -(-(ENOUGH_BYTES - free) // 10**6))
        hint = "make room there; nothing is lost, and the work goes on by itself"
        return DiskFull(f"disk full, needs {lacking} MB at {catalog.parent}", hint=hint)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return Refused(
            f"the catalog {catalog} cannot be written: it, its folder or its disk is read-only",
            hint="give yourself the right to write there, or set another folder: `vvault config set library.data`",
        )
    if code == sqlite3.SQLITE_IOERR:
        return Refused(
            f"the catalog {catalog} cannot be written: its disk answers with an error of reading or writing",
            hint="look at the disk (`dmesg` tells more) and copy what is on it; what was answered before is kept",
        )
    return None


def _free(folder: Path) -> int:
    """Bytes that this user may still write; 0 where nobody can tell any more."""
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return 0
