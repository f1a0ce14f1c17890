"""Is the catalog what schema.sql says it is?

Each check is one sentence that holds, as a query for the rows that break it. They are read-only; the deep ones read
every page or every vector.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

import numpy as np

from vaultd.catalog import check_actions
from vaultipc.messages import Check

SHOWN = 3
RESTORE = "end the daemon, then `vvault restore` puts the newest backup in place"
UNRECORDED = f"these stand and cannot be undone; if more is missing, {RESTORE}"
LENGTH_TOLERANCE = 0.01  # half floats keep three digits; a vector's length of one survives to about 0.001


class _Rule(NamedTuple):
    """`broken` selects one text a row that breaks the sentence."""

    name: str
    sentence: str
    broken: str
    fix: str


_RULES = (
    _Rule(
        "tag forest",
        "every tag hangs below the top",
        "WITH RECURSIVE tree (id) AS (SELECT id FROM tags WHERE parent IS NULL"
        " UNION SELECT tags.id FROM tags JOIN tree ON tags.parent = tree.id)"
        " SELECT name FROM tags WHERE id NOT IN tree",
        RESTORE,
    ),
    _Rule(
        "vectors",
        "every vector has its model's dimension",
        "SELECT 'image ' || image FROM embeddings JOIN models ON models.id = model"
        " WHERE length(vector) <> 2 * models.dimension",
        RESTORE,
    ),
    _Rule(
        "failures",
        "every file that failed is there",
        "SELECT 'file ' || file FROM failures JOIN files ON files.id = file WHERE files.state <> 'present'",
        "`vvault failed --retry`",
    ),
    _Rule(
        "successions",
        "no content succeeds itself",  # but one another, where an edit was taken back
        "SELECT 'image ' || id FROM images WHERE successor_of = id",
        RESTORE,
    ),
    _Rule(
        "actions",
        "every undo record can be read",
        "SELECT 'action ' || action FROM action_rows WHERE NOT json_valid(row_key)"
        " OR NOT json_valid(coalesce(before, '{}')) OR NOT json_valid(coalesce(after, '{}'))",
        "those actions cannot be undone any more; nothing else depends on them",
    ),
    _Rule("recorded actions", "every action that was recorded is there", check_actions.GAPS, RESTORE),
    _Rule("whole actions", "every action is there with all it did", check_actions.HALVES, RESTORE),
    _Rule("undo", "every undo names what it took back", check_actions.LOOSE, RESTORE),
    _Rule(
        "change log",
        "no follower is ahead of the change log",
        "SELECT name FROM followers WHERE position >"
        " coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'changes'), 0)",
        "stop the daemon and delete the index folder; it is made again",
    ),
)

# Both read every row of the table itself: a column that no index holds is counted, else SQLite would take an index,
# which hides what it lacks.
_DEEP_RULES = (
    _Rule(
        "contents",
        "every content is one image",
        "SELECT 'image ' || min(id) || ' again' FROM images NOT INDEXED GROUP BY +hash HAVING count(type) > 1",
        RESTORE,
    ),
    _Rule(
        "tag counts",
        "every tag counts the pictures that bear it",
        "WITH borne AS (SELECT tag, count(added_at) AS times FROM image_tags NOT INDEXED GROUP BY +tag)"
        " SELECT tags.name FROM tags LEFT JOIN borne ON borne.tag = tags.id WHERE coalesce(times, 0) <> (SELECT"
        " count(*) FROM image_tags INDEXED BY image_tags_by_tag WHERE image_tags.tag = tags.id)",
        RESTORE,
    ),
)


def check(sql: sqlite3.Connection, deep: bool) -> list[Check]:
    """Every check of one committed state; `deep` reads everything."""
    return [
        _pages(sql, deep),
        _references(sql),
        *(_rule(sql, rule) for rule in _RULES),
        _holdings(sql),
        *(_deep(sql) if deep else ()),
    ]


def _deep(sql: sqlite3.Connection) -> Iterator[Check]:
    yield _lengths(sql)
    yield from (_rule(sql, rule) for rule in _DEEP_RULES)
    lost = list(check_actions.undone_effects(sql))
    yield verdict("effects", "everything is as the last action left it", lost, RESTORE)
    unrecorded = list(check_actions.unrecorded(sql))
    yield verdict("origins", "whatever you said was recorded as an action", unrecorded, UNRECORDED)


def _pages(sql: sqlite3.Connection, deep: bool) -> Check:
    found = [text for (text,) in sql.execute(f"PRAGMA {'integrity_check' if deep else 'quick_check'}({SHOWN})")]
    broken = [] if found == ["ok"] else found
    return verdict("catalog file", "the catalog file is whole", broken, RESTORE)


def _references(sql: sqlite3.Connection) -> Check:
    broken = [f"row {rowid} of {table}" for table, rowid, *_ in sql.execute("PRAGMA foreign_key_check")]
    return verdict("references", "every reference leads to a row", broken, RESTORE)


def _rule(sql: sqlite3.Connection, rule: _Rule) -> Check:
    broken = [text for (text,) in sql.execute(rule.broken)]
    return verdict(rule.name, rule.sentence, broken, rule.fix)


def _holdings(sql: sqlite3.Connection) -> Check:
    lost = [os.fsdecode(path) for (path,) in sql.execute("SELECT path FROM holdings") if not os.path.lexists(path)]
    shown = [path.encode("utf-8", "replace").decode() for path in lost]
    return verdict("held bytes", "every held picture is in its place", shown, "", state="warn")


def _lengths(sql: sqlite3.Connection) -> Check:
    broken = [
        f"image {image}" for image, vector in sql.execute("SELECT image, vector FROM embeddings") if _bent(vector)
    ]
    return verdict("vector lengths", "every vector has the length one", broken, RESTORE)


def _bent(vector: bytes) -> bool:
    if len(vector) % 2:
        return True
    length = float(np.linalg.norm(np.frombuffer(vector, "<f2").astype(np.float32)))
    return not abs(length - 1) < LENGTH_TOLERANCE  # also true of a vector that holds no number


def verdict(
    name: str, sentence: str, broken: Sequence[str], fix: str, state: Literal["fail", "warn"] = "fail"
) -> Check:
    """The answer of a check: it is fine if nothing is `broken`; else the first few of that are named."""
    if not broken:
        return Check(name=name, state="ok", message=sentence)
    more = f" and {len(broken) - SHOWN} more" if len(broken) > SHOWN else ""
    message = f"not true: {sentence} ({', '.join(broken[:SHOWN])}{more})"
    return Check(name=name, state=state, message=message, fix=fix)
