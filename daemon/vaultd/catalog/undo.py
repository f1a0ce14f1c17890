"""Undoing actions, and telling what was done."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from vaultd.catalog.actions import JOIN_WITHIN_S, Action, Row, current, joined, label, recorded
from vaultd.catalog.store import Transaction
from vaultd.domain.moments import rfc3339
from vaultipc.errors import Conflict, NotFound
from vaultipc.messages import ActionInfo

TAKEN_BACK = "taken back in the same gesture"
_INFO = """
SELECT actions.id, last_at, kind, summary, undone_by IS NOT NULL, undoes,
       coalesce(nullif(count(DISTINCT json_extract(row_key, '$.image')), 0), count(position)),
       (SELECT json_group_array(image) FROM (
        SELECT DISTINCT json_extract(row_key, '$.image') AS image FROM action_rows
         WHERE action = actions.id AND image IS NOT NULL LIMIT 6))
  FROM actions LEFT JOIN action_rows ON action_rows.action = actions.id
"""

_OF_IMAGE = """
WITH RECURSIVE line (id) AS (SELECT :image UNION
 SELECT successor_of FROM images JOIN line USING (id) WHERE successor_of IS NOT NULL)
SELECT action FROM action_rows WHERE json_extract(row_key, '$.image') IN (SELECT id FROM line)
"""


class _Known(NamedTuple):
    """A row of _INFO."""

    action: int
    last_at: int
    kind: str
    summary: str
    undone: int
    undoes: int | None
    things: int
    images: str

    def reverse(self) -> str:
        """The summary of the action that undoes this one."""
        if self.undoes is None:
            return f"undo: {self.summary}"
        verb, _, what = self.summary.partition(": ")
        return f"{'redo' if verb == 'undo' else 'undo'}: {what}"

    def told(self) -> ActionInfo:
        return ActionInfo(
            id=str(self.action),
            time=rfc3339(self.last_at),
            kind=self.kind,
            summary=self.summary,
            count=self.things,
            undone=bool(self.undone),
            images=[str(image) for image in msgspec.json.decode(self.images)],
        )


Astray = Mapping[tuple[str, int], str]
"""By table, `trashed` or `rewritten`, and id of a row, why its file could not be brought back."""
_NOT_AGAIN = {
    "trashed": "files go to the trash by `vvault duplicates trash` only",
    "rewritten": "files are written by `vvault write-metadata --into files` only",
}


class _Gesture(NamedTuple):
    """Who undoes, and what it belongs to."""

    origin: str
    group: str
    within_s: float


def newest(sql: sqlite3.Connection, count: int) -> list[int]:
    """The actions that a person would undo next, the newest first. What undid something, and what rules did by
    themselves, must be asked for by its id."""
    rows = sql.execute(
        "SELECT id FROM actions WHERE undone_by IS NULL AND undoes IS NULL AND kind <> 'rule' ORDER BY id DESC LIMIT ?",
        (count,),
    )
    return [action for (action,) in rows]


def undo(
    tx: Transaction,
    actions: Sequence[int],
    origin: str,
    astray: Astray | None = None,
    *,
    group: str = "",
    within_s: float = JOIN_WITHIN_S,
    dry_run: bool = False,
) -> list[ActionInfo]:
    """Undoes these actions in this order and returns them, each with what was skipped and why.

    `astray`: the rows whose files could not be brought back, and why. The last action of `group`, within
    `within_s` seconds, is taken back in itself: the gesture stays one action.

    One of which nothing is left to undo counts as undone, so that the next one can be reached. With `dry_run` it tells
    the same and leaves everything as it was. Raises NotFound, or Conflict if one is undone already.
    """
    gesture = _Gesture(origin, group, within_s)
    topics = set(tx.topics)
    tx.sql.execute("SAVEPOINT undo")
    done = [_undo_one(tx, action, gesture, astray or {}) for action in actions]
    if dry_run:
        tx.sql.execute("ROLLBACK TO undo")
        tx.topics.intersection_update(topics)
        for info in done:
            info.undone = False
    tx.sql.execute("RELEASE undo")
    return done


def log(sql: sqlite3.Connection, limit: int, image: int | None = None) -> list[ActionInfo]:
    """The newest actions, undos among them, the newest first. `image`: only those that changed what is said of it, or
    of the contents that it was edited from."""
    chosen = "" if image is None else f"WHERE actions.id IN ({_OF_IMAGE})"
    rows = sql.execute(
        f"{_INFO} {chosen} GROUP BY actions.id ORDER BY actions.id DESC LIMIT :limit", {"limit": limit, "image": image}
    )
    return [_Known(*row).told() for row in rows]


def _undo_one(tx: Transaction, number: int, gesture: _Gesture, astray: Astray) -> ActionInfo:
    row = tx.sql.execute(f"{_INFO} WHERE actions.id = ? GROUP BY actions.id", (number,)).fetchone()
    if row is None:
        raise NotFound(f"there is no action {number}", hint="`vvault log` lists them")
    known = _Known(*row)
    if known.undone:
        raise Conflict(f"action {number} is undone already", hint="undo its undo to do it again; `vvault log` has it")
    rows = tx.sql.execute(
        "SELECT table_name, row_key, before, after FROM action_rows WHERE action = ? ORDER BY position DESC", (number,)
    ).fetchall()
    own = joined(tx.sql, *gesture) == number
    summary, group = (TAKEN_BACK, gesture.group) if own else (known.reverse(), "")
    with recorded(tx, "undo", summary, gesture.origin, group, gesture.within_s) as action:
        reverter = action.start()
        outcomes = [
            _revert(action, table, _decoded(key), _decoded(before), _decoded(after), astray)
            for table, key, before, after in rows
        ]
    if reverter != number:
        _mark(tx.sql, number, reverter, known.undoes)
    info = known.told()
    info.skipped = [outcome for outcome in outcomes if outcome]
    info.undone = True
    return info


def _decoded(text: str | None) -> Row:
    """A row as it was recorded; the empty row where there was none."""
    row: Row = msgspec.json.decode(text) if text else {}
    return row


def _revert(action: Action, table: str, key: Row, before: Row, after: Row, astray: Astray) -> str:
    """Puts one row back and returns '', or why it was left alone."""
    sql = action.tx.sql
    if table in _NOT_AGAIN and not after:
        return f"{label(sql, table, before)}: {_NOT_AGAIN[table]}"
    if table in _NOT_AGAIN and (table, key["id"]) in astray:
        return astray[table, int(key["id"] or 0)]
    if (current(sql, table, key) or {}) != after:
        return f"{label(sql, table, after or before)}: changed since"
    try:
        if not before:
            action.delete(table, key)
        elif not after:
            action.insert(table, before)
        else:
            action.update(table, key, before)
    except Conflict as conflict:
        return conflict.message
    except sqlite3.IntegrityError:
        return f"{label(sql, table, before)}: its name was given to another, or what it belongs to is gone"
    return ""


def _mark(sql: sqlite3.Connection, undone: int, by: int, undid: int | None) -> None:
    """Notes that `by` took away the effect of `undone`; so what that one had undone is in effect again, and so on."""
    sql.execute("UPDATE actions SET undoes = ? WHERE id = ?", (undone, by))
    sql.execute("UPDATE actions SET undone_by = ? WHERE id = ?", (by, undone))
    above, below, in_effect = undone, undid, True
    while below is not None:
        sql.execute("UPDATE actions SET undone_by = ? WHERE id = ?", (None if in_effect else above, below))
        (next_below,) = sql.execute("SELECT undoes FROM actions WHERE id = ?", (below,)).fetchone()
        above, below, in_effect = below, next_below, not in_effect
