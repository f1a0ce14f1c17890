"""The address this process answers on, and that there is one such process for a library."""

from __future__ import annotations

import errno
import fcntl
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vaultipc.errors import ConfigError, Held
from vaultweb.settings import Settings

BACKLOG = 1024
"""Connections that may wait at the door: browsers of a large screen ask for a thousand thumbnails."""


class Served(Held):
    """Another process serves this library."""


@contextmanager
def alone(lock_file: Path) -> Iterator[None]:
    """Hold the lock of the process that serves a library. Raises Served if another one has it."""
    descriptor = os.open(lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def listening(settings: Settings) -> socket.socket:
    """A socket that listens at the address of `settings`.

    Raises Held if the port is taken, ConfigError if the machine has no such address.
    """
    family, place = _resolved(settings.address, settings.port)
    try:
        return _bound(family, place)
    except OSError as error:
        if error.errno == errno.EADDRINUSE and settings.any_port:
            return _bound(family, (place[0], 0))
        raise _told(error, settings) from error


def origin(listener: socket.socket) -> str:
    """`http://HOST:PORT` of a listening socket, as a browser of this machine reaches it."""
    host, port = listener.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        address = ipaddress.ip_address("::1" if address.version == 6 else "127.0.0.1")
    return f"http://[{address}]:{port}" if address.version == 6 else f"http://{address}:{port}"


def _lock(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as held:
        raise Served("The gallery is being served already.", hint="`vvault web --open` opens it.") from held


def _resolved(address: str, port: int) -> tuple[socket.AddressFamily, tuple[str, int]]:
    try:
        found = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError) as error:
        raise ConfigError(
            f"The gallery cannot be served at {address}: there is no such address.",
            hint="`web.address` and --address take an address of this machine, 127.0.0.1 as a rule.",
        ) from error
    family, _kind, _protocol, _name, place = min(found, key=lambda one: one[0] != socket.AF_INET)
    return family, (str(place[0]), int(place[1]))


def _bound(family: socket.AddressFamily, place: tuple[str, int]) -> socket.socket:
    made = socket.socket(family, socket.SOCK_STREAM)
    try:
        # A connection of the process before us that lingers (TIME_WAIT) does not keep the port.
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        made.bind(place)
        made.listen(BACKLOG)
        made.setblocking(False)
    except BaseException:
        made.close()
        raise
    return made


def _told(error: OSError, settings: Settings) -> Exception:
    where = f"{settings.address}, port {settings.port}"
    if error.errno == errno.EADDRINUSE:
        return Held(f"Another program has {where}.", hint="Choose another with `web.port` or --port; 0 is any.")
    if error.errno in (errno.EADDRNOTAVAIL, errno.EACCES, errno.EPERM):
        return ConfigError(
            f"The gallery cannot be served at {where}: {error.strerror}.",
            hint="`web.address` is an address of this machine, and ports below 1024 are root's.",
        )
    return error
