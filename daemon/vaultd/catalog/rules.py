"""Rules: pictures that match a query when they come in, or change, are given a tag, as the source `rule`.

A rule gives and never takes away, since moving or editing a picture must not cost it a tag, and it gives a picture its
tag once. `ruled` remembers that, so that what a person undid, or took off, stays so. What a rule does is recorded as an
action like what a person does.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Literal, NamedTuple

from vaultd.catalog import tags
from vaultd.catalog.actions import Action, Row, current
from vaultd.catalog.store import Transaction, now_ms
from vaultipc.errors import Conflict, NotFound
from vaultipc.messages import RuleLevel

FOLLOWER = "rules"
SOURCE = "rule"
KIND = "rule"
"""Of the actions in which rules tag what comes in: nobody's last change, so `undo` takes one back if it is named."""

UNKNOWN = -1
"""The position of a follower that has none: the log never reaches back to it."""

_COLUMNS = "id, query, level, tag, created_at"


class Rule(NamedTuple):
    """`query` as it was written, `tag` as an id."""

    id: int
    query: str
    level: RuleLevel
    tag: int
    created_at: int


def listing(sql: sqlite3.Connection) -> list[Rule]:
    """All of them, the oldest first."""
    return [Rule(*row) for row in sql.execute(f"SELECT {_COLUMNS} FROM rules ORDER BY id")]


def find(sql: sqlite3.Connection, rule: int) -> Rule | None:
    """The rule of that number."""
    row = sql.execute(f"SELECT {_COLUMNS} FROM rules WHERE id = ?", (rule,)).fetchone()
    return None if row is None else Rule(*row)


def require(sql: sqlite3.Connection, rule: int) -> Rule:
    """The rule of that number. Raises NotFound."""
    found = find(sql, rule)
    if found is None:
        raise NotFound(f"there is no rule {rule}", hint="`vvault rule list` lists them")
    return found


def put(action: Action, query: str, level: RuleLevel, tag: str) -> Rule:
    """Makes a rule, and its tag where there is none. Raises Conflict if there is that very rule already, and what
    `tags.create` raises."""
    said = tags.create(action, tag)
    twin = action.tx.sql.execute(
        "SELECT id FROM rules WHERE query = ? AND level = ? AND tag = ?", (query, level, said)
    ).fetchone()
    if twin is not None:
        raise Conflict(f"rule {twin[0]} says that already", hint=f"`vvault rule run {twin[0]}` asks it again")
    made = action.insert("rules", {"query": query, "level": level, "tag": said, "created_at": now_ms()})
    return require(action.tx.sql, made)


def remove(action: Action, rule: Rule) -> int:
    """Takes a rule away and the tag off what it alone tagged; returns off how many images.

    What a person took off before stays known as such.
    """
    rows = action.tx.sql.execute(
        "SELECT ours.image FROM ruled AS ours JOIN image_tags ON image_tags.image = ours.image"
        " AND image_tags.tag = :tag AND image_tags.source = 'rule' AND image_tags.state = 'active'"
        " WHERE ours.rule = :rule AND NOT EXISTS (SELECT 1 FROM ruled AS other JOIN rules ON rules.id = other.rule"
        " WHERE other.image = ours.image AND rules.tag = :tag AND rules.id <> :rule)",
        {"rule": rule.id, "tag": rule.tag},
    ).fetchall()
    for (image,) in rows:
        action.delete("image_tags", _key(rule, image))
    action.delete("rules", {"id": rule.id})
    return len(rows)


def position(sql: sqlite3.Connection) -> int:
    """How far the rules follow the change log."""
    row = sql.execute("SELECT position FROM followers WHERE name = ?", (FOLLOWER,)).fetchone()
    return UNKNOWN if row is None else int(row[0])


def lacking(sql: sqlite3.Connection, rule: Rule, images: Sequence[int]) -> list[int]:
    """Those of these images to which the rule would give its tag now."""
    return [image for image in untagged(sql, rule, images) if not _is_decided(sql, rule, image)]


def untagged(sql: sqlite3.Connection, rule: Rule, images: Sequence[int]) -> list[int]:
    """Those of these images that the rule has not tagged before, in their order."""
    rows = sql.execute(
        "SELECT image FROM json_each(?) AS given CROSS JOIN ruled ON rule = ? AND image = given.value",
        (json.dumps(list(images)), rule.id),
    )
    known = {image for (image,) in rows}
    return [image for image in images if image not in known]


def give(action: Action, rule: Rule, images: Sequence[int]) -> int:
    """Gives images the rule's tag, but where it gave it before or a person took it off; returns how many have it new.

    Images that were forgotten meanwhile are passed over.
    """
    sql, given = action.tx.sql, 0
    for image in images:
        if not sql.execute("SELECT 1 FROM images WHERE id = ?", (image,)).fetchone():
            continue
        first = sql.execute("INSERT INTO ruled (rule, image) VALUES (?, ?) ON CONFLICT DO NOTHING", (rule.id, image))
        if first.rowcount and not _is_decided(sql, rule, image):
            action.insert("image_tags", {**_key(rule, image), "state": "active", "added_at": now_ms()})
            given += 1
    return given


def restore(action: Action, tag: int, image: int, state: Literal["active", "rejected"]) -> int:
    """What a rule said of an image in another library, or a person of it; returns 1 if nothing was said of it here."""
    key: Row = {"image": image, "tag": tag, "source": SOURCE}
    if current(action.tx.sql, "image_tags", key) is not None:
        return 0
    action.insert("image_tags", {**key, "state": state, "added_at": now_ms()})
    return 1


def count(sql: sqlite3.Connection, rule: Rule) -> int:
    """How many images have the tag by this rule, whoever else says so."""
    (found,) = sql.execute(
        "SELECT count(*) FROM ruled JOIN image_tags ON image_tags.image = ruled.image AND image_tags.tag = ?"
        " AND image_tags.source = 'rule' AND image_tags.state = 'active' WHERE ruled.rule = ?",
        (rule.tag, rule.id),
    ).fetchone()
    return int(found)


def unasked(sql: sqlite3.Connection) -> list[Rule]:
    """The rules that were not asked of the whole library yet."""
    asked = {rule for (rule,) in sql.execute("SELECT rule FROM rules_asked")}
    return [rule for rule in listing(sql) if rule.id not in asked]


def note_asked(tx: Transaction, rule: Rule) -> None:
    """This rule was asked of the whole library; from now on it follows the change log."""
    tx.sql.execute("INSERT INTO rules_asked SELECT id FROM rules WHERE id = ? ON CONFLICT DO NOTHING", (rule.id,))


def ask_all_again(tx: Transaction, rule: Rule | None = None) -> None:
    """Nobody knows what may match now: a rule, or every one, is to be asked of the whole library again."""
    tx.sql.execute("DELETE FROM rules_asked WHERE rule = coalesce(?, rule)", (None if rule is None else rule.id,))


def _is_decided(sql: sqlite3.Connection, rule: Rule, image: int) -> bool:
    """Whether some rule has given the tag, or a person took it off, whoever had said it."""
    row = sql.execute(
        "SELECT 1 FROM image_tags WHERE image = ? AND tag = ? AND (source = 'rule' OR state = 'rejected')",
        (image, rule.tag),
    ).fetchone()
    return row is not None


def _key(rule: Rule, image: int) -> Row:
    return {"image": image, "tag": rule.tag, "source": SOURCE}
