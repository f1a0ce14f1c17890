"""What every request has to pass before anything of it is read: where it was sent to, from which page, and by whom.

- Host: a page of somebody else's whose name leads to this machine (DNS rebinding) asks under that name. An address
  cannot be made to lead elsewhere.
- Origin and Sec-Fetch-Site: pages of other programs on this machine share our cookies, for cookies know no ports.
- Session: the cookie, or the token; reads are no exception.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Iterable, Iterator

import h11
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from vaultweb import problems
from vaultweb.problems import ProblemError
from vaultweb.session import Sessions, cookie_name
from vaultweb.settings import Settings, is_loopback

log = logging.getLogger(__name__)

FREE = frozenset({"/", "/login", "/favicon.ico", "/favicon.svg", "/manifest.webmanifest", "/robots.txt"})
FREE_BELOW = ("/assets/",)
METHODS = "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS"
READS = frozenset({"GET", "HEAD", "OPTIONS"})
ALLOWED_HEADERS = "Authorization, Content-Type, If-Match, If-None-Match, Range"
EXPOSED_HEADERS = "ETag, Content-Range, Content-Disposition, Retry-After"
PREFLIGHT_S = 600

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
NOTHING = "default-src 'none'; frame-ancestors 'none'"
"""The policy of what is no page."""


class Guard:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp, settings: Settings, sessions: Sessions) -> None:
        self._app = app
        self._settings = settings
        self._sessions = sessions
        self._cookie = cookie_name(settings.port)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._guarded(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": 1008})

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope)
        origin = headers.get("origin", "")
        outside = origin if origin in self._settings.origins else ""

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                dress(MutableHeaders(raw=message["headers"]), outside)
            try:
                await send(message)
            except h11.LocalProtocolError as error:
                # Who hung up in the middle of a request had the server's own answer, and nobody hears ours.
                log.debug("not sent: %s", error)

        try:
            self._check_host(headers)
            if outside and scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
                await _preflight(dressed)
                return
            self._check_asker(scope, headers, origin, by_cookie=not outside)
        except ProblemError as error:
            await problems.answer(error.problem, error.headers)(scope, receive, dressed)
            return
        await self._app(scope, receive, dressed)

    def admits(self, scope: Scope) -> bool:
        """Whether a request gets in that no other front end asks."""
        headers = Headers(scope=scope)
        try:
            self._check_host(headers)
            self._check_asker(scope, headers, headers.get("origin", ""), by_cookie=True)
        except ProblemError:
            return False
        return True

    def _check_asker(self, scope: Scope, headers: Headers, origin: str, *, by_cookie: bool) -> None:
        by_token = self._check_session(scope, headers, by_cookie=by_cookie)
        if by_cookie:  # another front end brought the token, and is no page of ours
            self._check_page(scope, headers, origin, by_token)

    def _check_host(self, headers: Headers) -> None:
        hosts = headers.getlist("host")
        if len(hosts) != 1 or not self._is_ours(hosts[0]):
            raise ProblemError(
                421,
                "This server is not known by the name that the request was sent to.",
                hint="Open it by the address that `vvault status` shows.",
            )

    def _is_ours(self, host: str) -> bool:
        name, port = _divided(host)
        if port != self._settings.port:
            return False
        if self._settings.is_private:
            return is_loopback(name)
        return is_loopback(name) or name in self._settings.hosts or _is_address(name)

    def _check_session(self, scope: Scope, headers: Headers, *, by_cookie: bool) -> bool:
        """Whether it is the token that lets the request in, and no cookie, which browsers send unasked, also for the
        pages of other front ends: those have to bring the token."""
        scheme, _, token = headers.get("authorization", "").partition(" ")
        by_token = scheme.lower() == "bearer" and self._sessions.bears(token.strip())
        known = by_cookie and any(map(self._sessions.knows, _cookies(headers.getlist("cookie"), self._cookie)))
        scope["vaultweb.session"] = by_token or known
        if scope["vaultweb.session"] or _is_free(scope):
            return by_token
        raise ProblemError(
            401,
            "This needs a session.",
            hint="Open the link that `vvault web --open` makes; programs send the token as `Authorization: Bearer`.",
            headers={"WWW-Authenticate": 'Bearer realm="vvault"'},
        )

    def _check_page(self, scope: Scope, headers: Headers, origin: str, by_token: bool) -> None:
        """Refuse what a page of somebody else's asks for with our cookie."""
        if scope["path"] in FREE and scope["method"] in READS:
            return
        own = f"{scope['scheme']}://{headers['host']}"
        elsewhere = headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
        unnamed = not origin and scope["method"] not in READS and not by_token
        if (origin and origin != own) or elsewhere or unnamed:
            raise ProblemError(
                403,
                "This was asked by a page of another origin, or by one that does not say its origin.",
                hint="Name the other page's origin in `[web] allowed_origins`, and have it send the token.",
            )


def dress(headers: MutableHeaders, outside: str) -> None:
    """Give an answer what every answer has. `outside`: another front end that may read it."""
    for name, value in EVERYWHERE.items():
        headers.setdefault(name, value)
    headers.setdefault("Content-Security-Policy", NOTHING)
    headers.setdefault("Cross-Origin-Resource-Policy", "cross-origin" if outside else "same-origin")
    headers.add_vary_header("Origin")
    if outside:
        headers["Access-Control-Allow-Origin"] = outside
        headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS


async def _preflight(send: Send) -> None:
    """What another front end may send; its requests need the token like all others."""
    told = {
        "access-control-allow-methods": METHODS,
        "access-control-allow-headers": ALLOWED_HEADERS,
        "access-control-max-age": str(PREFLIGHT_S),
    }
    headers = [(name.encode(), value.encode()) for name, value in told.items()]
    await send({"type": "http.response.start", "status": 204, "headers": headers})
    await send({"type": "http.response.body", "body": b""})


def _is_free(scope: Scope) -> bool:
    path = scope["path"]
    return scope["method"] in READS and (path in FREE or path.startswith(FREE_BELOW))


def _cookies(lines: Iterable[str], ours: str) -> Iterator[str]:
    """The values of our cookie, of which a browser sends all it has. What other servers of this machine set may be of
    any form, and hides ours from nobody: `http.cookies` gives up on the whole line."""
    for part in ";".join(lines).split(";"):
        name, _, value = part.strip().partition("=")
        if name == ours:
            yield value


def _divided(host: str) -> tuple[str, int]:
    """Name and port of a Host header; the port is 80 where none is written, -1 where it is none."""
    name, colon, port = host.rpartition(":")
    if not colon or host.endswith("]"):
        return host.lower(), 80
    return name.lower(), int(port) if port.isascii() and port.isdecimal() and len(port) < 6 else -1


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True
