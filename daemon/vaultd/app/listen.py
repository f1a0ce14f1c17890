"""The socket the daemon listens on: its own, or the one systemd hands over."""

from __future__ import annotations

import errno
import os
import socket
import stat
import struct
from pathlib import Path

import trio

from vaultipc.errors import Held, Refused

FIRST_PASSED_FD = 3
BACKLOG = 1024
"""Connections that wait to be accepted. Beyond them the kernel refuses others (EAGAIN) instead of letting them wait."""


async def listen(path: Path) -> trio.SocketListener:
    """A listener at `path`, mode 0600 in a folder of mode 0700.

    Raises Held if another process answers there, Refused if something that is no socket stands in the way.
    """
    passed = _passed_by_systemd()
    if passed is not None:
        return trio.SocketListener(trio.socket.from_stdlib_socket(passed))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _clear(path)
    plain = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
    try:
        _bind_private(plain, path)
        plain.listen(BACKLOG)
    except BaseException:
        plain.close()
        raise
    return trio.SocketListener(trio.socket.from_stdlib_socket(plain))


def unlisten(path: Path) -> None:
    """Removes our socket; one that systemd owns stays."""
    if "LISTEN_FDS" not in os.environ:
        path.unlink(missing_ok=True)


def peer_uid(stream: trio.SocketStream) -> int:
    """The user on the other side, as the kernel vouches for it (SO_PEERCRED: pid, uid, gid as three ints)."""
    credentials = stream.socket.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    _pid, uid, _gid = struct.unpack("3i", credentials)
    return int(uid)


def _passed_by_systemd() -> socket.socket | None:
    """The first socket of socket activation (sd_listen_fds(3)), if it was meant for this process."""
    if os.environ.get("LISTEN_PID") != str(os.getpid()) or int(os.environ.get("LISTEN_FDS", "0")) < 1:
        return None
    os.set_inheritable(FIRST_PASSED_FD, False)
    return socket.socket(fileno=FIRST_PASSED_FD)


def _clear(path: Path) -> None:
    """Removes the socket of a daemon that died. Raises Held if one lives behind it."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise Refused(f"{path} exists and is no socket", hint="move it away, or choose another path with --socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1)
        refused = probe.connect_ex(str(path)) in (errno.ECONNREFUSED, errno.ENOENT)
    if not refused:
        raise Held(
            f"another daemon answers on {path}",
            hint="end it with `vvault stop`, or choose another path with --socket",
        )
    path.unlink(missing_ok=True)


def _bind_private(plain: socket.socket, path: Path) -> None:
    """Binds so that nobody else can connect, not even between bind and chmod."""
    previous = os.umask(0o177)
    try:
        plain.bind(str(path))
    finally:
        os.umask(previous)
