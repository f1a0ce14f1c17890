"""Is the catalog's file whole? SQLite's own look at every page, and what it does not look at."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

_BROKEN = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
UNREADABLE = (sqlite3.DatabaseError, OverflowError, UnicodeDecodeError)
"""What reading a damaged file raises. The last also where SQLite quotes a garbled word of it in its own message."""


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error means that the file is damaged, and not that it is busy or the disk is full."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in _BROKEN


def wrong_with(path: Path) -> str:
    """What is wrong with a catalog that nobody else has open, as the end of a sentence; '' if it is whole.

    `PRAGMA quick_check` reads every page and finds torn and misplaced ones; what a flipped bit makes of a word
    it cannot know. Raises sqlite3.OperationalError where the file cannot be opened or read for other reasons.
    """
    if not path.exists():
        return "it is missing"
    if path.stat().st_size == 0:
        return "it is empty"
    try:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as sql:
            found = str(sql.execute("PRAGMA quick_check(1)").fetchone()[0])
            return _lost(sql) if found == "ok" else found.replace("\n", ", ")
    except UnicodeDecodeError:
        return "a name in it is garbled"  # in what SQLite says of it, too
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return str(error)


def _lost(sql: sqlite3.Connection) -> str:
    (version,) = sql.execute("PRAGMA user_version").fetchone()
    tables = {name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if version == 0 and not tables:
        return ""  # made and never filled: a first start that was killed
    if version == 0 or "meta" not in tables:
        return "what says that it is a catalog is lost"
    (identity,) = sql.execute("SELECT count(*) FROM meta WHERE key IN ('generation', 'library')").fetchone()
    return "" if identity == 2 else "its identity is lost"
