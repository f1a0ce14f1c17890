"""`name:`, `path:`, `camera:`, `lens:` and the texts about an image: what is written somewhere.

SQLite asks back for each text; the pattern is made once.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from functools import lru_cache

from vaultd.catalog.shown import ON_SHOWN_VOLUME, PLACE
from vaultd.domain.paths import absolute, name_of
from vaultd.query import And, Field, Node
from vaultd.search.conditions.condition import Condition
from vaultd.search.conditions.patterns import matcher, speaker

TEXTS = {
    "caption": ("title", "description", "caption", "comment"),
    "ocr": ("ocr",),
    "prompt": ("prompt",),
    "negative": ("negative",),
    "place": ("location", "city", "region", "country"),
    "city": ("city",),
    "country": ("country",),
    "person": ("person",),
    "creator": ("creator", "rights"),
    "artist": ("creator",),
    "label": ("label",),
}
"""The fields that ask for texts, and the kinds of text that each asks."""

_SHOWN = f"""FROM files JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
    WHERE files.state = 'present' AND {ON_SHOWN_VOLUME} AND roots.removed_at IS NULL"""


def register(sql: sqlite3.Connection) -> None:
    """Makes the functions known that the conditions of this module call."""
    sql.create_function("vault_path", 4, _path_matches, deterministic=True)
    sql.create_function("vault_text", 3, _text_matches, deterministic=True)


def file(field: Field, among: int | None) -> Condition:
    """One of the files of an image that are shown has this name, or this path."""
    matches = f"vault_path(?, ?, {PLACE}, files.path)"
    if among is None:
        found = f"images.id IN (SELECT files.image {_SHOWN} AND files.image IS NOT NULL AND {matches})"
    else:
        found = f"EXISTS (SELECT 1 {_SHOWN} AND files.image = images.id AND {matches})"
    return Condition(found, (field.name, field.value))


def device(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """What EXIF calls the camera or the lens."""
    column = f"images.{field.name}"
    if among is not None:
        return Condition(f"vault_text('{field.name}', ?, {column})", (field.value,))
    fits = matcher(field.value, whole=False)
    known = sql.execute(f"SELECT DISTINCT {column} FROM images WHERE {column} IS NOT NULL").fetchall()
    return Condition(
        f"coalesce({column} IN (SELECT value FROM json_each(?)), 0)", (json.dumps([n for (n,) in known if fits(n)]),)
    )


def text(field: Field, among: int | None) -> Condition:
    """A text of the kinds that the field asks."""
    kinds = ", ".join(f"'{kind}'" for kind in TEXTS[field.name])
    said = f"texts.kind IN ({kinds}) AND vault_text('{field.name}', ?, texts.text)"
    if among is None:
        return Condition(f"images.id IN (SELECT texts.image FROM texts WHERE {said})", (field.value,))
    return Condition(f"EXISTS (SELECT 1 FROM texts WHERE texts.image = images.id AND {said})", (field.value,))


def prefers(node: Node | None) -> Callable[[bytes], bool] | None:
    """Whether an absolute path satisfies the query's own `name:` and `path:` terms; None if it has none."""
    parts = node.parts if isinstance(node, And) else (node,)
    terms = [part for part in parts if isinstance(part, Field) and part.name in ("name", "path")]
    if not terms:
        return None
    return lambda path: all(_file_matches(term.name, term.value, path) for term in terms)


def _path_matches(name: str, value: str, place: bytes, path: bytes) -> bool:
    return _file_matches(name, value, path if name == "name" else absolute(place, path))


def _file_matches(name: str, value: str, path: bytes) -> bool:
    shown = name_of(path) if name == "name" else path
    return matcher(value, whole=False)(shown.decode("utf-8", "replace"))


def _text_matches(name: str, value: str, text: str | None) -> bool:
    if text is None:
        return False
    if name in ("camera", "lens"):
        return _device_matches(value, text)
    if name == "seed":
        return matcher(value)(text)
    return speaker(value)(text)


@lru_cache(maxsize=4096)
def _device_matches(value: str, text: str) -> bool:
    """There are few cameras and lenses, and many pictures by each."""
    return matcher(value, whole=False)(text)
