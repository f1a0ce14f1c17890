"""Accepting connections on the socket and giving each its session."""

from __future__ import annotations

import logging
import os

import trio

from vaultd.app.listen import peer_uid
from vaultd.app.session import Session
from vaultd.handlers.vault import Vault

log = logging.getLogger(__name__)


async def serve(
    vault: Vault, listener: trio.SocketListener, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
) -> None:
    """Serves until cancelled. Every open session hears of each commit to the catalog."""
    sessions: set[Session] = set()

    def committed(entities: frozenset[str], _seq: int) -> None:
        for session in sessions:
            session.committed(entities)

    async def connection(stream: trio.SocketStream) -> None:
        async with stream:
            if peer_uid(stream) != os.geteuid():
                log.warning("refused a connection of another user (uid %d)", peer_uid(stream))
                return
            session = Session(vault, stream)
            sessions.add(session)
            try:
                await session.serve()
            finally:
                sessions.discard(session)

    vault.catalog.on_commit(committed)
    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, connection, [listener])
        task_status.started()
