"""The client for trio programs: many calls at once over one connection, and what the daemon tells unasked.

`async with connect(path) as client: status = await client.call("status")`
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import trio
from msgspec import Struct

from vaultipc.blocking import CROWDED_S, RETRY_S, away
from vaultipc.errors import DaemonAway
from vaultipc.protocol import ClientConnection, Failure, Notification, Response, decode_result
from vaultipc.socketpath import checked_length

_CHUNK = 1 << 18


def connect(path: str | os.PathLike[str]) -> AsyncClient:
    """Return a client that connects to the socket `path` when it is entered; DaemonAway if nobody answers there."""
    return AsyncClient(path)


class _Call:
    """A request under way: its answer, once there."""

    def __init__(self) -> None:
        self.done = trio.Event()
        self.outcome: bytes | Exception | None = None

    def settle(self, outcome: bytes | Exception) -> None:
        self.outcome = outcome
        self.done.set()


class AsyncClient:
    """One connection. When it is lost every pending and later call raises DaemonAway, and `notifications` ends.

    `notifications` never makes the daemon wait: its buffer has no limit, for it only fills after `subscribe`.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = checked_length(path)
        self._protocol = ClientConnection()
        self._calls: dict[int, _Call] = {}
        self._lost: DaemonAway | None = None
        self._sending = trio.Lock()
        self._told, self.notifications = trio.open_memory_channel[Notification](math.inf)
        self._nursery_manager = trio.open_nursery()

    async def __aenter__(self) -> Self:
        self._socket = await self._connected()
        self._nursery = await self._nursery_manager.__aenter__()
        self._nursery.start_soon(self._read)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        # The error is kept from the nursery, which would wrap it in a group: callers catch DaemonAway by its name.
        self._nursery.cancel_scope.cancel()
        try:
            await self._nursery_manager.__aexit__(None, None, None)
        finally:
            self._lose("the connection was closed here")

    async def call(self, method: str, params: Struct | Mapping[str, Any] | None = None, form: Any = None) -> Any:
        """Return the result struct of `method` (see `vaultipc.messages.METHODS`), or raise what the daemon answers.

        `form`: another type to decode the result as, which leaves out what is not needed.
        """
        return decode_result(method, await self.call_raw(method, params), form)

    async def call_raw(self, method: str, params: Struct | Mapping[str, Any] | None = None) -> bytes:
        """Return the result as the JSON the daemon wrote. A cancelled call's answer is dropped when it comes."""
        request_id, line = self._protocol.request(method, {} if params is None else params)
        call = self._calls[request_id] = _Call()
        try:
            await self._send(line)
            await call.done.wait()
        finally:
            self._calls.pop(request_id, None)
        if isinstance(call.outcome, Exception):
            raise call.outcome
        assert call.outcome is not None
        return call.outcome

    async def _send(self, line: bytes) -> None:
        async with self._sending:
            if self._lost is not None:
                raise self._lost_again()
            sent = 0
            try:
                while sent < len(line):
                    sent += await self._socket.send(memoryview(line)[sent:])
            except (OSError, trio.ClosedResourceError) as error:
                self._lose(_reason(error))
                raise self._lost_again() from error
            finally:
                # Half a line cannot be taken back: whoever sends next would continue it.
                if 0 < sent < len(line):
                    self._lose("a request was cut off")

    async def _read(self) -> None:
        while self._lost is None:
            try:
                data = await self._socket.recv(_CHUNK)
            except (OSError, trio.ClosedResourceError) as error:
                self._lose(_reason(error))
                return
            if not data:
                self._lose("it hung up")
            for event in self._protocol.receive(data):
                self._take(event)

    def _take(self, event: Response | Failure | Notification) -> None:
        if isinstance(event, Notification):
            self._told.send_nowait(event)
        elif isinstance(event, Failure) and event.id is None:
            # Nobody can tell whose answer this was.
            self._lose(str(event.error), event.error)
        elif isinstance(event.id, int) and event.id in self._calls:
            self._calls[event.id].settle(event.error if isinstance(event, Failure) else event.raw)

    def _lose(self, why: str, error: Exception | None = None) -> None:
        if self._lost is not None:
            return
        self._lost = away(self.path, why)
        self._socket.close()
        self._told.close()
        for call in self._calls.values():
            call.settle(error or self._lost_again())

    def _lost_again(self) -> DaemonAway:
        """A fresh exception each time: one object raised twice gathers the tracebacks of both."""
        assert self._lost is not None
        return DaemonAway(self._lost.message, hint=self._lost.hint)

    async def _connected(self) -> trio.socket.SocketType:
        connection = trio.socket.socket(trio.socket.AF_UNIX, trio.socket.SOCK_STREAM)
        try:
            await _connect(connection, os.fsencode(self.path))
        except BaseException as error:
            connection.close()
            if isinstance(error, OSError):
                raise away(self.path, _reason(error)) from error
            raise
        return connection


async def _connect(connection: trio.socket.SocketType, path: bytes) -> None:
    """Connects; while so many wait at the door that the kernel takes no more, it is tried again."""
    deadline = trio.current_time() + CROWDED_S
    while True:
        try:
            return await connection.connect(path)
        except BlockingIOError:
            if trio.current_time() > deadline:
                raise
            await trio.sleep(RETRY_S)


def _reason(error: Exception) -> str:
    return (error.strerror or "") if isinstance(error, OSError) else "the connection was closed here"
