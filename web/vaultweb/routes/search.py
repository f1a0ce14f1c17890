"""Searching by a query, or by a picture of the library."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response
from msgspec import Raw
from msgspec.json import decode, encode
from pydantic import BaseModel, ConfigDict, Field

from vaultipc.client import connect
from vaultipc.codec import display
from vaultipc.errors import NotFound, Refused
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
from vaultweb.problems import ProblemError
from vaultweb.routes.examples import EXPLANATION as _EXPLANATION
from vaultweb.routes.examples import PARSED as _PARSED
from vaultweb.routes.examples import RESULT as _RESULT
from vaultweb.settings import Settings
from vaultweb.uploads import Uploads

router = APIRouter(tags=["search"])

QueryText = Annotated[str, Query(description="A query, see docs/query-language.md.", examples=["red car tag:beach"])]


_EVERYTHING = "width:>0"
"""A query that every picture matches."""
ImageChosen = Annotated[str, Query(pattern="^[0-9]{1,19}$", description="Id of an image.", examples=["17"])]


_SENT = gives(SearchResult, example=_RESULT, fails=(400, 404, 408, 413, 415, 507))
_SENT["openapi_extra"] = {
    "requestBody": {
        "required": True,
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


_COUNTED = {"type": "object", "additionalProperties": {"type": "integer"}}
_COUNTS: dict[int, dict[str, Any]] = {
    200: {
        "description": "The facets.",
        "content": {
            "application/json": {
                "schema": {"type": "object", "additionalProperties": _COUNTED},
                "example": {"camera": {"Canon EOS R5": 3}},
            }
        },
    }
}


class Asked(BaseModel):
    """What both ways of searching take."""

    model_config = ConfigDict(extra="forbid")

    level: Level = "default"
    limit: int | None = Field(None, ge=0, le=10_000, description="What the query says, or 100.")
    offset: int = Field(0, ge=0, le=10_000_000)
    sort: str = Field("", max_length=100, examples=["date"])
    explain: bool = False
    facets: bool = False


class Question(Asked):
    """`like`: what looks like an image, in place of a query."""

    snapshot: str = Field("", max_length=200, description="Of an answer, for its other pages.")

    q: str = Field("", description="A query, see docs/query-language.md.", examples=["red car tag:beach"])
    like: str = Field("", pattern="^([0-9]{1,19})?$", description="Id of an image: what looks like it.")
    only: Literal["", "meaning", "text"] = ""
    remember: bool = Field(False, description="Whether it shall stand among the queries asked before.")


@router.get("/api/search", **gives(SearchResult, example=_RESULT, fails=(400, 404)))
async def search(daemon: Daemon, asked: Annotated[Question, Query()]) -> Response:
    """Search by `q`, or by `like` for what looks like an image."""
    told = asked.model_dump(include={*Asked.model_fields, "snapshot"})
    if asked.like:
        beside = [name for name in ("q", "only", "remember") if getattr(asked, name)]
        if beside:
            raise ProblemError(
                422, f"`like` stands for itself, and goes not with `{beside[0]}`.", hint="Put like:ID into `q`."
            )
        return await passed_on(daemon, "similar", SimilarParams(image=asked.like, **told))
    params = SearchParams(query=asked.q, only=asked.only, remember=asked.remember, **told)
    return await passed_on(daemon, "search", params)


@router.post("/api/search", **_SENT)
async def search_by_picture(request: Request, asked: Annotated[Asked, Query()]) -> Response:
    """What looks like the picture that is sent, which is not kept. Other pages: GET with the answer's `snapshot`."""
    if not request.headers.get("content-type", "").startswith(("image/", "application/octet-stream")):
        raise ProblemError(415, "The body must be a picture.", hint="Send the file's bytes as `image/jpeg`, say.")
    uploads: Uploads = request.app.state.uploads
    settings: Settings = request.app.state.settings
    async with uploads.held(request) as picture:
        answer = await _like_file(settings.socket, picture, asked)
    return Response(answer, media_type=JSON, headers={"Cache-Control": "no-store"})


async def _like_file(socket: Path, picture: Path, asked: Asked) -> bytes:
    """Ask over a connection of its own, which alone may name a file; what is answered does not name it."""
    image, image_b64 = display(os.fsencode(picture))
    params = SimilarParams(image=image, image_b64=image_b64, **asked.model_dump())
    try:
        async with connect(socket) as client:
            answer = await client.call_raw("similar", params)
    except (Refused, NotFound) as error:
        raise ProblemError(422, error.message.replace(image, "The picture"), hint=error.hint) from error
    found = decode(answer, type=dict[str, Raw])
    return encode({**found, "query": "", "canonical": ""})


@router.get("/api/facets", **gives(also=_COUNTS, fails=(400, 404)))
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
