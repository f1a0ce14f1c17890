"""Pictures that are there more than once."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from msgspec import Meta

from vaultipc.messages import (
    DuplicateLevel,
    Duplicates,
    DuplicatesParams,
    Merged,
    MergeParams,
    Trashed,
    TrashParams,
)
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import body, gives
from vaultweb.wanted import MOST_IMAGES, ORIGIN, Id, Wanted

router = APIRouter(tags=["duplicates"])

SomeIds = Annotated[list[Id], Meta(min_length=1, max_length=MOST_IMAGES)]


class MergeWanted(Wanted):
    """Copies of one picture, or one of them alone: then the group that it is in. `best`: the one that stays."""

    images: SomeIds
    best: Id | Literal[""] = ""
    dry_run: bool = False


class TrashWanted(Wanted):
    """Of each image, what goes to the trash: other files of its bytes, its copies' files, or both. Without `yes` it is
    only told."""

    images: SomeIds
    level: Literal["exact", "same", ""] = ""
    yes: bool = False


@router.get("/api/duplicates", **gives(Duplicates, fails=(404, 409)))
async def duplicates(
    daemon: Daemon,
    level: DuplicateLevel = "exact",
    image: Annotated[str, Query(pattern="^([0-9]{1,19})?$", description="Only the group that it is in.")] = "",
) -> Response:
    """Groups of files of the same bytes, of the same picture, or of pictures that are alike."""
    return await passed_on(daemon, "duplicates", DuplicatesParams(level=level, image=image))


@router.post(
    "/api/duplicates/merge", **gives(Merged, takes=MergeWanted, sent={"images": ["17", "18"]}, fails=(404, 409))
)
async def merge(daemon: Daemon, wanted: Annotated[MergeWanted, Depends(body(MergeWanted))]) -> Response:
    """Give the best copy all that is said of the others, which stand behind it from then on."""
    params = MergeParams(images=wanted.images, best=wanted.best, dry_run=wanted.dry_run, origin=ORIGIN)
    return await passed_on(daemon, "duplicates.merge", params)


@router.post(
    "/api/duplicates/trash", **gives(Trashed, takes=TrashWanted, sent={"images": ["17"]}, fails=(404, 409, 507))
)
async def trash(daemon: Daemon, wanted: Annotated[TrashWanted, Depends(body(TrashWanted))]) -> Response:
    """Move what is superfluous to the desktop's trash, from which undoing brings it back."""
    params = TrashParams(images=wanted.images, level=wanted.level, yes=wanted.yes, origin=ORIGIN)
    return await passed_on(daemon, "duplicates.trash", params)
