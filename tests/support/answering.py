"""A server of the socket's protocol with answers made up by the test: what clients do with them is under test."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from msgspec import Struct

from vaultipc.protocol import BadLine, Request, ServerConnection

Answer = Struct | Exception | bytes | None
"""A result, an error, a line sent as it is, or None to hang up."""
Answers = Mapping[str, Callable[[Any], Answer]]


class AnsweringServer:
    """Serves any number of connections at `path`, each in a thread that ends with the context.

    `requests` are those that came, in order.
    """

    def __init__(self, path: Path, answers: Answers) -> None:
        self.path = path
        self.requests: list[Request] = []
        self._answers = answers
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []

    def __enter__(self) -> Self:
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(self.path))
        self._listener.listen()
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in [self._listener, *self._open]:
            with suppress(OSError):  # its client may have hung up first
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        for connection in [self._listener, *self._open]:
            connection.close()

    def _start(self, target: Callable[[], None]) -> None:
        thread = threading.Thread(target=target)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            self._start(lambda connection=connection: self._serve(connection))  # type: ignore[misc]

    def _serve(self, connection: socket.socket) -> None:
        protocol = ServerConnection()
        try:
            while data := connection.recv(65536):
                for event in protocol.receive(data):
                    line = self._line(protocol, event)
                    if line is None:
                        connection.shutdown(socket.SHUT_RDWR)
                        return
                    connection.sendall(line)
        except OSError:
            return

    def _line(self, protocol: ServerConnection, event: Request | BadLine) -> bytes | None:
        if isinstance(event, BadLine):
            return event.response
        self.requests.append(event)
        answer = self._answers[event.method](event.params)
        if isinstance(answer, Exception):
            return protocol.error(event.id, answer)
        return protocol.result(event.id, answer) if isinstance(answer, Struct) else answer
