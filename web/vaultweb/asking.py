"""What routes have of the server: the daemon, and its answers as they came."""

from __future__ import annotations

import hashlib
from typing import Annotated

import msgspec
from fastapi import Depends, Path, Request, Response
from msgspec import Struct

from vaultipc.messages import Params
from vaultweb.connections import Connections

JSON = "application/json"


def connections(request: Request) -> Connections:
    """The daemon of this server."""
    found: Connections = request.app.state.connections
    return found


Daemon = Annotated[Connections, Depends(connections)]
ImageId = Annotated[str, Path(pattern="^[0-9]{1,19}$", description="Id of an image.", examples=["17"])]


async def passed_on(daemon: Connections, method: str, params: Params | None = None) -> Response:
    """Return the daemon's answer to the asker as it is, unread."""
    return Response(await daemon.raw(method, params), media_type=JSON, headers={"Cache-Control": "no-cache"})


def told(answer: Struct) -> Response:
    """Return an answer that was made here."""
    return Response(msgspec.json.encode(answer), media_type=JSON, headers={"Cache-Control": "no-cache"})


def tagged(request: Request, answer: bytes) -> Response:
    """Return an answer with its ETag, or 304 without it where the asker has the same one (RFC 9110, 13.1.2)."""
    etag = f'"{hashlib.blake2b(answer, digest_size=12).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if is_named(etag, request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers=headers)
    return Response(answer, media_type=JSON, headers=headers)


def is_named(etag: str, condition: str) -> bool:
    """Whether an If-None-Match or If-Match names an ETag; weak ones count like strong ones."""
    named = {one.strip().removeprefix("W/") for one in condition.split(",")}
    return etag in named or "*" in named
