"""Changing many images at once."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Response
from msgspec import UNSET

from vaultipc.messages import ActionResult
from vaultweb import layouts
from vaultweb.asking import Daemon, told
from vaultweb.changing import Gesture
from vaultweb.connections import Connections
from vaultweb.described import body, gives
from vaultweb.edits import BatchChange, steps
from vaultweb.problems import ProblemError
from vaultweb.routes.examples import CHANGED

router = APIRouter(tags=["image"])


@router.post(
    "/api/images/batch",
    **gives(
        ActionResult,
        takes=BatchChange,
        example=CHANGED,
        sent={"query": "red car", "tags": {"add": ["cars"]}, "rating": 4},
        fails=(400, 404, 409, 413, 415),
    ),
)
async def batch(daemon: Daemon, wanted: Annotated[BatchChange, Depends(body(BatchChange))]) -> Response:
    """Change many images as one action: one undo takes all of it back."""
    images = await _meant(daemon, wanted)
    made = list(steps(wanted, images))
    if not made:
        raise ProblemError(422, "Nothing is to be changed.", hint="Give tags, favourite, rating, album, hide …")
    gesture = Gesture(daemon)
    for method, given in made if images else ():
        await gesture.step(method, given)
    return told(_of_images(gesture.result, len(images)))


def _of_images(result: ActionResult, count: int) -> ActionResult:
    """What was done, counted in images: a step that gives two tags counts twice."""
    there = count - len(result.errors)
    changed = min(result.changed, there)
    return msgspec.structs.replace(result, changed=changed, unchanged=there - changed)


async def _meant(daemon: Connections, wanted: BatchChange) -> list[str]:
    """The images, settled before anything is changed: what a query matches may be another after the first step."""
    if wanted.ids is not UNSET and wanted.query is UNSET:
        return wanted.ids
    if wanted.query is UNSET or wanted.ids is not UNSET:
        raise ProblemError(422, "Give either `ids` or `query`.")
    if not wanted.query.strip():
        raise ProblemError(422, "An empty query would change every image.", hint="Say which by `ids` or a `query`.")
    return await layouts.ids(daemon, wanted.query, wanted.level)
