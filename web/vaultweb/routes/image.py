"""One image: all that is known of it, and changing what a person says of it."""

from __future__ import annotations

from typing import Annotated

import msgspec
import trio
from fastapi import APIRouter, Depends, Request, Response
from msgspec import Raw

from vaultipc.errors import Conflict
from vaultipc.messages import (
    ActionInfo,
    DuplicateGroup,
    ImageDuplicatesParams,
    ImageInfo,
    ImageParams,
    LogParams,
)
from vaultweb.asking import JSON, Daemon, ImageId
from vaultweb.changing import Gesture
from vaultweb.connections import Connections
from vaultweb.described import body, gives
from vaultweb.edits import ImageChange, steps
from vaultweb.problems import ProblemError
from vaultweb.routes.examples import IMAGE

router = APIRouter(tags=["image"])

HISTORY = 50
"""Actions that are told of an image, the newest first."""


class ImageDetails(ImageInfo, kw_only=True):
    """`duplicates`: the groups it is in. `history`: what was done to it, the newest first."""

    duplicates: list[DuplicateGroup]
    history: list[ActionInfo]


@router.get("/api/image/{id}", **gives(ImageDetails, example=IMAGE, fails=(404,)))
async def image(daemon: Daemon, id: ImageId) -> Response:
    """All that is known of an image. Its ETag is what a change may name in If-Match."""
    return await told(daemon, id)


@router.patch(
    "/api/image/{id}",
    **gives(
        ImageDetails,
        takes=ImageChange,
        example=IMAGE,
        sent={"tags": {"add": ["beach"]}, "rating": 4},
        fails=(404, 409, 412, 413, 415),
    ),
)
async def change(
    request: Request, daemon: Daemon, id: ImageId, wanted: Annotated[ImageChange, Depends(body(ImageChange))]
) -> Response:
    """Change what a person says of an image, as one action; with If-Match only if it did not change meanwhile."""
    if_seq = _seq(request.headers.get("if-match", "*"))
    made = list(steps(wanted, [id]))
    if not made:
        raise ProblemError(422, "Nothing is to be changed.", hint="Give tags, a text, favourite or rating.")
    gesture = Gesture(daemon, if_seq)
    try:
        for method, given in made:
            await gesture.step(method, given)
    except Conflict as error:
        if if_seq is None:
            raise
        raise ProblemError(412, error.message, hint=error.hint) from error
    if gesture.result.errors:
        raise ProblemError(404, gesture.result.errors[0].message)
    return await told(daemon, id)


async def told(daemon: Connections, id: str) -> Response:
    """The whole of an image, from what the daemon says of it in three answers, asked for at once."""
    asked = {
        "image": ImageParams(image=id),
        "image.duplicates": ImageDuplicatesParams(image=id),
        "log": LogParams(image=id, limit=HISTORY),
    }
    answers: dict[str, bytes] = {}

    async def ask(method: str) -> None:
        answers[method] = await daemon.raw(method, asked[method])

    await ask("image")  # alone, so that one that is not there is said so once
    async with trio.open_nursery() as nursery:
        nursery.start_soon(ask, "image.duplicates")
        nursery.start_soon(ask, "log")
    whole = msgspec.json.decode(answers["image"], type=dict[str, Raw])
    whole["duplicates"] = msgspec.json.decode(answers["image.duplicates"], type=dict[str, Raw])["groups"]
    whole["history"] = msgspec.json.decode(answers["log"], type=dict[str, Raw])["actions"]
    headers = {"ETag": f'"{bytes(whole["seq"]).decode()}"', "Cache-Control": "no-cache"}
    return Response(msgspec.json.encode(whole), media_type=JSON, headers=headers)


def _seq(if_match: str) -> int | None:
    """The state that a change is made for; None for any. Raises a problem 412 for what is no state of an image."""
    etag = if_match.strip()
    if etag == "*":
        return None
    number = etag.removeprefix("W/").strip('"')
    if not (number.isascii() and number.isdecimal() and len(number) < 19):
        raise ProblemError(412, "If-Match names no state of an image.", hint="Send the ETag that its GET answered.")
    return int(number)
