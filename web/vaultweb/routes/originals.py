"""The originals themselves, and the graphs that made generated ones."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote

import msgspec
from fastapi import APIRouter, Request, Response

from vaultipc.messages import FilePlace, GenerationTexts, ImageInfo, ImageParams
from vaultweb.asking import Daemon, ImageId
from vaultweb.described import gives, with_head
from vaultweb.kinds import HEAD, raster_type
from vaultweb.problems import ProblemError
from vaultweb.sending import Opened, opened, sent

router = APIRouter(tags=["image"])

KEPT = "private, max-age=31536000, immutable"
"""An id is a content, and a content never changes."""
ASKED_AGAIN = "private, no-cache"
_MEDIA = ("application/octet-stream", "image/jpeg", "image/png", "image/gif", "image/webp", "image/avif")
_BYTES = {"content": {media: {"schema": {"type": "string", "format": "binary"}} for media in _MEDIA}}
_ALSO: dict[int, dict[str, Any]] = {
    200: {"description": "The file. What is no picture that browsers show comes as an attachment.", **_BYTES},
    206: {"description": "The part of it that Range asked for.", **_BYTES},
    304: {"description": "If-None-Match names it."},
}

_GRAPH: dict[int, dict[str, Any]] = {
    200: {"description": "The graph.", "content": {"application/json": {"schema": {"type": "object"}}}}
}


@with_head(router, "/api/image/{id}/file", gives(also=_ALSO, fails=(404, 416)))
async def file(request: Request, daemon: Daemon, id: ImageId) -> Response:
    """An image's file, byte by byte; Range and If-Range are honoured."""
    info: ImageInfo = await daemon.call("image", ImageParams(image=id))
    place, original = await first_there(info.paths)
    try:
        media = raster_type(await original.read(0, HEAD))
    except OSError as error:
        original.close()
        raise _unreadable(place, error) from error
    unchanged = (place.size, place.mtime_ns) == (original.status.st_size, original.status.st_mtime_ns)
    state = info.hash if unchanged else f"{info.hash}-{original.status.st_mtime_ns}-{original.status.st_size}"
    headers = {
        "Content-Type": media or "application/octet-stream",
        "Content-Disposition": disposition("inline" if media else "attachment", name_of(place)),
        "Cache-Control": KEPT if unchanged else ASKED_AGAIN,
    }
    return sent(request, original, f'"{state}"', headers)


@router.get(
    "/api/image/{id}/workflow",
    **gives(also=_GRAPH, fails=(404,)),
)
async def workflow(daemon: Daemon, id: ImageId) -> Response:
    """The graph that ComfyUI or InvokeAI opens again, of a generated picture that has one."""
    texts: GenerationTexts = await daemon.call("generation", ImageParams(image=id))
    try:
        graph = msgspec.Raw(texts.workflow.encode())
        msgspec.json.decode(graph)
    except msgspec.MsgspecError:
        raise ProblemError(404, "This picture has no workflow.") from None
    headers = {"Content-Disposition": disposition("attachment", f"workflow-{id}.json"), "Cache-Control": "no-cache"}
    return Response(bytes(graph), media_type="application/json", headers=headers)


async def first_there(places: list[FilePlace]) -> tuple[FilePlace, Opened]:
    """The first of a content's files that can be opened. Raises a problem 404 if none can.

    Where a drive that is away was mounted, another one may be: what has the same name there is another file.
    """
    failed = ProblemError(404, "No file of this image is there now.", hint="`vvault rescan` looks again.")
    if any(place.state == "offline" for place in places):
        failed = ProblemError(404, "The drive of this image is not connected.")
    for place in sorted(places, key=lambda one: one.state != "online"):
        if place.state == "offline":
            continue
        try:
            return place, await opened(path_of(place))
        except OSError as error:
            failed = _unreadable(place, error)
    raise failed


def path_of(place: FilePlace) -> bytes:
    """The bytes of a file's path."""
    return base64.b64decode(place.path_b64) if isinstance(place.path_b64, str) else place.path.encode()


def name_of(place: FilePlace) -> str:
    """The last part of a file's path, for people."""
    return path_of(place).rpartition(b"/")[2].decode(errors="replace")


def disposition(kind: str, name: str) -> str:
    """A Content-Disposition with a name in any script (RFC 6266, RFC 8187)."""
    plain = "".join(letter if " " <= letter <= "~" and letter not in '"\\%' else "_" for letter in name)
    exact = "" if plain == name else f"; filename*=UTF-8''{quote(name, safe='')}"
    return f'{kind}; filename="{plain}"{exact}'


def _unreadable(place: FilePlace, error: OSError) -> ProblemError:
    why = error.strerror or str(error)
    return ProblemError(404, f"The file of this image cannot be read: {place.path} ({why}).")
