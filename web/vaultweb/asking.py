"""What routes have of the server: the daemon, and its answers as they came."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Path, Request, Response

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
