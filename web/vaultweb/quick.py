"""Thumbnails by a shorter way: a wall of pictures asks for a thousand of them, each with the same headers.

A request for a thumbnail whose headers passed the guard a moment ago is answered from the bytes that came, before HTTP
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
from typing import cast

import h11
from starlette.datastructures import MutableHeaders
from starlette.types import Scope

from vaultipc.errors import DaemonBug, UserError
from vaultipc.messages.gallery import PreviewFormat, PreviewSize
from vaultweb.guards import dress
from vaultweb.previews import PreviewKey, Previews, Small
from vaultweb.problems import ProblemError
from vaultweb.routes.thumbnails import shown

log = logging.getLogger(__name__)

BELIEVED_S = 30.0
"""How long headers that passed are let in: a session may end."""
_MOST_KNOWN = 256
_LONGEST = 8192
_ASKED = re.compile(rb"GET /thumbnails/([0-9a-f]{16})-(256|512|1024)\.(webp|avif|jpg) HTTP/1\.1")
_PLAIN = re.compile(
    rb"host|user-agent|accept|accept-language|accept-encoding|referer|cookie|authorization|connection|cache-control"
    rb"|pragma|priority|dnt|sec-gpc|sec-fetch-[a-z]+|sec-ch-[a-z-]+"
)
"""Headers that change nothing of the answer, once the guard has seen them. Conditions and ranges do."""


class Quick:
    """`admits`: whether the guard lets in a request of a scope."""

    def __init__(self, admits: Callable[[Scope], bool], previews: Previews) -> None:
        self._admits = admits
        self._previews = previews
        self._known: dict[bytes, tuple[bool, float]] = {}
        self._date = (0, b"")

    async def answer(self, data: bytes) -> bytes | None:
        """The whole answer to what came on a connection that waits for a request; None if it goes the usual way."""
        line, _, rest = data.partition(b"\r\n")
        asked = _ASKED.fullmatch(line)
        # One request, whole, and nothing behind it.
        if asked is None or len(data) > _LONGEST or rest.find(b"\r\n\r\n") != len(rest) - 4:
            return None
        if not self._may_pass(rest):
            return None
        content, size, ending = (part.decode() for part in asked.groups())
        form = cast(PreviewFormat, "jpeg" if ending == "jpg" else ending)
        key = PreviewKey(content, "", cast(PreviewSize, int(size)), form)
        try:
            small = await self._previews.get(key)
        except (UserError, DaemonBug, ProblemError) as error:
            log.debug("%s goes the usual way: %s", key, error)
            return None
        return b"".join((_head(key, small.media, small.content, len(small.data)), self._now(), small.data))

    def _may_pass(self, headers: bytes) -> bool:
        passed, until = self._known.get(headers, (False, 0.0))
        moment = time.monotonic()
        if until < moment:
            passed = self._passes(headers)
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[headers] = (passed, moment + BELIEVED_S)
        return passed

    def _passes(self, lines: bytes) -> bool:
        """What the usual way would find, by the parser that it has."""
        parser = h11.Connection(h11.SERVER)
        parser.receive_data(b"GET /thumbnails/ HTTP/1.1\r\n" + lines)
        try:
            request, end = parser.next_event(), parser.next_event()
        except h11.RemoteProtocolError:
            return False
        if not isinstance(request, h11.Request) or not isinstance(end, h11.EndOfMessage):
            return False
        headers = list(request.headers)
        return _is_plain(headers) and self._admits(
            {"type": "http", "method": "GET", "scheme": "http", "path": "/thumbnails/", "headers": headers}
        )

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
def _head(key: PreviewKey, media: str, content: str, length: int) -> bytes:
    """Status and headers, as the usual way has them, but for the date."""
    headers = MutableHeaders(raw=shown(Small(bytes(length), media, content), key).raw_headers)
    dress(headers, "")
    lines = [b"HTTP/1.1 200 OK", *(name + b": " + value for name, value in headers.raw)]
    return b"\r\n".join((*lines, b""))
