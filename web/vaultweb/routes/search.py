"""Searching by a query, or by a picture of the library."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response
from msgspec.json import encode
from pydantic import BaseModel, ConfigDict, Field

from vaultipc.messages import (
    ExplainParams,
    Explanation,
    Level,
    Parsed,
    ParseParams,
    SearchParams,
    SearchResult,
    SimilarParams,
)
from vaultweb.asking import JSON, Daemon, passed_on
from vaultweb.described import gives
from vaultweb.routes.examples import EXPLANATION as _EXPLANATION
from vaultweb.routes.examples import PARSED as _PARSED
from vaultweb.routes.examples import RESULT as _RESULT

router = APIRouter(tags=["search"])

QueryText = Annotated[str, Query(description="A query, see docs/query-language.md.", examples=["red car tag:beach"])]


_EVERYTHING = "width:>0"
"""A query that every picture matches."""
ImageChosen = Annotated[str, Query(pattern="^[0-9]{1,19}$", description="Id of an image.", examples=["17"])]


class Asked(BaseModel):
    """What both ways of searching take."""

    model_config = ConfigDict(extra="forbid")

    level: Level = "default"
    limit: int | None = Field(None, ge=0, le=10_000, description="What the query says, or 100.")
    offset: int = Field(0, ge=0, le=10_000_000)
    sort: str = Field("", max_length=100, examples=["date"])
    explain: bool = False
    facets: bool = False
    snapshot: str = Field("", max_length=200, description="Of an answer, for its other pages.")


class Question(Asked):
    """`like`: what looks like an image, in place of a query."""

    q: str = Field("", description="A query, see docs/query-language.md.", examples=["red car tag:beach"])
    like: str = Field("", pattern="^([0-9]{1,19})?$", description="Id of an image: what looks like it.")
    only: Literal["", "meaning", "text"] = ""
    remember: bool = Field(False, description="Whether it shall stand among the queries asked before.")


@router.get("/api/search", **gives(SearchResult, example=_RESULT, fails=(400, 404)))
async def search(daemon: Daemon, asked: Annotated[Question, Query()]) -> Response:
    """Search by `q`, or by `like` for what looks like an image."""
    told = asked.model_dump(include=set(Asked.model_fields))
    if asked.like:
        return await passed_on(daemon, "similar", SimilarParams(image=asked.like, **told))
    params = SearchParams(query=asked.q, only=asked.only, remember=asked.remember, **told)
    return await passed_on(daemon, "search", params)


@router.get("/api/facets", **gives(example={"camera": {"Canon EOS R5": 3}}, fails=(400, 404)))
async def facets(daemon: Daemon, q: QueryText = "", level: Level = "default") -> Response:
    """By facet, how many of a query's pictures have which value; how many of all, where it is empty."""
    params = SearchParams(query=q.strip() or _EVERYTHING, level=level, limit=0, facets=True)
    found: SearchResult = await daemon.call("search", params)
    return Response(encode(found.facets or {}), media_type=JSON, headers={"Cache-Control": "no-cache"})


@router.get("/api/parse", **gives(Parsed, example=_PARSED, fails=(400,)))
async def parse(daemon: Daemon, q: QueryText = "") -> Response:
    """The parts of a query, and where they stand in it."""
    return await passed_on(daemon, "parse", ParseParams(query=q))


@router.get("/api/explain", **gives(Explanation, example=_EXPLANATION, fails=(400, 404)))
async def explain(daemon: Daemon, image: ImageChosen, q: QueryText = "", level: Level = "default") -> Response:
    """Why a query has, or has not, an image."""
    return await passed_on(daemon, "explain", ExplainParams(query=q, image=image, level=level))
