"""The exact conditions of a query as SQL over `images`. The catalog answers them, so every client agrees at once."""

from __future__ import annotations

import sqlite3
from datetime import date

from vaultd.query import And, Field, Node, Not, Or
from vaultd.search.conditions import generated, looking, measures, standing, tagging, wording
from vaultd.search.conditions.condition import Condition
from vaultd.search.conditions.wording import prefers

__all__ = ["Condition", "asks_private", "condition", "is_exact", "prefers", "unknown_tags"]


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


def asks_private(node: Node | None) -> bool:
    """Whether a query says anything of private pictures: others keep silent about them."""
    match node:
        case Field("private"):
            return True
        case Not(part):
            return asks_private(part)
        case And(parts) | Or(parts):
            return any(asks_private(part) for part in parts)
        case _:
            return False


def condition(sql: sqlite3.Connection, node: Node, *, among: int | None = None, today: date | None = None) -> Condition:
    """The SQL of an exact condition, to be run on this connection.

    `among`: how many images it will be asked of, None for all there are; it costs no more than that. `today`: what
    relative dates are relative to, None for this day here, as cameras too tell the time of where they are.
    """
    wording.register(sql)
    looking.register(sql)
    return _condition(sql, node, among, today or date.today())


def unknown_tags(sql: sqlite3.Connection, node: Node | None) -> tuple[str, ...]:
    """A sentence for each tag and album that a query names and that does not exist."""
    match node:
        case Field("tag" | "auto" | "album", _, "*"):
            return ()
        case Field("tag", _, value):
            return () if tagging.tags_called(sql, value, below=True) else (f"there is no tag “{value}”",)
        case Field("auto", _, value):
            found = tagging.model_tags_called(sql, value, below=True)
            return () if found else (f"the model has tagged nothing “{value}”",)
        case Field("album", _, value):
            return () if tagging.albums_called(sql, value) else (f"there is no album “{value}”",)
        case Not(part):
            return unknown_tags(sql, part)
        case And(parts) | Or(parts):
            return tuple(note for part in parts for note in unknown_tags(sql, part))
        case _:
            return ()


def _condition(sql: sqlite3.Connection, node: Node, among: int | None, today: date) -> Condition:
    match node:
        case Field():
            return _field(sql, node, among, today)
        case Not(part):
            inner = _condition(sql, part, among, today)
            return Condition(f"NOT ({inner.sql})", inner.values)
        case And(parts) | Or(parts):
            joint = " AND " if isinstance(node, And) else " OR "
            inner_ones = [_condition(sql, part, among, today) for part in parts]
            values = tuple(value for inner in inner_ones for value in inner.values)
            return Condition(joint.join(f"({inner.sql})" for inner in inner_ones), values)
        case _:
            raise TypeError(f"{node} is no exact condition")


def _field(sql: sqlite3.Connection, field: Field, among: int | None, today: date) -> Condition:
    match field.name:
        case "tag":
            return tagging.tag(sql, field, among)
        case "auto":
            return tagging.auto(sql, field, among)
        case "album":
            return tagging.album(sql, field, among)
        case "color":
            return looking.coloured(sql, field, among)
        case "mono" | "dark" | "bright" | "sharp":
            return looking.answered(sql, field, among)
        case "sharpness" | "brightness":
            return looking.measured(sql, field, among)
        case "aspect":
            return looking.shaped(field)
        case name if name in generated.COLUMNS:
            return generated.named(sql, field, among)
        case "seed":
            return generated.seed(sql, field, among)
        case "fav":
            return standing.favourite(sql, field, among)
        case "copy":
            return standing.copy(sql, field, among)
        case "private":
            return standing.private(field)
        case "source":
            return standing.said_by(field)
        case "type":
            return standing.kind(field)
        case "date" | "after" | "before":
            return measures.moment(field, today)
        case "width" | "height" | "iso":
            return measures.number(field)
        case "aperture" | "focal" | "exposure":
            return measures.optical(field)
        case "rating":
            return measures.rating(sql, field, among)
        case "size":
            return measures.size(field)
        case "orient":
            return measures.orientation(field)
        case "name" | "path":
            return wording.file(field, among)
        case "camera" | "lens":
            return wording.device(sql, field, among)
        case name if name in wording.TEXTS:
            return wording.text(field, among)
    raise AssertionError(f"the parser knows a field that the search does not: {field.name}")
