"""A shorter way for thumbnails, of which a wall of pictures asks for a thousand, each with the same headers, and for
the page's scripts and styles, which the first picture waits for.

A request for one of them whose headers passed the guard a moment ago is answered from the bytes that came, before HTTP
is parsed again and without the application. What is asked in any other way, and whatever goes wrong, goes the usual
way, which gives the same answers; nothing is let in here that the guard did not let in.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable, Iterable
from email.utils import formatdate
from functools import lru_cache
from pathlib import Path
from typing import cast

import h11
from fastapi import Request, Response
from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from vaultipc.errors import DaemonBug, UserError
from vaultipc.messages.gallery import PreviewFormat, PreviewSize
from vaultweb import assets
from vaultweb.assets import Assets
from vaultweb.guards import dress
from vaultweb.pages import FOR_EVER
from vaultweb.previews import PreviewKey, Previews, Small
from vaultweb.problems import ProblemError
from vaultweb.routes.thumbnails import shown

log = logging.getLogger(__name__)

_Headers = list[tuple[bytes, bytes]]
BELIEVED_S = 30.0
"""How long headers that passed are let in: a session may end."""
_MOST_KNOWN = 256
_LONGEST = 8192
_ASKED = re.compile(
    rb"GET (?:/thumbnails/([0-9a-f]{16})-(256|512|1024)\.(webp|avif|jpg)|/assets/([\w-]+(?:\.[\w-]+)+)) HTTP/1\.1"
)
_PLAIN = re.compile(
    rb"host|user-agent|accept|accept-language|accept-encoding|referer|cookie|authorization|connection|cache-control"
    rb"|pragma|priority|dnt|sec-gpc|sec-fetch-[a-z]+|sec-ch-[a-z-]+"
)
"""Headers that change nothing of the answer, once the guard has seen them. Conditions and ranges do."""


class Quick:
    """`admits`: whether the guard lets in a request of a scope. `folder`: of the assets."""

    def __init__(self, admits: Callable[[Scope], bool], previews: Previews, held: Assets, folder: Path) -> None:
        self._admits = admits
        self._previews = previews
        self._assets = held
        self._folder = folder
        self._known: dict[bytes, tuple[_Headers | None, float]] = {}
        self._date = (0, b"")

    def forget(self) -> None:
        """A session was ended: everybody is looked at again."""
        self._known.clear()

    async def answer(self, data: bytes) -> bytes | None:
        """The whole answer to what came on a connection that waits for a request; None if it goes the usual way."""
        line, _, rest = data.partition(b"\r\n")
        asked = _ASKED.fullmatch(line)
        # One request, whole, and nothing behind it.
        if asked is None or len(data) > _LONGEST or rest.find(b"\r\n\r\n") != len(rest) - 4:
            return None
        headers = self._passed(rest)
        if headers is None:
            return None
        content, size, ending, asset = (part.decode() if part else "" for part in asked.groups())
        try:
            if asset:
                return await self._asset(asset, headers)
            form = cast(PreviewFormat, "jpeg" if ending == "jpg" else ending)
            return await self._thumbnail(PreviewKey(content, "", cast(PreviewSize, int(size)), form))
        except (UserError, DaemonBug, ProblemError) as error:
            log.debug("%r goes the usual way: %s", line, error)
            return None

    async def _thumbnail(self, key: PreviewKey) -> bytes | None:
        small = await self._previews.get(key)
        if small.size < key.size:
            return None  # for now only, as the usual way says
        return b"".join((_thumbnail_head(key, small.media, small.content, len(small.data)), self._now(), small.data))

    async def _asset(self, name: str, headers: _Headers) -> bytes:
        asset = await self._assets.get(self._folder / name)
        told = assets.answer(Request({"type": "http", "headers": headers}), asset, {"Cache-Control": FOR_EVER})
        return b"".join((_head(told), self._now(), bytes(told.body)))

    def _passed(self, lines: bytes) -> _Headers | None:
        """The headers that these lines are; None for those that may not pass here."""
        headers, until = self._known.get(lines, (None, 0.0))
        moment = time.monotonic()
        if until < moment:
            headers = self._looked_at(lines)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[lines] = (headers, moment + BELIEVED_S)
        return headers

    def _looked_at(self, lines: bytes) -> _Headers | None:
        """What the usual way would find, by the parser that it has."""
        parser = h11.Connection(h11.SERVER)
        parser.receive_data(b"GET /thumbnails/ HTTP/1.1\r\n" + lines)
        try:
            request, end = parser.next_event(), parser.next_event()
        except h11.RemoteProtocolError:
            return None
        if not isinstance(request, h11.Request) or not isinstance(end, h11.EndOfMessage):
            return None
        headers = list(request.headers)
        scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/thumbnails/", "headers": headers}
        return headers if _is_plain(headers) and self._admits(scope) else None

    def _now(self) -> bytes:
        """The last header, and the end of them."""
        second = int(time.time())
        if second != self._date[0]:
            self._date = (second, f"date: {formatdate(second, usegmt=True)}\r\n\r\n".encode())
        return self._date[1]


def _is_plain(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return all(
        _PLAIN.fullmatch(name) and (name != b"connection" or value.lower() == b"keep-alive") for name, value in headers
    )


@lru_cache(maxsize=8192)
def _thumbnail_head(key: PreviewKey, media: str, content: str, length: int) -> bytes:
    return _head(shown(Small(bytes(length), media, content, key.size), key))


def _head(answer: Response) -> bytes:
    """Status and headers, as the usual way has them, but for the date."""
    headers = MutableHeaders(raw=answer.raw_headers)
    dress(headers, "")
    lines = [b"HTTP/1.1 200 OK", *(name + b": " + value for name, value in headers.raw)]
    return b"\r\n".join((*lines, b""))
