"""What was asked before, and what was said of the answers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from vaultipc.messages import Empty, Feedback, FeedbackParams, History, QueryParams
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import gives

router = APIRouter(tags=["history"])

_HISTORY = {"queries": [{"query": "red car", "time": "2024-05-01T10:00:00Z"}]}


@router.get("/api/history", **gives(History, example=_HISTORY))
async def history(daemon: Daemon) -> Response:
    """The searches that are remembered, the newest first."""
    return await passed_on(daemon, "history")


@router.delete("/api/history", **gives(History, example={"queries": []}, fails=(400, 404)))
async def forget(
    daemon: Daemon, q: Annotated[str, Query(description="Only this one.", examples=["red car"])] = ""
) -> Response:
    """Forget all of them, or one."""
    if q:
        return await passed_on(daemon, "history.forget", QueryParams(query=q))
    return await passed_on(daemon, "history.clear", Empty())


@router.get("/api/feedback", **gives(Feedback, fails=(400,)))
async def feedback(daemon: Daemon, q: Annotated[str, Query(description="Only of this query.")] = "") -> Response:
    """Which results were hidden or preferred, the newest first."""
    return await passed_on(daemon, "feedback", FeedbackParams(query=q))
