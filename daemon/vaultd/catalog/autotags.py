"""The model's own tags: rows of `image_tags` whose source is `auto`, and how far they have been written.

Their words stand below the reserved tag `auto`, as `auto/<group>/<term>`: apart from the tags of a person, whose
renames must not move them. Writing them is no action, as they follow from vectors and a vocabulary; what a person
rejects is one, and a rejected row is never touched again.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from vaultd.catalog import changes
from vaultd.catalog.store import Transaction, now_ms
from vaultipc.errors import NotFound

ROOT = "auto"
FOLLOWER = "autotags"
_STATE = "autotags"
_SCORE_DIGITS = 2

_NAMES = """
SELECT terms.id, groups.name, terms.name
  FROM tags AS terms JOIN tags AS groups ON groups.id = terms.parent JOIN tags AS root ON root.id = groups.parent
 WHERE root.name = 'auto' AND root.parent IS NULL
"""


class Word(NamedTuple):
    """A term and its group: the tag `auto/<group>/<term>`."""

    group: str
    term: str

    @property
    def full_name(self) -> str:
        """The tag's name, with '/'."""
        return f"{ROOT}/{self.group}/{self.term}"


class Standing(msgspec.Struct, frozen=True):
    """How far the rows follow. `plan`: what they follow from; `image`: the last of the pass over all, None after it."""

    plan: str = ""
    image: int | None = 0


class Difference(NamedTuple):
    """What to write for some images so that their rows are as they should be."""

    said: list[tuple[int, Word, float]]
    unsaid: list[tuple[int, int]]
    """(image, tag)"""


def standing(sql: sqlite3.Connection) -> tuple[Standing, int]:
    """How far the rows follow, and the position in the change log up to which they do."""
    row = sql.execute("SELECT value FROM meta WHERE key = ?", (_STATE,)).fetchone()
    place = sql.execute("SELECT position FROM followers WHERE name = ?", (FOLLOWER,)).fetchone()
    if row is None or place is None:
        return Standing(), 0
    return msgspec.json.decode(row[0], type=Standing), int(place[0])


def note(tx: Transaction, reached: Standing, position: int) -> None:
    """Keeps how far the rows follow, in the transaction that wrote them."""
    tx.sql.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_STATE, msgspec.json.encode(reached).decode()))
    changes.follow(tx, FOLLOWER, position)


def words(sql: sqlite3.Connection) -> dict[int, Word]:
    """Every word that has a tag, by its tag."""
    return {tag: Word(group, term) for tag, group, term in sql.execute(_NAMES)}


def named(sql: sqlite3.Connection, name: str) -> int:
    """The tag of a term, given as `dog`, `animals/dog` or `auto/animals/dog`. Raises NotFound."""
    parts = tuple(name.removeprefix(f"{ROOT}/").split("/"))
    for tag, word in words(sql).items():
        if parts in ((word.term,), (word.group, word.term)):
            return tag
    raise NotFound(f"the model has tagged nothing with “{name}”", hint="`vvault autotags` lists its tags")


def difference(
    sql: sqlite3.Connection, images: Sequence[int], wanted: Mapping[int, Mapping[Word, float]]
) -> Difference:
    """What has to change for these images to have exactly the wanted words, with these scores from 0 to 1.

    Scores are compared as they are stored, in hundredths. Rejected rows stay as they are, and so does their word.
    """
    known = words(sql)
    left = {
        (image, word): round(score, _SCORE_DIGITS) for image in images for word, score in wanted.get(image, {}).items()
    }
    unsaid: list[tuple[int, int]] = []
    rows = sql.execute(
        "SELECT image, tag, state, score FROM json_each(?) AS asked CROSS JOIN image_tags ON image = asked.value"
        " WHERE source = 'auto'",
        (json.dumps(list(images)),),
    )
    for image, tag, state, score in rows:
        key = (image, known[tag]) if tag in known else None
        if key not in left:
            unsaid += [(image, tag)] if state == "active" else []
        elif state == "rejected" or score == left[key]:
            del left[key]
    return Difference([(image, word, score) for (image, word), score in left.items()], unsaid)


