"""Who runs for a socket: daemons, mounts, galleries, `vvault up`, each found by a locked file beside the socket.

The daemon need not answer for its mounts to be found, nor be there at all: `vvault stop` ends what it finds here. A
file is called `SOCKET.WHAT.PID`, and empty. What was killed leaves its file behind, and nobody holds the lock.
"""

from __future__ import annotations

import fcntl
import glob
import logging
import os
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

log = logging.getLogger(__name__)

What = Literal["up", "web", "mount", "daemon"]
ORDER: tuple[What, ...] = ("up", "web", "mount", "daemon")
"""In which they end: `up` ends what it started, and nobody shall look into a mount whose daemon is gone."""

_SUFFIX = re.compile(rf"({'|'.join(ORDER)})\.(\d+)")


@dataclass(frozen=True, slots=True)
class Running:
    """A process of ours that runs now."""

    what: What
    pid: int
    mark: Path


@contextmanager
def marked(socket: Path, what: What) -> Iterator[None]:
    """Let this process be found as long as the block runs. Where no mark can be left it runs all the same."""
    mark = socket.with_name(f"{socket.name}.{what}.{os.getpid()}")
    try:
        held = _held(mark)
    except OSError as error:
        log.info("`vvault stop` will not find this process: %s", error)
        yield
        return
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)
        os.close(held)


def running(socket: Path) -> list[Running]:
    """Return what runs for `socket`, in the order in which it is to be ended. Marks of the dead are taken away."""
    marks = socket.parent.glob(f"{glob.escape(socket.name)}.*")
    found = [one for mark in marks if (one := _marked_by(socket, mark))]
    alive = [one for one in found if _is_held(one.mark)]
    return sorted(alive, key=lambda one: (ORDER.index(one.what), one.pid))


def end(one: Running) -> None:
    """Ask a process to end, also one that was suspended (Ctrl-Z). One that has ended meanwhile is no error."""
    with suppress(ProcessLookupError):
        process = os.pidfd_open(one.pid)
        try:
            # Only now is it sure that the number still means the process that holds the mark.
            if _is_held(one.mark):
                signal.pidfd_send_signal(process, signal.SIGTERM)
                signal.pidfd_send_signal(process, signal.SIGCONT)
        finally:
            os.close(process)


def is_over(one: Running) -> bool:
    """Return whether a process has ended."""
    return not _is_held(one.mark)


def _held(mark: Path) -> int:
    """The descriptor that holds the lock of a new mark. Whoever looked before it was held has taken it away."""
    while True:
        descriptor = os.open(mark, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:
            return descriptor
        os.close(descriptor)


def _is_held(mark: Path) -> bool:
    """Whether somebody holds a mark; one that nobody holds goes."""
    try:
        descriptor = os.open(mark, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        mark.unlink(missing_ok=True)
        return False
    finally:
        os.close(descriptor)


def _marked_by(socket: Path, mark: Path) -> Running | None:
    told = _SUFFIX.fullmatch(mark.name.removeprefix(f"{socket.name}."))
    return None if told is None else Running(cast(What, told[1]), int(told[2]), mark)
