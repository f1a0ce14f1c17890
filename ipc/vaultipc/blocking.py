"""A client for programs that ask one thing at a time and want to start fast: plain socket, no event loop."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from vaultipc.errors import DaemonAway, DaemonBug, UserError
from vaultipc.protocol import ClientConnection, Failure, Notification, Response, decode_result
from vaultipc.socketpath import checked_length

CROWDED_S = 10.0
"""How long a crowd before the socket is waited for."""
RETRY_S = 0.02
_CHUNK = 1 << 18


class Client:
    """One connection. Use as a context manager; raises what the daemon answers, or DaemonAway if it does not.

    `timeout`: seconds without a byte after which the daemon counts as away; None waits for ever. With `probe` it is
    asked first, on a second connection, whether it lives: then a long piece of work is waited for, however long.
    """

    def __init__(self, path: str | os.PathLike[str], timeout: float | None = None, *, probe: bool = False) -> None:
        self.path = checked_length(path)
        self._probe = probe
        self._protocol = ClientConnection()
        self._events: list[Response | Failure | Notification] = []
        self._socket = self._connected(timeout)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._socket.close()

    def call(self, method: str, params: Struct | Mapping[str, Any] | None = None) -> Any:
        """Return the result struct of `method` (see `vaultipc.messages.METHODS`)."""
        return decode_result(method, self.call_raw(method, params))

    def call_raw(self, method: str, params: Struct | Mapping[str, Any] | None = None) -> bytes:
        """Return the result as the JSON the daemon wrote."""
        request_id, line = self._protocol.request(method, {} if params is None else params)
        try:
            self._socket.sendall(line)
        except OSError as error:
            raise self._away(error) from error
        return self._answer(request_id)

    def notification(self) -> Notification:
        """Wait for the next notification (after `subscribe`)."""
        while True:
            event = self._next_event()
            if isinstance(event, Notification):
                return event

    def _answer(self, request_id: int) -> bytes:
        kept: list[Response | Failure | Notification] = []
        try:
            while True:
                event = self._next_event()
                if isinstance(event, Notification):
                    kept.append(event)
                elif isinstance(event, Failure) and event.id in (request_id, None):
                    raise event.error
                elif isinstance(event, Response) and event.id == request_id:
                    return event.raw
        finally:
            self._events[:0] = kept

    def _next_event(self) -> Response | Failure | Notification:
        while not self._events:
            try:
                data = self._socket.recv(_CHUNK)
            except TimeoutError as error:
                if self._probe and self._lives():
                    continue
                raise self._away(error) from error
            except OSError as error:
                raise self._away(error) from error
            if not data:
                raise away(self.path, "it hung up")
            self._events = self._protocol.receive(data)
        return self._events.pop(0)

    def _connected(self, timeout: float | None) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.settimeout(timeout)
            _connect(connection, os.fsencode(self.path), CROWDED_S if timeout is None else timeout)
        except OSError as error:
            connection.close()
            raise self._away(error) from error
        return connection

    def _lives(self) -> bool:
        try:
            with Client(self.path, self._socket.gettimeout()) as other:
                other.call_raw("hello")
        except DaemonAway:
            return False
        except (UserError, DaemonBug):
            return True  # a refusal is an answer
        return True

    def _away(self, error: OSError) -> DaemonAway:
        if isinstance(error, TimeoutError):
            return DaemonAway(
                f"The daemon on {os.fspath(self.path)} did not answer in time.",
                hint="It may still be starting, or be stopped (`ps` shows T): try again, or end it and start it anew.",
            )
        return away(self.path, error.strerror or "")


def _connect(connection: socket.socket, path: bytes, patience_s: float) -> None:
    """Connects; while so many wait at the door that the kernel takes no more, it is tried again."""
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return connection.connect(path)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(RETRY_S)


def away(path: str | os.PathLike[str], why: str) -> DaemonAway:
    """Return the error that says that nobody answers on the socket `path`."""
    reason = f" ({why})" if why else ""
    return DaemonAway(f"No daemon answers on {os.fspath(path)}{reason}.", hint="Start it with `vvault up`.")