def write(tx: Transaction, change: Difference) -> None:
    """Writes a difference. What was rejected, or forgotten, since it was made stays so."""
    tx.sql.executemany(
        "DELETE FROM image_tags WHERE image = ? AND tag = ? AND source = 'auto' AND state = 'active'", change.unsaid
    )
    tags = _tags_of(tx, {word for _, word, _ in change.said})
    now = now_ms()
    tx.sql.executemany(
        "INSERT INTO image_tags (image, tag, source, state, score, added_at)"
        " SELECT id, ?, 'auto', 'active', ?, ? FROM images WHERE id = ?"
        " ON CONFLICT (image, tag, source) DO UPDATE SET score = excluded.score WHERE state = 'active'",
        [(tags[word], score, now, image) for image, word, score in change.said],
    )
    if change.said or change.unsaid:
        # One line for all: no index holds these tags, and whoever shows them asks again.
        tx.changed("tag", _tag(tx, None, ROOT))


def regroup(tx: Transaction, wanted: Iterable[Word]) -> None:
    """Moves words that stand in another group of the vocabulary now, so that what was rejected stays so."""
    groups = {word.term: word.group for word in wanted}
    for tag, word in words(tx.sql).items():
        if groups.get(word.term, word.group) != word.group:
            parent = _tag(tx, _tag(tx, None, ROOT), groups[word.term])
            tx.sql.execute("UPDATE OR IGNORE tags SET parent = ? WHERE id = ?", (parent, tag))
            tx.changed("tag", tag)


def counts(sql: sqlite3.Connection) -> list[tuple[Word, int, int]]:
    """Each word that has pictures or rejections, with how many have it and how many it was rejected for; by name."""
    rows = sql.execute(
        "SELECT tag, count(*) FILTER (WHERE state = 'active'), count(*) FILTER (WHERE state = 'rejected')"
        " FROM image_tags WHERE source = 'auto' GROUP BY tag"
    ).fetchall()
    known = words(sql)
    return sorted((known[tag], active, rejected) for tag, active, rejected in rows if tag in known)


def tagged(sql: sqlite3.Connection) -> tuple[int, int]:
    """How many images have some tag of the model's, and how many images there are."""
    having = "SELECT DISTINCT image FROM image_tags WHERE source = 'auto' AND state = 'active'"
    some, every = sql.execute(f"SELECT (SELECT count(*) FROM ({having})), (SELECT count(*) FROM images)").fetchone()
    return some, every


def having(sql: sqlite3.Connection, tag: int, images: Sequence[int]) -> list[int]:
    """Those of these images that the model gives this tag, in their order."""
    rows = sql.execute(
        "SELECT image FROM image_tags WHERE tag = ? AND source = 'auto' AND state = 'active'"
        " AND image IN (SELECT value FROM json_each(?))",
        (tag, json.dumps(list(images))),
    )
    found = {image for (image,) in rows}
    return [image for image in images if image in found]


def _tags_of(tx: Transaction, wanted: set[Word]) -> dict[Word, int]:
    """The tag of each word, made where there is none."""
    known = {word: tag for tag, word in words(tx.sql).items()} if wanted else {}
    for word in sorted(wanted - known.keys()):
        known[word] = _tag(tx, _tag(tx, _tag(tx, None, ROOT), word.group), word.term)
    return known


def _tag(tx: Transaction, parent: int | None, name: str) -> int:
    row = tx.sql.execute("SELECT id FROM tags WHERE parent IS ? AND name = ?", (parent, name)).fetchone()
    if row is None:
        row = tx.sql.execute(
            "INSERT INTO tags (parent, name, created_at, listed) VALUES (?, ?, ?, 0) RETURNING id",
            (parent, name, now_ms()),
        ).fetchone()
    return int(row[0])
