"""What was done, and undoing it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from msgspec import UNSET, Meta, Struct, UnsetType

from vaultipc.messages import Actions, LogParams, UndoParams
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import body, gives
from vaultweb.routes.examples import ACTION

router = APIRouter(tags=["log"])


class UndoWanted(Struct, kw_only=True, forbid_unknown_fields=True):
    """The newest `n` actions, or the one with this `id`."""

    n: Annotated[int, Meta(ge=1, le=1000)] | UnsetType = UNSET
    id: Annotated[str, Meta(pattern="^[0-9]{1,19}$")] | UnsetType = UNSET


@router.post(
    "/api/undo", **gives(Actions, takes=UndoWanted, example={"actions": [ACTION]}, sent={"n": 1}, fails=(404, 409))
)
async def undo(daemon: Daemon, wanted: Annotated[UndoWanted, Depends(body(UndoWanted))]) -> Response:
    """Take actions back."""
    params = UndoParams(count=wanted.n or 1, action=wanted.id or "", origin="web")
    return await passed_on(daemon, "undo", params)


@router.get("/api/log", **gives(Actions, example={"actions": [ACTION]}, fails=(404,)))
async def log(
    daemon: Daemon,
    limit: Annotated[int, Query(ge=0, le=10_000)] = 50,
    image: Annotated[str, Query(pattern="^([0-9]{1,19})?$", description="Only what was done to it.")] = "",
) -> Response:
    """What was done, the newest first."""
    return await passed_on(daemon, "log", LogParams(limit=limit, image=image))
