"""The gallery's files, and the page that says how to log in.

Assets have the hash of their content in their names and never change.
"""

from __future__ import annotations

from pathlib import Path

import trio
from fastapi import APIRouter, Request, Response
from starlette.responses import RedirectResponse

from vaultweb import assets
from vaultweb.assets import Assets
from vaultweb.problems import ProblemError
from vaultweb.session import SESSION_S, Sessions, cookie_name
from vaultweb.settings import Settings

POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    ]
)
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
_AT_THE_TOP = ("favicon.ico", "favicon.svg", "manifest.webmanifest", "robots.txt")
_LOGIN = Path(__file__).with_name("login.html")

router = APIRouter(include_in_schema=False)


@router.api_route("/", methods=["GET", "HEAD"])
async def page(request: Request) -> Response:
    """The gallery; the login page without a session."""
    known = request.scope.get("vaultweb.session", False)
    index = _settings(request).static / "index.html"
    shown = index if known and await trio.Path(index).is_file() else _LOGIN
    return await sent(request, shown, ASK_AGAIN, {"Content-Security-Policy": POLICY, "Vary": "Cookie"})


@router.get("/login")
async def login(request: Request, token: str = "") -> Response:
    """Give a session for the word of a one-time link."""
    sessions: Sessions = request.app.state.sessions
    cookie = sessions.use(token)
    if cookie is None:
        policy = {"Content-Security-Policy": POLICY}
        return await sent(request, _LOGIN, "no-store", policy, status=403)
    answer = RedirectResponse("/", 303, {"Cache-Control": "no-store"})
    answer.set_cookie(
        cookie_name(_settings(request).port), cookie, max_age=SESSION_S, httponly=True, samesite="strict", path="/"
    )
    return answer


@router.api_route("/assets/{path:path}", methods=["GET", "HEAD"])
async def asset(request: Request, path: str) -> Response:
    """A file of the gallery."""
    return await sent(request, _below(_settings(request).static / "assets", path), FOR_EVER)


async def at_the_top(request: Request) -> Response:
    """A file that browsers look for at the top."""
    return await sent(request, _settings(request).static / request.url.path[1:], ASK_AGAIN)


for _name in _AT_THE_TOP:
    router.add_api_route(f"/{_name}", at_the_top, methods=["GET", "HEAD"])


async def sent(
    request: Request, path: Path, cached: str, headers: dict[str, str] | None = None, *, status: int = 200
) -> Response:
    """Return the file, compressed where it lies so and the asker takes it. Raises a problem 404 if there is none."""
    held: Assets = request.app.state.assets
    told = {"Cache-Control": cached, **(headers or {})}
    return assets.answer(request, await held.get(path), told, status)


def _below(folder: Path, path: str) -> Path:
    """The file of that name in the folder or below it, and never one elsewhere."""
    parts = path.split("/")
    if "\0" in path or any(part in ("", ".", "..") or part.startswith(".") for part in parts):
        raise ProblemError(404, "There is no such file.")
    return folder.joinpath(*parts)


def _settings(request: Request) -> Settings:
    settings: Settings = request.app.state.settings
    return settings
