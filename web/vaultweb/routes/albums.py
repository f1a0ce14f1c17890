"""Albums: pictures in an order of the user's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from msgspec import Meta

from vaultipc.messages import (
    ActionResult,
    AlbumDeleteParams,
    AlbumParams,
    AlbumPicturesParams,
    Albums,
    Listing,
    NameParams,
    RenameParams,
)
from vaultweb.asking import Daemon, passed_on, told
from vaultweb.changing import Gesture
from vaultweb.described import body, gives
from vaultweb.wanted import ORIGIN, Ids, Name, Wanted

router = APIRouter(tags=["albums"])

_DONE = {"action": "41", "changed": 2, "unchanged": 0, "errors": []}
AlbumName = Annotated[str, Path(description="An album's name.", examples=["Summer"])]


class Taken(Wanted):
    """Pictures by id, or all that a query matches."""

    ids: Ids = []
    query: str = ""


class Placed(Wanted):
    """Pictures by id, or all that a query matches; `before` one that is in the album. What is in it already moves
    there, with "end" to the end; without it stays where it is, and what is new comes last."""

    ids: Ids = []
    query: str = ""
    before: Annotated[str, Meta(pattern="^([0-9]{1,19}|end)?$")] = ""


@router.get("/api/albums", **gives(Albums, example={"albums": [{"id": "3", "name": "Summer", "count": 12}]}))
async def albums(daemon: Daemon) -> Response:
    """The albums by name."""
    return await passed_on(daemon, "album.list")


@router.post("/api/albums", **gives(ActionResult, takes=Name, example=_DONE, sent={"name": "Summer"}, fails=(409, 413)))
async def create(daemon: Daemon, wanted: Annotated[Name, Depends(body(Name))]) -> Response:
    """Make an empty album."""
    return await passed_on(daemon, "album.create", NameParams(name=wanted.name, origin=ORIGIN))


@router.get("/api/albums/{name}", **gives(Listing, fails=(404,)))
async def show(daemon: Daemon, name: AlbumName) -> Response:
    """The pictures of an album, in its order."""
    return await passed_on(daemon, "album.show", AlbumParams(name=name))


@router.patch(
    "/api/albums/{name}",
    **gives(ActionResult, takes=Name, example=_DONE, sent={"name": "Summer 2024"}, fails=(404, 409, 413)),
)
async def rename(daemon: Daemon, name: AlbumName, wanted: Annotated[Name, Depends(body(Name))]) -> Response:
    """Give an album another name."""
    return await passed_on(daemon, "album.rename", RenameParams(name=name, to=wanted.name, origin=ORIGIN))


@router.delete("/api/albums/{name}", **gives(ActionResult, example=_DONE, fails=(404, 409)))
async def delete(
    daemon: Daemon, name: AlbumName, force: Annotated[bool, Query(description="Off: only an empty one.")] = True
) -> Response:
    """Take an album away; its pictures stay."""
    return await passed_on(daemon, "album.delete", AlbumDeleteParams(name=name, force=force, origin=ORIGIN))


@router.post(
    "/api/albums/{name}/images",
    **gives(
        ActionResult, takes=Placed, example=_DONE, sent={"ids": ["17", "18"], "before": "4"}, fails=(400, 404, 409)
    ),
)
async def add(daemon: Daemon, name: AlbumName, wanted: Annotated[Placed, Depends(body(Placed))]) -> Response:
    """Put pictures into an album, which is made if it is not there. Before another, those in it move there, too."""
    gesture = Gesture(daemon)
    before = "" if wanted.before == "end" else wanted.before
    given = {"name": name, "images": wanted.ids, "query": wanted.query, "before": before}
    await gesture.step("album.add", given)
    if wanted.before:
        await gesture.step("album.move", given)
    return told(gesture.result)


@router.delete(
    "/api/albums/{name}/images",
    **gives(ActionResult, takes=Taken, example=_DONE, sent={"ids": ["17"]}, fails=(400, 404)),
)
async def remove(daemon: Daemon, name: AlbumName, wanted: Annotated[Taken, Depends(body(Taken))]) -> Response:
    """Take pictures out of an album."""
    params = AlbumPicturesParams(name=name, images=wanted.ids, query=wanted.query, origin=ORIGIN)
    return await passed_on(daemon, "album.remove", params)
