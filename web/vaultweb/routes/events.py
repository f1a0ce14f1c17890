"""Server-sent events: changes as they happen, the status while something goes on, and the daemon's going and coming.

https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

from __future__ import annotations

from collections.abc import AsyncGenerator

import msgspec
import trio
from fastapi import APIRouter, Request

from vaultipc.errors import DaemonAway, DaemonBug, UserError
from vaultipc.messages import Changed
from vaultweb.asking import Daemon
from vaultweb.connections import Connections
from vaultweb.described import gives
from vaultweb.news import Listener, News
from vaultweb.streamed import Streamed

router = APIRouter(tags=["vault"])

EVERY_S = 5.0
SOON_S = 0.2
"""What comes within it is told at once: a file that is read is five changes."""
RETRY_MS = 1000


_STREAM = {200: {"description": "Events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}}}


class Presence(msgspec.Struct):
    """`away` and `back` tell nothing more."""


@router.get(
    "/api/events",
    **gives(also=_STREAM),
)
async def events(request: Request, daemon: Daemon) -> Streamed:
    """`change {seq, topics}` at every change, `status {Status}` at once and at changes or every five seconds, `away`
    when no daemon answers, `back` when one does again: then everything may have changed."""
    news: News = request.app.state.news
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Streamed(_told(news, daemon), headers, media_type="text/event-stream")


async def _told(news: News, daemon: Connections) -> AsyncGenerator[bytes]:
    with news.listening() as listener:
        yield f"retry: {RETRY_MS}\n\n".encode()
        if not daemon.connected:
            yield _event("away", Presence())
        while not listener.ended:
            yield await _status(daemon)
            for event in await _next(listener):
                yield event


async def _next(listener: Listener) -> list[bytes]:
    with trio.move_on_after(EVERY_S):
        await listener.wait()
        await trio.sleep(SOON_S)
    presence, changed = listener.take()
    events = [_event(name, Presence()) for name in presence]
    return events if changed is None else [*events, _event("change", changed)]


async def _status(daemon: Connections) -> bytes:
    """The status as an event; a comment, which keeps the stream alive, where there is none."""
    if not daemon.connected:
        return b":\n\n"
    try:
        return b"event: status\ndata: " + await daemon.raw("status") + b"\n\n"
    except (DaemonAway, UserError, DaemonBug):
        return b":\n\n"


def _event(name: str, data: Changed | Presence) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + msgspec.json.encode(data) + b"\n\n"
