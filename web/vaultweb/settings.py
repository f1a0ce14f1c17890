"""What the server is told when it is started."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
STATIC = Path(__file__).with_name("static")
"""The built gallery."""


@dataclass(frozen=True, slots=True)
class Settings:
    """`port` 0 is any that is free; with `any_port` a free one is taken where `port` is taken. `origins`: other front
    ends that may ask, each as a browser sends it, `http://localhost:5173`. `hosts`: names, beside those of this
    machine's loopback, under which browsers reach it. `export_folders`: the only ones into which is exported."""

    socket: Path
    address: str = LOOPBACK
    port: int = 0
    origins: frozenset[str] = frozenset()
    hosts: frozenset[str] = frozenset()
    token_file: Path | None = None
    static: Path = STATIC
    any_port: bool = False
    export_folders: tuple[Path, ...] = ()

    @property
    def lock_file(self) -> Path:
        """Held locked by the one process that serves this library."""
        return self.socket.with_name(f"{self.socket.name}.web-lock")

    @property
    def is_private(self) -> bool:
        """Whether only this machine reaches it."""
        return is_loopback(self.address)


def is_loopback(host: str) -> bool:
    """Whether a host of a URL, without its port, means this machine and can mean no other."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
