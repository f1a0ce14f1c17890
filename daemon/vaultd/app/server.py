"""Accepting connections on the socket and giving each its session."""

from __future__ import annotations

import logging
import os
import resource
from contextlib import suppress

import trio

from vaultd.app.listen import peer_uid
from vaultd.app.session import Session
from vaultd.handlers.vault import Vault
from vaultipc.errors import TooLarge
from vaultipc.protocol import ServerConnection

MOST_CONNECTIONS = 2000
SPARE_DESCRIPTORS = 512
"""For the catalog, the indexes, workers and watches."""
UNFINISHED_BYTES = 64 * 1024 * 1024
"""Of lines that have not ended yet, of all clients together; one alone may be `SERVER_LINE_LIMIT` long."""

log = logging.getLogger(__name__)


async def serve(
    vault: Vault, listener: trio.SocketListener, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Serves until cancelled. Every open session hears of each commit to the catalog."""
    sessions: set[Session] = set()
    _allow_descriptors(MOST_CONNECTIONS + SPARE_DESCRIPTORS)

    def committed(entities: frozenset[str], _seq: int) -> None:
        for session in sessions:
            session.committed(entities)

    def has_room() -> bool:
        return sum(session.unfinished for session in sessions) < UNFINISHED_BYTES

    async def connection(stream: trio.SocketStream) -> None:
        async with stream:
            if peer_uid(stream) != os.geteuid():
                log.warning("refused a connection of another user (uid %d)", peer_uid(stream))
                return
            if len(sessions) >= MOST_CONNECTIONS:
                await _refuse(stream)
                return
            session = Session(vault, stream, has_room)
            sessions.add(session)
            try:
                await session.serve()
            except Exception:
                log.exception("a connection failed and was closed: this is a bug")  # others go on
            finally:
                sessions.discard(session)

    vault.catalog.on_commit(committed)
    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, connection, [listener])
        task_status.started()


async def _refuse(stream: trio.SocketStream) -> None:
    """Says why, and hangs up; whoever does not listen is not waited for."""
    error = TooLarge(f"More than {MOST_CONNECTIONS} connections are open.", hint="Close some of them.")
    with trio.move_on_after(1), suppress(trio.BrokenResourceError):
        await stream.send_all(ServerConnection().error(None, error))


def _allow_descriptors(count: int) -> None:
    """Raises what this process may have open at once, as far as the system lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
