"""`python -m vaultd.worker`: serves requests on the socket that is standard input until it is closed."""

from __future__ import annotations

import contextlib
import signal
import socket
import sys
from typing import Protocol

from vaultd.models.pack import PackError
from vaultd.worker import framing
from vaultd.worker.limits import bound_memory, bound_time, give_way
from vaultd.worker.messages import Answer, Failed, Ready, Request, Setup, TellSetup


class Answering(Protocol):
    """Where this worker does what it is asked."""

    def answer(self, request: Request) -> Answer:
        """What came of it."""
        ...


def main() -> int:
    """The exit status: 0 when the daemon hung up."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the daemon, which ends its workers itself
    with socket.socket(fileno=sys.stdin.fileno()) as connection:
        connection.setblocking(True)
        with contextlib.suppress(ConnectionError, EOFError):
            _serve(connection)
    return 0


def _serve(connection: socket.socket) -> None:
    setup = _receive(connection)
    if not isinstance(setup, Setup | TellSetup):
        raise framing.BrokenStream("the first request was no setup")
    try:
        desk = _desk(setup)
    except PackError as error:
        return _send(connection, Failed("encoder", error.message))
    bound_memory(setup.memory_mb)
    if setup.niceness:
        give_way(setup.niceness)
    _send(connection, Ready())
    while True:
        request = _receive(connection)
        bound_time(setup.timeout_s)
        answer = desk.answer(request)
        bound_time(0)
        _send(connection, answer)


def _desk(setup: Setup | TellSetup) -> Answering:
    """Imports only what this kind of worker needs. Raises PackError."""
    if isinstance(setup, TellSetup):
        from vaultd.worker.telling.desk import TellingDesk

        return TellingDesk(setup)
    from vaultd.worker.desk import Desk

    return Desk(setup)


def _receive(connection: socket.socket) -> Request:
    return framing.request(_exactly(connection, framing.length(_exactly(connection, framing.HEADER))))


def _exactly(connection: socket.socket, count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = connection.recv(count - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)


def _send(connection: socket.socket, answer: Answer) -> None:
    connection.sendall(framing.pack(answer))


if __name__ == "__main__":
    sys.exit(main())
