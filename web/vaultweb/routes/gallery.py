"""What a gallery of all pictures is drawn from."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from vaultipc.messages import (
    Images,
    ImagesParams,
    Layout,
    LayoutParams,
    Level,
    Placeholders,
    PlaceholdersParams,
    Timeline,
    TimelineParams,
)
from vaultweb import layouts
from vaultweb.asking import JSON, Daemon, passed_on, tagged
from vaultweb.described import gives
from vaultweb.filters import Filters, asked
from vaultweb.problems import ProblemError
from vaultweb.routes.examples import COLUMNS, HIT
from vaultweb.routes.search import QueryText

router = APIRouter(tags=["gallery"])

MOST_PLACEHOLDERS = 500
_MONTHS = {"months": [{"month": "2024-05", "count": 3}], "undated": 0, "seq": 41}


@router.get(
    "/api/images",
    **gives(Images, example={"images": [HIT], "next": None, "total": 1, "seq": 41}, fails=(400, 404)),
)
async def images(
    request: Request,
    daemon: Daemon,
    filters: Annotated[Filters, Query()],
) -> Response:
    """Every image, page by page; those that a query and further conditions let through."""
    params = ImagesParams(
        cursor=filters.cursor,
        limit=filters.limit,
        query=asked(filters),
        level=filters.level,
        sort=filters.sort,
    )
    return tagged(request, await daemon.raw("images", params))


@router.get("/api/layout", **gives(Layout, example=COLUMNS, fails=(400, 404)))
async def layout(
    daemon: Daemon,
    q: QueryText = "",
    level: Level = "default",
    sort: Annotated[str, Query(max_length=100)] = "",
    snapshot: Annotated[str, Query(max_length=200, description="Of an answer: the same one again.")] = "",
) -> Response:
    """Columns of all that a query matches, however much that is; of every image where it is empty."""
    params = LayoutParams(query=q, level=level, sort=sort, snapshot=snapshot)
    answer = await layouts.whole(daemon, params)
    return Response(answer, media_type=JSON, headers={"Cache-Control": "no-cache"})


@router.get("/api/placeholders", **gives(Placeholders, example={"placeholders": {"17": "A" * 48}}))
async def placeholders(
    daemon: Daemon,
    ids: Annotated[
        str,
        Query(
            pattern=r"^([0-9]{1,19}(,[0-9]{1,19})*)?$",
            max_length=MOST_PLACEHOLDERS * 20,
            description=f"Images, divided by commas, {MOST_PLACEHOLDERS} at most.",
            examples=["17,18"],
        ),
    ] = "",
) -> Response:
    """What is shown before a picture is there: 4 x 3 pixels of each."""
    wanted = [one for one in ids.split(",") if one]
    if len(wanted) > MOST_PLACEHOLDERS:
        raise ProblemError(422, f"More than {MOST_PLACEHOLDERS} images are named.", hint="Ask for fewer at once.")
    return await passed_on(daemon, "placeholders", PlaceholdersParams(ids=wanted))


@router.get(
    "/api/timeline",
    **gives(
        Timeline, example={"months": [{"month": "2024-05", "count": 3}], "undated": 0, "seq": 41}, fails=(400, 404)
    ),
)
async def timeline(
    daemon: Daemon,
    q: QueryText = "",
    level: Level = "default",
    sort: Annotated[str, Query(max_length=100)] = "",
) -> Response:
    """How many of the images of the layout were taken in which month."""
    return await passed_on(daemon, "timeline", TimelineParams(query=q, level=level, sort=sort))
