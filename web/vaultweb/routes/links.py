"""One-time links, made for those who have the token or a session."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from msgspec import Struct
from msgspec.json import encode

from vaultweb.asking import JSON
from vaultweb.described import gives
from vaultweb.session import LINK_S, Sessions, cookie_name
from vaultweb.settings import Settings

router = APIRouter(tags=["session"])


class OneTimeLink(Struct, kw_only=True):
    """Opens a session in the browser that follows it first. `path` goes behind the server's address."""

    path: str
    seconds: int


@router.post("/api/links", **gives(OneTimeLink, status=201, example=OneTimeLink(path="/login?token=…", seconds=LINK_S)))
async def link(request: Request) -> Response:
    """Make a one-time link."""
    sessions: Sessions = request.app.state.sessions
    made = OneTimeLink(path=f"/login?token={sessions.link()}", seconds=LINK_S)
    return Response(encode(made), 201, {"Cache-Control": "no-store"}, JSON)


@router.post("/api/logout", **gives(status=204))
async def logout(request: Request) -> Response:
    """End this browser's session: nobody who kept its cookie gets in by it."""
    answer = Response(status_code=204)
    settings: Settings = request.app.state.settings
    sessions: Sessions = request.app.state.sessions
    name = cookie_name(settings.port)
    sessions.end(request.cookies.get(name, ""))
    answer.delete_cookie(name, path="/", httponly=True, samesite="strict")
    return answer
