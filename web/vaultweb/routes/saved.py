"""Saved searches."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Response
from msgspec import UNSET, Meta, UnsetType

from vaultipc.errors import NotFound
from vaultipc.messages import (
    ActionResult,
    Level,
    NameParams,
    NonNegative,
    Saved,
    SavedChanges,
    SavedChangesParams,
    SavedParams,
    SaveParams,
)
from vaultweb.asking import Daemon, passed_on, told
from vaultweb.changing import Gesture
from vaultweb.connections import Connections
from vaultweb.described import body, gives
from vaultweb.wanted import ORIGIN, Wanted

router = APIRouter(tags=["saved"])

_DONE = {"action": "41", "changed": 1, "unchanged": 0, "errors": []}
SavedName = Annotated[str, Path(description="A saved search's name.", examples=["Red cars"])]


class SavedWanted(Wanted):
    """A query to be kept under a name. `sort` and `limit` (0 is none) are written into its text."""

    name: Annotated[str, Meta(min_length=1, max_length=1000)]
    query: str
    level: Level = "default"
    sort: str = ""
    limit: NonNegative = 0


class SavedChange(Wanted):
    """What is not given stays. `keep_feedback`: what was said of the old query's results holds for the new one's."""

    name: Annotated[str, Meta(min_length=1, max_length=1000)] | UnsetType = UNSET
    query: str | UnsetType = UNSET
    level: Level | UnsetType = UNSET
    keep_feedback: bool = False


@router.get("/api/saved", **gives(Saved, fails=(400,)))
async def saved(
    daemon: Daemon, count: Annotated[bool, Query(description="Also count what each one matches.")] = False
) -> Response:
    """The saved searches by name."""
    return await passed_on(daemon, "saved", SavedParams(count=count))


@router.post(
    "/api/saved",
    **gives(
        ActionResult,
        takes=SavedWanted,
        example=_DONE,
        sent={"name": "Red cars", "query": "red car"},
        fails=(400, 409, 413),
    ),
)
async def save(daemon: Daemon, wanted: Annotated[SavedWanted, Depends(body(SavedWanted))]) -> Response:
    """Save a search."""
    params = SaveParams(
        name=wanted.name,
        query=wanted.query,
        level=wanted.level,
        sort=wanted.sort,
        limit=wanted.limit,
        origin=ORIGIN,
    )
    return await passed_on(daemon, "save", params)


@router.patch(
    "/api/saved/{name}",
    **gives(
        ActionResult, takes=SavedChange, example=_DONE, sent={"query": "red car date:2024"}, fails=(400, 404, 409, 413)
    ),
)
async def change(
    daemon: Daemon, name: SavedName, wanted: Annotated[SavedChange, Depends(body(SavedChange))]
) -> Response:
    """Give a saved search another query, level or name: one action, however much of it."""
    gesture = Gesture(daemon)
    renamed = wanted.name is not UNSET and wanted.name != name
    if not renamed or wanted.query is not UNSET or wanted.level is not UNSET:
        await gesture.step("save", await _asking_anew(daemon, name, wanted))
    if renamed:
        await gesture.step("saved.rename", {"name": name, "to": wanted.name})
    return told(gesture.result)


@router.delete("/api/saved/{name}", **gives(ActionResult, example=_DONE, fails=(404,)))
async def delete(daemon: Daemon, name: SavedName) -> Response:
    """Take a saved search away."""
    return await passed_on(daemon, "saved.delete", NameParams(name=name, origin=ORIGIN))


@router.get("/api/saved/{name}/changes", **gives(SavedChanges, fails=(400, 404)))
async def changes(
    daemon: Daemon,
    name: SavedName,
    since: Annotated[str, Query(max_length=100, description="`7d`, `2w`, `last week`, a date.", examples=["7d"])] = "",
) -> Response:
    """What entered a saved search, and what left it."""
    return await passed_on(daemon, "saved.changes", SavedChangesParams(name=name, since=since))


async def _asking_anew(daemon: Connections, name: str, wanted: SavedChange) -> dict[str, Any]:
    """Parameters of `save` that leave as it is what was not given."""
    found: Saved = await daemon.call("saved", SavedParams(name=name))
    if not found.saved:
        raise NotFound(f"There is no saved search “{name}”.")
    was = found.saved[0]
    return {
        "name": name,
        "query": was.query if wanted.query is UNSET else wanted.query,
        "level": was.level if wanted.level is UNSET else wanted.level,
        "replace": True,
        "keep_feedback": wanted.keep_feedback,
    }
