"""Connections: hypercorn speaks HTTP on them, but for thumbnails, which are answered by a shorter way (`quick`)."""

from __future__ import annotations

import logging
import socket
from collections.abc import Awaitable, Callable
from functools import partial

import h11
import trio
from hypercorn.config import Config
from hypercorn.events import Closed, RawData
from hypercorn.protocol.h11 import H11Protocol
from hypercorn.trio.tcp_server import MAX_RECV, TCPServer
from hypercorn.trio.worker_context import WorkerContext
from hypercorn.typing import AppWrapper, ConnectionState, Framework
from hypercorn.utils import wrap_app

from vaultweb.quick import Quick

log = logging.getLogger(__name__)

_HUNG_UP = (trio.ClosedResourceError, trio.BrokenResourceError)


class Connection(TCPServer):
    """One connection. `quick` sees first what comes while hypercorn waits for a request."""

    def __init__(
        self,
        quick: Quick,
        app: AppWrapper,
        config: Config,
        context: WorkerContext,
        stream: trio.SocketStream,
    ) -> None:
        super().__init__(app, config, context, ConnectionState({}), stream)  # type: ignore[arg-type]  # or one of TLS
        self._quick = quick
        self._heard = 0.0

    async def _read_data(self) -> None:
        try:
            while data := bytes(await self.stream.receive_some(MAX_RECV)):
                self._heard = trio.current_time()
                answer = await self._quickly(data) if self._waits() else None
                if answer is None:
                    await self.protocol.handle(RawData(data))
                else:
                    await self.stream.send_all(answer)
        except _HUNG_UP as error:
            log.debug("a connection ended: %s", error)
        else:
            await self.protocol.handle(RawData(b""))
        await self.protocol.handle(Closed())

    async def _quickly(self, data: bytes) -> bytes | None:
        """The answer, None for what goes the usual way, on which a bug ends no more than a request."""
        try:
            return await self._quick.answer(data)
        except Exception:
            log.exception("the shorter way failed: this is a bug")
            return None

    async def _close(self) -> None:
        """As hypercorn's, which does not hold the lock of those who send while it says that nothing more comes: whoever
        sends the end of an answer just then would be told that two send at once."""
        try:
            self.send_lock.acquire_nowait()
        except trio.WouldBlock:
            await self.stream.aclose()  # who is sending has nobody to send to
            return
        try:
            await super()._close()
        finally:
            self.send_lock.release()

    def _waits(self) -> bool:
        """Whether nothing was asked that is not answered, and nothing lies there of what is about to be asked."""
        protocol = self.protocol.protocol
        if not isinstance(protocol, H11Protocol) or not isinstance(protocol.connection, h11.Connection):
            return False  # HTTP/2, a web socket
        spoken = protocol.connection
        idle = spoken.our_state is h11.IDLE and spoken.their_state is h11.IDLE
        return idle and protocol.stream is None and spoken.trailing_data == (b"", False)

    async def _idle_timeout(self) -> None:
        """As hypercorn's, but what `quick` answered was no idleness."""
        self._heard = trio.current_time()
        while not self.context.terminated.is_set() and (left := self._idle_until() - trio.current_time()) > 0:
            with trio.move_on_after(left):
                await self.context.terminated.wait()
        with trio.CancelScope(shield=True):
            await self._initiate_server_close()

    def _idle_until(self) -> float:
        return self._heard + self.config.keep_alive_timeout


async def served(
    app: Framework,
    quick: Quick,
    config: Config,
    listener: socket.socket,
    until: Callable[[], Awaitable[None]],
    *,
    task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED,
) -> None:
    """Serve on a socket that listens, until `until` returns; what is under way then has `config.graceful_timeout`."""
    context = WorkerContext(None)
    wrapped = wrap_app(app, config.wsgi_max_body_size, "asgi")
    listeners = [trio.SocketListener(trio.socket.from_stdlib_socket(listener))]
    handler = partial(Connection, quick, wrapped, config, context)
    async with trio.open_nursery() as connections:
        async with trio.open_nursery() as door:
            door.start_soon(partial(trio.serve_listeners, handler, listeners, handler_nursery=connections))
            task_status.started()
            await until()
            door.cancel_scope.cancel()
        await context.terminated.set()
        connections.cancel_scope.deadline = trio.current_time() + config.graceful_timeout
