"""`tag:`, `auto:`, `album:`: what an image belongs to, by name."""

from __future__ import annotations

import sqlite3

from vaultd.catalog import autotags, lookup
from vaultd.index.words import folded
from vaultd.query import Field
from vaultd.query.scanner import as_value
from vaultd.search.conditions.condition import Condition, belonging, listed
from vaultd.search.conditions.patterns import has_wildcards, matcher

_IN = "IN (SELECT value FROM json_each(?))"


def tag(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """Tagged so by anybody but the model, or with a tag below it; `=` only exactly so."""
    tags = tags_called(sql, field.value, below=field.operator != "=")
    return _tagged(sql, tags, "source <> 'auto'", among)


def auto(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """Tagged so by the model."""
    tags = model_tags_called(sql, field.value, below=field.operator != "=")
    return _tagged(sql, tags, "source = 'auto'", among)


def album(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """In an album of this name."""
    albums = albums_called(sql, field.value, exactly=field.operator == "=")
    return belonging(sql, "album_images", f"album_images.album {_IN}", (listed(albums),), among)


def tags_called(sql: sqlite3.Connection, name: str, *, below: bool) -> list[int]:
    """The tags of this full name; if none is written exactly so, those that differ in case or accents.

    A name with wildcards that no tag bears means all tags that it matches. `below`: also all tags below them.
    """
    names = lookup.tag_names(sql)
    called = _called(set(names.values()), name, exactly=False)
    prefixes = tuple(f"{full}/" for full in called)
    return [tag for tag, full in names.items() if full in called or (below and full.startswith(prefixes))]


def model_tags_called(sql: sqlite3.Connection, name: str, *, below: bool) -> list[int]:
    """The model's tags of this name: a term, a group, or both with a slash; case and accents folded.

    `below`: of a group, also all its terms.
    """
    wanted = folded(name)
    known = {tag: (folded(word.group), folded(word.term)) for tag, word in autotags.words(sql).items()}
    if has_wildcards(name):
        fits = matcher(name)
        return [tag for tag, (group, term) in known.items() if fits(term) or fits(f"{group}/{term}")]
    return [
        tag
        for tag, (group, term) in known.items()
        if wanted in (term, f"{group}/{term}") or (below and wanted == group)
    ]


def albums_called(sql: sqlite3.Connection, name: str, *, exactly: bool = False) -> list[int]:
    """The albums of this name, as tags are called."""
    names: dict[int, str] = dict(sql.execute("SELECT id, name FROM albums"))
    called = _called(set(names.values()), name, exactly=exactly)
    return [album for album, known in names.items() if known in called]


def _called(names: set[str], name: str, *, exactly: bool) -> set[str]:
    """Those of these names that are written so; if none is, that differ in case or accents; else that match."""
    if name in names or exactly:
        return names & {name}
    wanted = folded(as_value(name))
    alike = {known for known in names if folded(as_value(known)) == wanted}
    if alike or not has_wildcards(name):
        return alike
    fits = matcher(name)
    return {known for known in names if fits(known)}


def _tagged(sql: sqlite3.Connection, tags: list[int], said: str, among: int | None) -> Condition:
    where = f"image_tags.tag {_IN} AND image_tags.state = 'active' AND image_tags.{said}"
    return belonging(sql, "image_tags", where, (listed(tags),), among)
