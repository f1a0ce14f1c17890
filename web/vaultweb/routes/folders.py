"""The watched folders, what could not be read of them, and what is away. They are added elsewhere: a page shall not say
of which folders of the disk it wants to see the pictures."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Response

from vaultipc.messages import (
    Empty,
    Failed,
    FailedParams,
    Listing,
    Offline,
    RemoveParams,
    Rescanned,
    RescanParams,
    Roots,
    Status,
    ViewParams,
)
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import gives

router = APIRouter(tags=["folders"])

RootId = Annotated[str, Path(pattern="^[0-9]{1,18}$", description="Id of a watched folder.", examples=["2"])]
Private = Annotated[bool, Query(description="Also those that are private, which are not named otherwise.")]


@router.get("/api/roots", **gives(Roots))
async def roots(daemon: Daemon) -> Response:
    """The watched folders."""
    return await passed_on(daemon, "roots")


@router.delete("/api/roots/{id}", **gives(Roots, fails=(404,)))
async def remove(daemon: Daemon, id: RootId) -> Response:
    """Stop watching a folder: its pictures are shown no more. No file is touched, and what was said of them is kept for
    the day the folder is added again."""
    return await passed_on(daemon, "remove", RemoveParams(root=id))


@router.post("/api/rescan", **gives(Rescanned, fails=(409,)))
async def rescan(
    daemon: Daemon, wait: Annotated[bool, Query(description="Answer when all that was found is read.")] = False
) -> Response:
    """Look through all watched folders."""
    return await passed_on(daemon, "rescan", RescanParams(wait=wait))


@router.post("/api/pause", **gives(Status))
async def pause(daemon: Daemon) -> Response:
    """Read no more pictures until resumed; searching goes on."""
    return await passed_on(daemon, "pause", Empty())


@router.post("/api/resume", **gives(Status))
async def resume(daemon: Daemon) -> Response:
    """Go on reading."""
    return await passed_on(daemon, "resume", Empty())


@router.get("/api/failed", **gives(Failed))
async def failed(daemon: Daemon, private: Private = False) -> Response:
    """The files that could not be read, and why."""
    return await passed_on(daemon, "failed", FailedParams(private=private))


@router.post("/api/failed/retry", **gives(Failed))
async def retry(daemon: Daemon, private: Private = False) -> Response:
    """Try all of them again; the answer is what they were."""
    return await passed_on(daemon, "failed", FailedParams(retry=True, private=private))


@router.get("/api/offline", **gives(Offline))
async def offline(daemon: Daemon) -> Response:
    """The drives that are away, and how many pictures went with each."""
    return await passed_on(daemon, "offline")


@router.get("/api/views/{view}", **gives(Listing, fails=(404,)))
async def view(
    daemon: Daemon,
    view: Literal["recent", "untagged", "favorites", "missing", "offline"],
    volume: Annotated[str, Query(max_length=100, description="For `offline`: only of this drive.")] = "",
) -> Response:
    """What came last, what has no tag, the favourites, what is gone, what is away."""
    return await passed_on(daemon, "view", ViewParams(view=view, volume=volume))
