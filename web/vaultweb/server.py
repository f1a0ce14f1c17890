"""Listening, and serving until told to stop."""

from __future__ import annotations

import logging
import os
import resource
import socket
from collections.abc import Callable
from contextlib import suppress

import trio
from hypercorn.config import Config

from vaultipc.messages import WebParams
from vaultweb.app import application
from vaultweb.connections import Connections
from vaultweb.guards import Guard
from vaultweb.listening import origin
from vaultweb.news import News
from vaultweb.quick import Quick
from vaultweb.serving import served
from vaultweb.session import Sessions, ended_beside, token_beside, token_in
from vaultweb.settings import Settings

log = logging.getLogger(__name__)

KEPT_OPEN_S = 75
REQUESTS = 1_000_000
"""Of one connection, before it is made anew."""
HEAD_BYTES = 64 * 1024
"""Of a request's first line and headers: a long query fits."""
DESCRIPTORS = 4096
GRACE_S = 2


async def serve(
    settings: Settings,
    listener: socket.socket,
    ending: trio.Event,
    *,
    task_status: trio.TaskStatus[Callable[[], str]] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve on a socket that listens already, until `ending`. Started, once it answers, with what makes one-time links.

    Raises Refused for a token that is no secret.
    """
    token = token_in(settings.token_file or token_beside(settings.socket))
    sessions = Sessions(token, ended_beside(settings.socket))
    address = origin(listener)
    news = News()
    connections = Connections(settings.socket, news, WebParams(url=f"{address}/", pid=os.getpid()))
    app, quick = application(settings, sessions, connections, news)
    _allow_descriptors()
    async with trio.open_nursery() as nursery:
        await nursery.start(connections.serve)
        nursery.start_soon(_close_streams, ending, news)
        await nursery.start(_served, app, quick, listener, ending, nursery.cancel_scope)
        task_status.started(lambda: f"{address}/login?token={sessions.link()}")
    log.info("ended")


def _config() -> Config:
    config = Config()
    config.keep_alive_timeout = KEPT_OPEN_S
    config.keep_alive_max_requests = REQUESTS
    config.h11_max_incomplete_size = HEAD_BYTES
    config.graceful_timeout = GRACE_S
    config.include_server_header = False
    config.errorlog = logging.getLogger("vaultweb.http")
    return config


async def _served(
    app: Guard,
    quick: Quick,
    listener: socket.socket,
    ending: trio.Event,
    scope: trio.CancelScope,
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve; when that has ended, whatever served it ends."""
    await served(app, quick, _config(), listener, ending.wait, task_status=task_status)  # type: ignore[arg-type]
    scope.cancel()


async def _close_streams(ending: trio.Event, news: News) -> None:
    """Streams of events never end by themselves, and would be waited for."""
    await ending.wait()
    news.close()


def _allow_descriptors() -> None:
    """Raise what this process may have open at once, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = DESCRIPTORS if hard == resource.RLIM_INFINITY else min(DESCRIPTORS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
