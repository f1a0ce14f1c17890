"""Asking: search, similar, explain, and the queries whose folders were opened."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from vaultipc.messages.shared import Level, NonNegative, Params, Side


class SearchParams(Params, kw_only=True):
    """`limit`: hits in this page; without it what the query itself says by `limit:`, or 100.

    `remember` puts the query into the history, as listing its folder does. `snapshot` continues an answer.
    """

    query: str = ""
    level: Level = "default"
    limit: NonNegative | None = None
    offset: NonNegative = 0
    sort: str = ""
    only: Side | Literal[""] = ""
    explain: bool = False
    facets: bool = False
    remember: bool = False
    snapshot: str = ""


class SimilarParams(Params, kw_only=True):
    """`image`: an id, or the absolute path of any picture (never ingested). `limit`: 100 where there is none."""

    image: str = ""
    image_b64: str | UnsetType = UNSET
    level: Level = "default"
    limit: NonNegative | None = None
    offset: NonNegative = 0
    sort: str = ""
    explain: bool = False
    facets: bool = False
    snapshot: str = ""


class ExplainParams(Params, kw_only=True):
    query: str
    image: str = ""
    image_b64: str | UnsetType = UNSET
    level: Level = "default"


class HistoryEntry(Struct, kw_only=True):
    query: str
    time: str


class History(Struct, kw_only=True):
    queries: list[HistoryEntry]


class QueryParams(Params, kw_only=True):
    query: str
