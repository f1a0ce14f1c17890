"""Copies of one picture become one: what was said of the others goes onto the best, and they are marked as its copies.

What the best says itself stays: it gets what it lacks. What the others say stays with them, too, so that nothing is
lost if they are kept after all. A tag that the user took off the best stays off, unless they gave it to another one.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence

from vaultd.catalog import albums, edits, marks, tags
from vaultd.catalog.actions import Action
from vaultd.catalog.lookup import names_of
from vaultd.catalog.store import now_ms

_TAGS = """
SELECT tag FROM image_tags WHERE image IN (SELECT value FROM json_each(:others)) AND state = 'active'
 AND source <> 'auto' AND tag NOT IN (SELECT tag FROM image_tags WHERE image = :best AND state = 'active'
 AND source <> 'auto') GROUP BY tag HAVING max(source = 'user') OR tag NOT IN
 (SELECT tag FROM image_tags WHERE image = :best AND state = 'rejected') ORDER BY tag
"""

_ALBUMS = """
SELECT albums.id, albums.name, album_images.image, min(given.key) FROM json_each(:others) AS given
 CROSS JOIN album_images ON album_images.image = given.value JOIN albums ON albums.id = album_images.album
 WHERE albums.id NOT IN (SELECT album FROM album_images WHERE image = :best)
 GROUP BY albums.id ORDER BY albums.name
"""

_TEXT = """
SELECT text FROM json_each(:others) AS given CROSS JOIN texts ON texts.image = given.value
 WHERE kind = :kind AND source NOT GLOB 'model:*' AND source NOT GLOB 'ocr:*'
 ORDER BY given.key, source = 'user' DESC, source = 'sidecar' DESC, source LIMIT 1
"""


def merge(action: Action, best: int, others: Sequence[int]) -> list[str]:
    """Gives the best what the others, the better ones first, have beyond it, and marks them as its copies.

    Returns what it got, each as a person calls it. Copies of the others become copies of the best.
    """
    gains = [
        gain
        for take in (_take_tags, _take_albums, _take_rating, _take_favourite, _take_texts)
        for gain in take(action, best, others)
    ]
    action.delete("copies", {"image": best})
    behind = [copy for other in others for copy in copies_of(action.tx.sql, other) if copy != best]
    for image in dict.fromkeys([*others, *behind]):
        action.put("copies", {"image": image}, {"best": best}, {"marked_at": now_ms()})
    return gains


def best_of(sql: sqlite3.Connection, image: int) -> int:
    """The picture that an image was merged into: itself, if it was not."""
    row = sql.execute("SELECT best FROM copies WHERE image = ?", (image,)).fetchone()
    return image if row is None else int(row[0])


def copies_of(sql: sqlite3.Connection, best: int) -> list[int]:
    """The images that are marked as copies of this one, ascending."""
    return [image for (image,) in sql.execute("SELECT image FROM copies WHERE best = ? ORDER BY image", (best,))]


def marked(sql: sqlite3.Connection, images: Sequence[int]) -> set[int]:
    """Which of these images are marked as copies of another."""
    rows = sql.execute(
        "SELECT image FROM json_each(?) AS given CROSS JOIN copies ON copies.image = given.value",
        (json.dumps(list(images)),),
    )
    return {image for (image,) in rows}


def _take_tags(action: Action, best: int, others: Sequence[int]) -> Iterator[str]:
    found = [tag for (tag,) in action.tx.sql.execute(_TAGS, {"best": best, "others": json.dumps(list(others))})]
    names = names_of(action.tx.sql, found)
    for tag in found:
        tags.apply(action, tag, [best])
        yield f"the tag {names[tag]}"


def _take_albums(action: Action, best: int, others: Sequence[int]) -> Iterator[str]:
    """In the order of an album the best stands before the first of its copies."""
    given = {"best": best, "others": json.dumps(list(others))}
    for album, name, other, _ in action.tx.sql.execute(_ALBUMS, given).fetchall():
        albums.add(action, album, [best], before=other)
        yield f"the album {name}"


def _take_rating(action: Action, best: int, others: Sequence[int]) -> Iterator[str]:
    """The highest, if the best has none."""
    sql = action.tx.sql
    stars = [next(iter(marks.ratings(sql, other).values()), 0) for other in others]
    if max(stars, default=0) and not marks.ratings(sql, best):
        marks.rate(action, [best], max(stars))
        yield f"the rating {max(stars)}"


def _take_favourite(action: Action, best: int, others: Sequence[int]) -> Iterator[str]:
    query = "SELECT 1 FROM favourites WHERE image IN (SELECT value FROM json_each(?)) LIMIT 1"
    if action.tx.sql.execute(query, (json.dumps(list(others)),)).fetchone() and marks.favour(action, [best])[0]:
        yield "being a favourite"


def _take_texts(action: Action, best: int, others: Sequence[int]) -> Iterator[str]:
    """Of each kind that a user may write the best copy's, if the best has none but a model's."""
    for kind in edits.KINDS:
        found = _text(action.tx.sql, others, kind)
        if found and not _text(action.tx.sql, [best], kind):
            edits.write(action, [best], {kind: found})
            yield f"the {kind}"


def _text(sql: sqlite3.Connection, images: Sequence[int], kind: str) -> str:
    row = sql.execute(_TEXT, {"others": json.dumps(list(images)), "kind": kind}).fetchone()
    return row[0] if row else ""
