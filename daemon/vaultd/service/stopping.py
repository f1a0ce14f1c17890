"""`vvault stop`: ends all that runs for a socket, however it was started."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from vaultd.service import units
from vaultd.service.systemctl import NoSession, is_active, systemctl
from vaultipc.errors import Held
from vaultipc.running import ORDER, Running, end, is_over, running

PATIENCE_S = 45.0
"""Longer than `vvault up` waits for its daemon and its mount, one after the other, before it kills them."""
POLL_S = 0.05

_NAMES = {"up": "`vvault up`", "web": "the gallery", "mount": "the mount", "daemon": "the daemon"}


@dataclass(frozen=True, slots=True)
class Ended:
    """What was ended. `what`: `service`, `up`, `web`, `mount` or `daemon`. `pid`: None for the service."""

    what: str
    pid: int | None
    name: str


def stop(socket: Path, environ: Mapping[str, str] = os.environ, patience_s: float = PATIENCE_S) -> list[Ended]:
    """Ends what runs for `socket`, and returns it; nothing if nothing did. The service stays enabled.

    What `vvault up` started ends with it. Raises Held naming a process that does not end.
    """
    ended = _stop_service(socket, environ)
    seen = running(socket)
    for what in ORDER:
        asked = [one for one in running(socket) if one.what == what]
        for one in asked:
            end(one)
        _await(asked, time.monotonic() + patience_s)
    return ended + [Ended(one.what, one.pid, f"{_NAMES[one.what]} (process {one.pid})") for one in seen]


def _stop_service(socket: Path, environ: Mapping[str, str]) -> list[Ended]:
    """The units would start what is ended anew with the next question: systemd holds the socket."""
    folder = units.folder(environ)
    installed = [name for name in reversed(units.NAMES) if (folder / name).exists()]
    try:
        active = [name for name in installed if is_active(name)]
        if not active or not _is_theirs(socket):
            return []
        systemctl("stop", *installed)
    except NoSession:
        return []  # without a session there is nobody who runs units
    return [Ended("service", None, "the service, which starts again when you log in")]


def _is_theirs(socket: Path) -> bool:
    """Whether the units are for this socket. `Listen` is a path and a kind, ` (Stream)`: systemd.socket(5)."""
    shown = systemctl("show", "vvault.socket", "--property=Listen").strip().removeprefix("Listen=")
    return shown.rpartition(" (")[0] == str(socket)


def _await(asked: list[Running], deadline: float) -> None:
    while late := [one for one in asked if not is_over(one)]:
        if time.monotonic() > deadline:
            one = late[0]
            raise Held(
                f"Process {one.pid}, {_NAMES[one.what]}, was told to end and has not.",
                hint=f"Its log may say why; `kill -9 {one.pid}` ends it at once.",
            )
        time.sleep(POLL_S)
