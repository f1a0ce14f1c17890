"""What may come next in a query that is being typed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from vaultipc.messages import CompleteParams, Completions
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import gives

router = APIRouter(tags=["search"])

_EXAMPLE = {"start": 0, "completions": [{"text": "tag:beach", "kind": "tag", "count": 12, "about": ""}]}


@router.get("/api/complete", **gives(Completions, example=_EXAMPLE))
async def complete(
    daemon: Daemon,
    prefix: Annotated[str, Query(description="The query.", examples=["tag:be"], max_length=2000)] = "",
    position: Annotated[int | None, Query(ge=0, le=2000, description="Of the cursor, in characters.")] = None,
    limit: Annotated[int, Query(ge=0, le=200)] = 20,
) -> Response:
    """Propose how the query goes on at the cursor."""
    text = prefix if position is None else prefix[:position]
    return await passed_on(daemon, "complete", CompleteParams(text=text, limit=limit))
