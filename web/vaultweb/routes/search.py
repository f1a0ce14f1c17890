"""Searching by a query, or by a picture of the library."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from vaultipc.messages import Level, Params, SearchParams, SearchResult, SimilarParams
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import gives

router = APIRouter(tags=["search"])

QueryText = Annotated[str, Query(description="A query, see docs/query-language.md.", examples=["red car tag:beach"])]


@router.get("/api/search", **gives(SearchResult, fails=(400, 404, 413)))
async def search(
    daemon: Daemon,
    q: QueryText = "",
    level: Level = "default",
    limit: Annotated[int | None, Query(ge=0, le=10_000)] = None,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    sort: Annotated[str, Query(max_length=100)] = "",
    only: Literal["", "meaning", "text"] = "",
    explain: bool = False,
    facets: bool = False,
    snapshot: Annotated[str, Query(max_length=200, description="Of an answer, for its other pages.")] = "",
    like: Annotated[str, Query(pattern="^([0-9]{1,19})?$", description="An image: what looks like it.")] = "",
) -> Response:
    """Search by `q`, or by `like` for what looks like an image."""
    params: Params
    if like:
        params = SimilarParams(
            image=like,
            level=level,
            limit=limit,
            offset=offset,
            sort=sort,
            explain=explain,
            facets=facets,
            snapshot=snapshot,
        )
        return await passed_on(daemon, "similar", params)
    params = SearchParams(
        query=q,
        level=level,
        limit=limit,
        offset=offset,
        sort=sort,
        only=only,
        explain=explain,
        facets=facets,
        snapshot=snapshot,
    )
    return await passed_on(daemon, "search", params)
