"""Who uses a mount: processes that stand in it or have something of it open, as proc(5) tells.

Only links are read, and they are made from what the kernel holds anyway: nothing asks the mount, so it may be stuck or
be ours.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_SHOWN = 5
_UNPRINTABLE = re.compile(r"[^ -~]")
_MAPPED = 5
"""Words before the path in a line of /proc/PID/maps."""


class User(NamedTuple):
    """A process that uses a mount, and how: `stands in it`, `has something in it open`."""

    pid: int
    name: str
    how: str

    def __str__(self) -> str:
        return f"{self.name} (process {self.pid}) {self.how}"


def users(place: bytes) -> list[User]:
    """Return who uses what is mounted at `place`, of the processes that this user may look at; never ourselves."""
    return [user for pid in _processes() if pid != os.getpid() and (user := _user(pid, place)) is not None]


def told(found: list[User]) -> str:
    """Return them in words, the first five by name."""
    words = [str(user) for user in found[:_SHOWN]]
    return ", ".join(words) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")


def _processes() -> list[int]:
    return sorted(int(name) for name in os.listdir("/proc") if name.isdigit())


def _user(pid: int, place: bytes) -> User | None:
    process = f"/proc/{pid}".encode()
    try:
        if any(_within(os.readlink(process + link), place) for link in (b"/cwd", b"/root")):
            return User(pid, _name(pid), "stands in it")
        if any(_within(path, place) for path in _open(process)):
            return User(pid, _name(pid), "has something in it open")
    except OSError:
        return None  # it has ended, or belongs to somebody else
    return None


def _open(process: bytes) -> Iterator[bytes]:
    for descriptor in os.listdir(process + b"/fd"):
        try:
            yield os.readlink(process + b"/fd/" + descriptor)
        except FileNotFoundError:
            continue  # closed meanwhile
    for line in Path(os.fsdecode(process + b"/maps")).read_bytes().splitlines():
        fields = line.split(None, _MAPPED)
        if len(fields) > _MAPPED:
            yield fields[_MAPPED]


def _name(pid: int) -> str:
    name = Path(f"/proc/{pid}/comm").read_text(errors="replace").strip()
    return _UNPRINTABLE.sub("?", name)


def _within(path: bytes, place: bytes) -> bool:
    return path == place or path.startswith(place + b"/")
