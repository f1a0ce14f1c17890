"""Is what users did still there, whole, in effect, and can it be taken back?

`vaultd.catalog.check` asks these with the rest. What a person said must never be lost, and nothing else in the catalog
could tell: a missing tag looks like a picture that was never tagged.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from vaultd.catalog.actions import TABLES, Cell, Row, current, label
from vaultd.catalog.images import SAID

GAPS = """
WITH RECURSIVE numbers (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM numbers
 WHERE id < (SELECT seq FROM sqlite_sequence WHERE name = 'actions'))
SELECT 'action ' || id FROM numbers WHERE id <= (SELECT seq FROM sqlite_sequence WHERE name = 'actions')
 AND id NOT IN (SELECT id FROM actions)
"""
"""Actions that were recorded and are not there: their numbers are given in order and never again."""

HALVES = """
SELECT 'action ' || action FROM action_rows GROUP BY action
 HAVING min(position) <> 0 OR max(position) <> count(*) - 1
UNION ALL
SELECT 'action ' || id FROM actions WHERE kind <> 'undo'
 AND NOT EXISTS (SELECT 1 FROM action_rows WHERE action = actions.id)
"""
"""Actions of which some rows are missing, or all: only an undo may have found nothing that was left to take back."""

LOOSE = """
SELECT 'action ' || done.id FROM actions AS done LEFT JOIN actions AS reverter ON reverter.id = done.undone_by
 WHERE done.undone_by IS NOT NULL AND reverter.undoes IS NOT done.id
UNION ALL
SELECT 'action ' || undo.undoes FROM actions AS undo JOIN actions AS done ON done.id = undo.undoes
 WHERE undo.undone_by IS NULL AND done.undone_by IS NULL
UNION ALL
SELECT 'action ' || id FROM actions WHERE (kind = 'undo') <> (undoes IS NOT NULL)
"""
"""Actions that are said to be undone by one that did something else, or are undone and do not say so."""

_NEWEST = """
SELECT table_name, row_key, after, max(action << 32 | position) >> 32 FROM action_rows
 WHERE json_valid(row_key) AND json_valid(coalesce(after, '{}')) GROUP BY table_name, row_key
"""

_RIVALS = """
SELECT after FROM action_rows JOIN actions ON actions.id = action WHERE table_name = ? AND row_key = ?
 AND last_at >= (SELECT started_at FROM actions WHERE id = ?)
"""
"""What was left there by actions that were open at the same time: a group that was joined later came last."""

_ALONE = {"image_tags": "source", "ratings": "source", "texts": "source"}
"""Tables that files and models write, too: only the user's own rows are as the user left them."""

SAID_BY_USERS = {
    "tags": "listed",
    "image_tags": "source IN ('user', 'rule')",
    "ratings": "source = 'user'",
    "texts": "source = 'user'",
}
"""Which rows no file and no model can have made, in tables that others than users write, too."""

_INHERITED = {table for table, *_ in SAID}
_EDITED = """ AND image NOT IN (SELECT id FROM images WHERE successor_of IS NOT NULL
 UNION ALL SELECT successor_of FROM images WHERE successor_of IS NOT NULL)"""
_OF_FORGOTTEN = """
SELECT DISTINCT {rest} FROM action_rows WHERE table_name = ? AND json_valid(row_key)
 AND json_extract(row_key, '$.image') NOT IN (SELECT id FROM images)
"""

_COMPARED = {"tags": ("name",), "image_tags": ("state",)}
"""What nothing but actions changes, where that is not every column."""


def undone_effects(sql: sqlite3.Connection) -> Iterator[str]:
    """What the last action said of a row and is not so, each as a person calls it.

    Rows of images that were forgotten have gone with them; what an edited picture inherited from the one before may
    stand where the user had taken it away, or be gone where the user took it away from the other.
    """
    for table, key_text, after_text, action in sql.execute(_NEWEST):
        key: Row = json.loads(key_text)
        if not _is_the_users(table, key) or _is_forgotten(sql, key):
            continue
        found = current(sql, table, key)
        if _is(table, found, after_text) or ((after_text is None or found is None) and _is_heir(sql, key)):
            continue
        rivals = sql.execute(_RIVALS, (table, key_text, action)).fetchall()
        if not any(_is(table, found, rival) for (rival,) in rivals):
            yield f"action {action}: {label(sql, table, found or key)}"


def unrecorded(sql: sqlite3.Connection) -> Iterator[str]:
    """What the user is said to have said and no action tells of, each as a person calls it.

    An action that lost its end is found by this, for all that it did still stands. What an edited picture inherited is
    in no action, and whoever inherits from a picture that was forgotten since is known by what was said of that one.
    """
    for table, layout in TABLES.items():
        is_inherited = table in _INHERITED
        rows = sql.execute(_unrecorded(table, layout.key, _EDITED if is_inherited else ""), (table,)).fetchall()
        rest = [column for column in layout.key if column != "image"]
        forgotten = _OF_FORGOTTEN.format(rest=_keys(rest) or "1")
        excused = set(sql.execute(forgotten, (table,))) if rows and is_inherited else set()
        for values in rows:
            key: Row = dict(zip(layout.key, values, strict=True))
            if (tuple(key[column] for column in rest) or (1,)) not in excused:
                yield label(sql, table, current(sql, table, key) or key)


def _unrecorded(table: str, key: Sequence[str], more: str) -> str:
    """The keys of the user's rows that no action names; all at once, as there may be millions of either."""
    said = f"SELECT {', '.join(key)} FROM {table} WHERE {SAID_BY_USERS.get(table, 'true')}{more}"
    return f"{said} EXCEPT SELECT {_keys(key)} FROM action_rows WHERE table_name = ? AND json_valid(row_key)"


def _keys(columns: Sequence[str]) -> str:
    return ", ".join(f"json_extract(row_key, '$.{column}')" for column in columns)


def _is_the_users(table: str, key: Row) -> bool:
    return table not in _ALONE or key[_ALONE[table]] == "user"


def _is(table: str, found: Row | None, recorded: str | None) -> bool:
    """Whether a row is as it was recorded."""
    if found is None or recorded is None:
        return found is None and recorded is None
    wanted: dict[str, Cell] = json.loads(recorded)
    return all(found.get(column) == wanted.get(column) for column in _COMPARED.get(table, tuple(wanted)))


def _is_forgotten(sql: sqlite3.Connection, key: Row) -> bool:
    image = key.get("image")
    return image is not None and not sql.execute("SELECT 1 FROM images WHERE id = ?", (image,)).fetchone()


def _is_heir(sql: sqlite3.Connection, key: Row) -> bool:
    """Whether a picture follows another, or is followed: an edit that was taken back inherits, too."""
    image = key.get("image")
    query = "SELECT 1 FROM images WHERE (id = ? AND successor_of IS NOT NULL) OR successor_of = ?"
    return image is not None and bool(sql.execute(query, (image, image)).fetchone())
