"""Tags: yours with their counts, and those that the model gives."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from msgspec import Meta

from vaultipc.messages import (
    ActionResult,
    AutoTags,
    AutoTagsParams,
    Empty,
    RenameParams,
    TagDeleteParams,
    TagNameParams,
    Tags,
    TagsMergeParams,
    TagsParams,
)
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import body, gives
from vaultweb.wanted import ORIGIN, Name, Wanted

router = APIRouter(tags=["tags"])

_DONE = {"action": "41", "changed": 1, "unchanged": 0, "errors": []}
_TAG = {"name": "pets/dogs", "count": 12, "sources": {"user": 10, "xmp": 2}, "id": "7"}
TagName = Annotated[str, Path(description="A tag's full name, in which `/` may be written as it is or as %2F.")]


class Merging(Wanted):
    """Tags become one; `into` is made if it does not exist."""

    sources: Annotated[list[str], Meta(min_length=1, max_length=1000)]
    into: str


@router.get("/api/tags", **gives(Tags, example={"tags": [_TAG]}))
async def tags(
    daemon: Daemon,
    prefix: Annotated[str, Query(max_length=1000, examples=["pets"])] = "",
    source: Annotated[str, Query(max_length=100, description="Only of this source; empty: all but the model's.")] = "",
) -> Response:
    """The tags, each with how many pictures have it, by who says so."""
    return await passed_on(daemon, "tags", TagsParams(prefix=prefix, source=source))


@router.post(
    "/api/tags", **gives(ActionResult, takes=Name, example=_DONE, sent={"name": "pets/dogs"}, fails=(409, 413))
)
async def create(daemon: Daemon, wanted: Annotated[Name, Depends(body(Name))]) -> Response:
    """Make a tag that no picture has yet."""
    return await passed_on(daemon, "tags.create", TagNameParams(tag=wanted.name, origin=ORIGIN))


@router.post(
    "/api/tags/merge",
    **gives(
        ActionResult,
        takes=Merging,
        example=_DONE,
        sent={"sources": ["dog"], "into": "pets/dogs"},
        fails=(404, 409, 413),
    ),
)
async def merge(daemon: Daemon, wanted: Annotated[Merging, Depends(body(Merging))]) -> Response:
    """Make several tags one."""
    params = TagsMergeParams(sources=wanted.sources, into=wanted.into, origin=ORIGIN)
    return await passed_on(daemon, "tags.merge", params)


@router.patch(
    "/api/tags/{tag:path}",
    **gives(ActionResult, takes=Name, example=_DONE, sent={"name": "animals/dogs"}, fails=(404, 409, 413)),
)
async def rename(daemon: Daemon, tag: TagName, wanted: Annotated[Name, Depends(body(Name))]) -> Response:
    """Give a tag another name; what stands below it moves with it."""
    return await passed_on(daemon, "tags.rename", RenameParams(name=tag, to=wanted.name, origin=ORIGIN))


@router.delete("/api/tags/{tag:path}", **gives(ActionResult, example=_DONE, fails=(404, 409)))
async def delete(
    daemon: Daemon,
    tag: TagName,
    force: Annotated[bool, Query(description="Off: only one that no picture has.")] = True,
) -> Response:
    """Take a tag off its pictures, and away."""
    return await passed_on(daemon, "tags.delete", TagDeleteParams(tag=tag, force=force, origin=ORIGIN))


@router.get("/api/autotags", **gives(AutoTags))
async def autotags(daemon: Daemon, prefix: Annotated[str, Query(max_length=1000)] = "") -> Response:
    """The tags that the model gives by itself, and how far it is."""
    return await passed_on(daemon, "autotags", AutoTagsParams(prefix=prefix))


@router.post("/api/autotags/run", **gives(AutoTags, fails=(409,)))
async def run(daemon: Daemon) -> Response:
    """Have the model tag all pictures anew, by the vocabulary as it is now."""
    return await passed_on(daemon, "autotags.run", Empty())
