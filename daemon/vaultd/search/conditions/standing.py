"""What is known of an image in a word: its type, whether it is a favourite, a copy or private, who says of it."""

from __future__ import annotations

import sqlite3

from vaultd.catalog.privacy import IS_PRIVATE
from vaultd.query import Field
from vaultd.query.fields import ANY
from vaultd.query.values import is_yes, mime_prefix
from vaultd.search.conditions.condition import Condition, belonging


def kind(field: Field) -> Condition:
    """Its MIME type, or the start of one."""
    prefix = mime_prefix(field.value) or field.value
    return Condition("substr(images.type, 1, ?) = ?", (len(prefix), prefix))


def favourite(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """It is one of the user's favourites, or is not."""
    found = belonging(sql, "favourites", "1", (), among)
    return found if is_yes(field.value) else Condition(f"NOT ({found.sql})", found.values)


def copy(sql: sqlite3.Connection, field: Field, among: int | None) -> Condition:
    """It was merged into a better copy, or was not."""
    found = belonging(sql, "copies", "1", (), among)
    return found if is_yes(field.value) else Condition(f"NOT ({found.sql})", found.values)


def private(field: Field) -> Condition:
    """It is private, or is not; with `*` whichever."""
    if field.value == ANY:
        return Condition("1")
    return Condition(IS_PRIVATE if is_yes(field.value) else f"NOT {IS_PRIVATE}")


def said_by(field: Field) -> Condition:
    """This source says a tag, a text or a rating of it, or when, where or how it was taken."""
    source = field.value.lower()
    below = f"{source}:*"  # `model` and `ocr` stand for whichever model it was
    return Condition(
        "(EXISTS (SELECT 1 FROM image_tags WHERE image_tags.image = images.id AND image_tags.source = ?"
        " AND image_tags.state = 'active')"
        " OR EXISTS (SELECT 1 FROM texts WHERE texts.image = images.id"
        " AND (texts.source = ? OR texts.source GLOB ?))"
        " OR EXISTS (SELECT 1 FROM ratings WHERE ratings.image = images.id AND ratings.source = ?)"
        " OR EXISTS (SELECT 1 FROM details WHERE details.image = images.id AND details.source = ?))",
        (source, source, below, source, source),
    )
