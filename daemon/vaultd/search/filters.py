"""The exact conditions of a query as SQL over `images`. The catalog answers them, so every client agrees at once."""

from __future__ import annotations

import fnmatch
import json
import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass

from vaultd.catalog import autotags, lookup
from vaultd.domain.paths import absolute, name_of
from vaultd.index.words import folded
from vaultd.query import And, Field, Node, Not, Or
from vaultd.query.fields import date_span, mime_prefix

Value = str | int | bytes
_FILES = """EXISTS (SELECT 1 FROM files JOIN volumes ON volumes.id = files.volume JOIN roots ON roots.id = files.root
    WHERE files.image = images.id AND files.state = 'present' AND volumes.mount_point IS NOT NULL
      AND roots.removed_at IS NULL AND path_matches(?, ?, volumes.mount_point, files.path))"""


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition on a row of `images`, never NULL, and the values of its placeholders."""

    sql: str
    values: tuple[Value, ...] = ()


def is_exact(node: Node) -> bool:
    """Whether a condition is made of fields only, and so holds exactly or not."""
    match node:
        case Field():
            return True
        case Not(part):
            return is_exact(part)
        case And(parts) | Or(parts):
            return all(is_exact(part) for part in parts)
        case _:
            return False


def condition(sql: sqlite3.Connection, node: Node) -> Condition:
    """The SQL of an exact condition. The connection is made to know `path_matches`."""
    sql.create_function("path_matches", 4, _path_matches, deterministic=True)
    return _condition(sql, node)


def prefers(node: Node | None) -> Callable[[bytes], bool] | None:
    """Whether an absolute path satisfies the query's own `name:` and `path:` terms; None if it has none."""
    parts = node.parts if isinstance(node, And) else (node,)
    terms = [part for part in parts if isinstance(part, Field) and part.name in ("name", "path")]
    if not terms:
        return None
    return lambda path: all(_matches(term.name, term.value, path) for term in terms)


def unknown_tags(sql: sqlite3.Connection, node: Node | None) -> tuple[str, ...]:
    """A sentence for each tag that a query names and that does not exist."""
    match node:
        case Field("tag", _, value):
            return () if tags_called(sql, value, below=True) else (f"there is no tag “{value}”",)
        case Field("auto", _, value):
            return () if model_tags_called(sql, value, below=True) else (f"the model has tagged nothing “{value}”",)
        case Not(part):
            return unknown_tags(sql, part)
        case And(parts) | Or(parts):
            return tuple(note for part in parts for note in unknown_tags(sql, part))
        case _:
            return ()


def _condition(sql: sqlite3.Connection, node: Node) -> Condition:
    match node:
        case Field():
            return _field(sql, node)
        case Not(part):
            inner = _condition(sql, part)
            return Condition(f"NOT ({inner.sql})", inner.values)
        case And(parts) | Or(parts):
            joint = " AND " if isinstance(node, And) else " OR "
            inner_ones = [_condition(sql, part) for part in parts]
            values = tuple(value for inner in inner_ones for value in inner.values)
            return Condition(joint.join(f"({inner.sql})" for inner in inner_ones), values)
        case _:
            raise TypeError(f"{node} is no exact condition")


def _field(sql: sqlite3.Connection, field: Field) -> Condition:
    match field.name:
        case "tag" | "auto":
            return _tagged(sql, field)
        case "type":
            prefix = mime_prefix(field.value) or field.value
            return Condition("substr(images.type, 1, ?) = ?", (len(prefix), prefix))
        case "after":
            return _span("images.taken_at", ">=", date_span(field.value))
        case "before":
            return _span("images.taken_at", "<", date_span(field.value))
        case "date":
            return _date(field)
        case "width" | "height":
            return _pixels(field)
        case "camera":
            return _camera(sql, field)
        case "name" | "path":
            return Condition(_FILES, (field.name, field.value))
    raise AssertionError(f"the parser knows a field that the search does not: {field.name}")


def _tagged(sql: sqlite3.Connection, field: Field) -> Condition:
    source, called = ("= 'auto'", model_tags_called) if field.name == "auto" else ("<> 'auto'", tags_called)
    tags = called(sql, field.value, below=field.operator != "=")
    return Condition(
        "images.id IN (SELECT image FROM image_tags WHERE tag IN (SELECT value FROM json_each(?))"
        f" AND state = 'active' AND source {source})",
        (json.dumps(tags),),
    )


def tags_called(sql: sqlite3.Connection, name: str, *, below: bool) -> list[int]:
    """The tags of this full name; if none is written exactly so, those that differ in case or accents.

    `below`: also all tags below them.
    """
    names = lookup.tag_names(sql)
    called = {full for full in names.values() if full == name}
    called = called or {full for full in names.values() if folded(full) == folded(name)}
    prefixes = tuple(f"{full}/" for full in called)
    return [tag for tag, full in names.items() if full in called or (below and full.startswith(prefixes))]


def model_tags_called(sql: sqlite3.Connection, name: str, *, below: bool) -> list[int]:
    """The model's tags of this name: a term, a group, or both with a slash; case and accents folded.

    `below`: of a group, also all its terms.
    """
    wanted = folded(name)
    named = {tag: (folded(word.group), folded(word.term)) for tag, word in autotags.words(sql).items()}
    return [
        tag
        for tag, (group, term) in named.items()
        if wanted in (term, f"{group}/{term}") or (below and wanted == group)
    ]


def _span(column: str, operator: str, span: tuple[int, int]) -> Condition:
    return Condition(f"({column} IS NOT NULL AND {column} {operator} ?)", (span[0],))


def _date(field: Field) -> Condition:
    """The span of a date is from its start to the start of the next; each comparison picks the end that it means."""
    low, _, high = field.value.partition("..")
    (start, _), (_, end) = date_span(low), date_span(high or low)
    known = "images.taken_at IS NOT NULL AND images.taken_at"
    match field.operator:
        case "<" | ">=":
            return Condition(f"({known} {field.operator} ?)", (start,))
        case "<=":
            return Condition(f"({known} < ?)", (end,))
        case ">":
            return Condition(f"({known} >= ?)", (end,))
    return Condition(f"({known} >= ? AND images.taken_at < ?)", (start, end))


def _pixels(field: Field) -> Condition:
    column = f"images.{field.name}"
    if field.operator == "..":
        low, _, high = field.value.partition("..")
        return Condition(f"{column} BETWEEN ? AND ?", (int(low), int(high)))
    return Condition(f"{column} {field.operator or '='} ?", (int(field.value),))


def _camera(sql: sqlite3.Connection, field: Field) -> Condition:
    wanted = folded(field.value)
    known = (name for (name,) in sql.execute("SELECT DISTINCT camera FROM images WHERE camera IS NOT NULL"))
    cameras = [name for name in known if wanted in folded(name)]
    return Condition("coalesce(images.camera IN (SELECT value FROM json_each(?)), 0)", (json.dumps(cameras),))


def _path_matches(name: str, pattern: str, mount_point: bytes, path: bytes) -> bool:
    return _matches(name, pattern, absolute(mount_point, path))


def _matches(name: str, pattern: str, path: bytes) -> bool:
    """Case and accents folded; with a wildcard the whole name or path, without one any part of it."""
    text = folded((name_of(path) if name == "name" else path).decode("utf-8", "replace"))
    wanted = folded(pattern)
    if re.search(r"[*?\[]", wanted):
        return fnmatch.fnmatchcase(text, wanted)
    return wanted in text
