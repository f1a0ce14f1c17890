"""Saved searches."""

from __future__ import annotations

from msgspec import Struct

from vaultipc.messages.shared import ChangeParams, Hit, Level, NonNegative, Params


class SaveParams(ChangeParams, kw_only=True):
    """Makes a saved search, or with `replace` changes its query. An empty query is allowed and matches nothing.

    An order and a limit are part of the query's text: `sort` and `limit` (0 is none) are written into it.
    `keep_feedback`: when the query changes, what was said of the old one's results is said of the new one's, too.
    """

    name: str
    query: str = ""
    level: Level = "default"
    sort: str = ""
    limit: NonNegative = 0
    replace: bool = False
    keep_feedback: bool = False


class SavedInfo(Struct, kw_only=True):
    """`sort` ('' is the query's own order) and `limit` are those that the query's text says."""

    id: str
    name: str
    query: str
    level: Level
    count: int | None
    sort: str = ""
    limit: int | None = None


class SavedParams(Params, kw_only=True):
    """`name`: only this one. `count`: also run each one and count what it matches."""

    name: str = ""
    count: bool = False


class Saved(Struct, kw_only=True):
    saved: list[SavedInfo]


class SavedChangesParams(Params, kw_only=True):
    """`since`: `12h`, `7d`, `2w`, a date as in a query (`2026-05-01`, `last week`) or RFC 3339; empty: ever."""

    name: str
    since: str = ""


class SavedChanges(Struct, kw_only=True):
    """What a saved search has now and had not at `since`, and the reverse; either the newest first.

    `since` is the moment asked for, or when following began if that was later; null before it has. A search is followed
    anew when its query or level changes. Pictures that are offline have not left, and another model is no news.
    """

    name: str
    since: str | None
    entered: list[Hit]
    left: list[Hit]


class NameParams(ChangeParams, kw_only=True):
    name: str
