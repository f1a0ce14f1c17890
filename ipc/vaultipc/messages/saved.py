"""Saved searches."""

from __future__ import annotations

from msgspec import Struct

from vaultipc.messages.shared import ChangeParams, Level, Params


class SaveParams(ChangeParams, kw_only=True):
    """Makes a saved search, or with `replace` changes its query. An empty query is allowed and matches nothing."""

    name: str
    query: str = ""
    level: Level = "default"
    replace: bool = False


class SavedInfo(Struct, kw_only=True):
    id: str
    name: str
    query: str
    level: Level
    count: int | None


class SavedParams(Params, kw_only=True):
    """`count`: also run each one and count what it matches."""

    count: bool = False


class Saved(Struct, kw_only=True):
    saved: list[SavedInfo]


class NameParams(ChangeParams, kw_only=True):
    name: str
