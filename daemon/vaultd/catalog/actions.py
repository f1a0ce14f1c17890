"""What users did, row by row, so that it can be undone.

Everything a user changes goes through an `Action`, which does the SQL and remembers each row before and after. Undoing
writes the before-values where the current value still equals the after-value; what has changed since is left alone and
reported. The undo is itself an action, made with the same three operations, so it can be undone too.

    with actions.recorded(tx, "tag", "tag with pets", origin, group) as action:
        action.insert("image_tags", {...})

Calls of one origin and group within five seconds of the last, or as many as the caller says, join one action, unless
something else has touched the same rows in between: then joining would make the two impossible to undo one after the
other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple
from urllib.parse import unquote

import msgspec

from vaultd.catalog.store import Entity, Transaction, now_ms
from vaultipc.errors import Conflict

JOIN_WITHIN_S = 5.0
LONGEST_S = 366 * 86_400.0
"""No gesture takes a year, whatever a client says."""
SUMMARY_LENGTH = 200
MOST_BETWEEN = 1_000
"""Actions of others since a gesture began, after which it goes on as another one."""

Cell = str | int | float | None
Row = dict[str, Cell]


class Table(NamedTuple):
    """A table whose rows users change.

    `key`: its primary key. `entity` and `id_column`: what the change log tells about a row. `dependents`: (table,
    column) that refer to a row, which must be gone before it goes, lest a cascade delete what no action remembers.
    """

    key: tuple[str, ...]
    entity: Entity
    id_column: str
    dependents: tuple[tuple[str, str], ...] = ()


TABLES: dict[str, Table] = {
    "tags": Table(
        ("id",), "tag", "id", (("tags", "parent"), ("image_tags", "tag"), ("rules", "tag"), ("subscriptions", "tag"))
    ),
    "image_tags": Table(("image", "tag", "source"), "image", "image"),
    "saved": Table(("id",), "saved", "id"),
    "rules": Table(("id",), "rule", "id"),
    "subscriptions": Table(("id",), "subscription", "id"),
    "feedback": Table(("query", "image"), "feedback", "image"),
    "favourites": Table(("image",), "image", "image"),
    "ratings": Table(("image", "source"), "image", "image"),
    "texts": Table(("image", "kind", "source"), "image", "image"),
    "albums": Table(("id",), "album", "id", (("album_images", "album"),)),
    "album_images": Table(("album", "image"), "image", "image"),
    "copies": Table(("image",), "image", "image"),
    "trashed": Table(("id",), "image", "image"),
    "rewritten": Table(("id",), "image", "image"),
}


class Action:
    """One action while it is being recorded. `id` is None until something changed."""

    def __init__(
        self, tx: Transaction, kind: str, summary: str, origin: str, group: str, within_s: float = JOIN_WITHIN_S
    ) -> None:
        self.tx = tx
        self.id: str | None = None
        self._kind, self._summary, self._origin, self._group = kind, summary, origin, group
        self._within_s = within_s
        self._number = 0
        self._position = 0

    def insert(self, table: str, values: Mapping[str, Cell]) -> int:
        """Adds a row and returns its rowid, 0 in a table without one. Raises sqlite3.IntegrityError."""
        columns = ", ".join(values)
        marks = ", ".join("?" * len(values))
        cursor = self.tx.sql.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", tuple(values.values()))
        rowid = cursor.lastrowid or 0
        key = {column: values.get(column, rowid) for column in TABLES[table].key}
        self._record(table, key, None, current(self.tx.sql, table, key))
        return rowid

    def update(self, table: str, key: Mapping[str, Cell], values: Mapping[str, Cell]) -> bool:
        """Changes columns of a row and tells whether any differed. Raises Conflict if the row is gone."""
        before = current(self.tx.sql, table, key)
        if before is None:
            raise Conflict(f"{label(self.tx.sql, table, key)} is gone")
        if all(before[column] == value for column, value in values.items()):
            return False
        assignments = ", ".join(f"{column} = ?" for column in values)
        condition, key_values = _condition(key)
        self.tx.sql.execute(f"UPDATE {table} SET {assignments} WHERE {condition}", (*values.values(), *key_values))
        self._record(table, key, before, {**before, **values})
        return True

    def put(
        self, table: str, key: Mapping[str, Cell], values: Mapping[str, Cell], once: Mapping[str, Cell] | None = None
    ) -> bool:
        """Makes sure that there is a row with these values, and tells whether that changed anything.

        `once`: what a row gets beside them when it is made.
        """
        if current(self.tx.sql, table, key) is not None:
            return self.update(table, key, values)
        self.insert(table, {**key, **values, **(once or {})})
        return True

    def delete(self, table: str, key: Mapping[str, Cell]) -> bool:
        """Removes a row and tells whether there was one. Raises Conflict if other rows still refer to it."""
        before = current(self.tx.sql, table, key)
        if before is None:
            return False
        for dependent, column in TABLES[table].dependents:
            query = f"SELECT 1 FROM {dependent} WHERE {column} = ? LIMIT 1"
            if self.tx.sql.execute(query, (before["id"],)).fetchone():
                raise Conflict(f"{label(self.tx.sql, table, before)} is in use")
        condition, key_values = _condition(key)
        self.tx.sql.execute(f"DELETE FROM {table} WHERE {condition}", key_values)
        self._record(table, key, before, None)
        return True

    def start(self) -> int:
        """Makes sure that the action stands in the log, even if nothing changes, and returns its number."""
        if self.id is None:
            self._number, self._position = self._join() or self._begin()
            self.id = str(self._number)
        return self._number

    def _record(self, table: str, key: Mapping[str, Cell], before: Row | None, after: Row | None) -> None:
        number = self.start()
        key = {column: key[column] for column in TABLES[table].key}  # in one order, so that keys compare as text
        self.tx.sql.execute(
            "INSERT INTO action_rows (action, position, table_name, row_key, before, after) VALUES (?, ?, ?, ?, ?, ?)",
            (number, self._position, table, _encoded(key), _encoded(before), _encoded(after)),
        )
        self._position += 1
        _tell(self.tx, table, before, after)

    def _begin(self) -> tuple[int, int]:
        now = now_ms()
        cursor = self.tx.sql.execute(
            "INSERT INTO actions (kind, summary, origin, group_key, started_at, last_at) VALUES (?, ?, ?, ?, ?, ?)",
            (self._kind, self._summary[:SUMMARY_LENGTH], self._origin, self._group or None, now, now),
        )
        return cursor.lastrowid or 0, 0

    def _join(self) -> tuple[int, int] | None:
        """The open action of this origin and group, and the next position in it."""
        number = joined(self.tx.sql, self._origin, self._group, self._within_s)
        if number is None:
            return None
        (summary,) = self.tx.sql.execute("SELECT summary FROM actions WHERE id = ?", (number,)).fetchone()
        if self._summary not in summary.split("; "):
            summary = f"{summary}; {self._summary}"[:SUMMARY_LENGTH]
        self.tx.sql.execute("UPDATE actions SET last_at = ?, summary = ? WHERE id = ?", (now_ms(), summary, number))
        last = self.tx.sql.execute("SELECT max(position) FROM action_rows WHERE action = ?", (number,)).fetchone()[0]
        return number, 0 if last is None else last + 1


@contextmanager
def recorded(
    tx: Transaction, kind: str, summary: str, origin: str, group: str = "", within_s: float = JOIN_WITHIN_S
) -> Iterator[Action]:
    """Records one gesture of a user's. If nothing changes in the block, no action remains.

    `within_s`: how long ago the last call of its group may be for this one to join its action.
    """
    yield Action(tx, kind, summary, origin, group, within_s)


def joined(sql: sqlite3.Connection, origin: str, group: str, within_s: float) -> int | None:
    """The open action of this origin and group that a call would join now, None if it would begin one."""
    if not group:
        return None
    within_ms = int(1000 * min(within_s, LONGEST_S))
    row = sql.execute(
        "SELECT id FROM actions WHERE origin = ? AND group_key = ? AND last_at BETWEEN ? AND ?"
        " AND undone_by IS NULL AND undoes IS NULL ORDER BY id DESC LIMIT 1",
        # What lies in the future was written before the clock was set back: nobody knows how long ago.
        (origin, group, now_ms() - within_ms, now_ms() + within_ms),
    ).fetchone()
    return None if row is None or _overtaken(sql, row[0]) else int(row[0])


def counted(images: Iterable[int], change: Callable[[int], bool]) -> tuple[int, int]:
    """Does the same to each of these images, once; how often that changed something, and how often not."""
    outcomes = [change(image) for image in dict.fromkeys(images)]
    changed = sum(outcomes)
    return changed, len(outcomes) - changed


def current(sql: sqlite3.Connection, table: str, key: Mapping[str, Cell]) -> Row | None:
    """A row as it is now."""
    condition, values = _condition(key)
    cursor = sql.execute(f"SELECT * FROM {table} WHERE {condition}", values)
    row = cursor.fetchone()
    return None if row is None else {column[0]: cell for column, cell in zip(cursor.description, row, strict=True)}


def label(sql: sqlite3.Connection, table: str, row: Mapping[str, Cell]) -> str:
    """What a person calls a row."""
    match table:
        case "image_tags":
            return f"{_name(sql, 'tags', row['tag']) or 'a deleted tag'} on image {row['image']}"
        case "album_images":
            return f"image {row['image']} in {_name(sql, 'albums', row['album']) or 'a deleted album'}"
        case "feedback":
            return f"what was said of image {row['image']} in “{row['query']}”"
        case "favourites" | "ratings" | "texts":
            noun = {"favourites": "favourite", "ratings": "rating"}.get(table) or row["kind"]
            return f"the {noun} of image {row['image']}"
        case "copies":
            return f"the mark of image {row['image']} as a copy"
        case "trashed":
            return unquote(str(row.get("place") or "a file that was in the trash"))
        case "rewritten":
            return unquote(str(row.get("place") or "a file that was written"))
    nouns = {
        "tags": "the tag",
        "saved": "the saved search",
        "albums": "the album",
        "rules": "the rule",
        "subscriptions": "the subscription",
    }
    noun = nouns[table]
    return f"{noun} {row.get('name') or row['id']}"


def _name(sql: sqlite3.Connection, table: str, row: Cell) -> str:
    found = sql.execute(f"SELECT name FROM {table} WHERE id = ?", (row,)).fetchone()
    return str(found[0]) if found else ""


def _condition(key: Mapping[str, Cell]) -> tuple[str, Sequence[Cell]]:
    return " AND ".join(f"{column} = ?" for column in key), tuple(key.values())


def _encoded(row: Mapping[str, Cell] | None) -> str | None:
    return None if row is None else msgspec.json.encode(row).decode()


def _tell(tx: Transaction, table: str, before: Row | None, after: Row | None) -> None:
    layout = TABLES[table]
    entity_id = int((after or before or {})[layout.id_column] or 0)
    gone = after is None and layout.entity != "image"
    tx.changed(layout.entity, entity_id, "delete" if gone else "upsert")


def _overtaken(sql: sqlite3.Connection, action: int) -> bool:
    """Whether a newer action changed a row that this one changed, or so many came since that it is to be looked at no
    longer: a gesture of many parts asks before each of them."""
    newest = sql.execute("SELECT max(id) FROM actions").fetchone()[0]
    if newest - action > MOST_BETWEEN:
        return True
    # Looked up in what the action changed, and only if anything is newer: as a join it was each row with each.
    row = sql.execute(
        "SELECT 1 FROM action_rows WHERE action > ?"
        " AND (table_name, row_key) IN (SELECT table_name, row_key FROM action_rows WHERE action = ?) LIMIT 1",
        (action, action),
    ).fetchone()
    return row is not None
