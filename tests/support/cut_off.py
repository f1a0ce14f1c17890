"""A network of its own that ends at the loopback, and what was tried in it, as the kernel counted.

with CutOff() as cut:
    subprocess.run([*cut.inside, "some", "program"])
    assert cut.tried() == {}
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self

_SETTING_UP = "ip link set lo up && echo ready && exec cat"
_COUNTED = (
    "Ip OutNoRoutes",  # an address that no way leads to: all but the loopback, of IPv4 and of IPv6
    "Ip6OutNoRoutes",
    "Tcp ActiveOpens",  # connections begun, be it within the machine
    "Udp OutDatagrams",  # a name that is asked for, be it of a server on this machine
    "Udp6OutDatagrams",
)


class CutOff:
    """`inside`: what a command begins with to run there. OSError where this user or this machine cannot have it."""

    def __init__(self) -> None:
        programs = [shutil.which(name) for name in ("unshare", "nsenter", "ip")]
        if None in programs:
            raise OSError("unshare, nsenter (util-linux) and ip (iproute2) are needed")
        self._holder = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", _SETTING_UP],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline() != "ready\n":
            raise OSError(self._holder.communicate()[1].strip())
        self.inside = ["nsenter", "--target", str(self._holder.pid), "--net"]

    def tried(self) -> dict[str, int]:
        """How often something was tried, by the kernel's name for it; what never was is left out."""
        counters = self._counters()
        return {name: counters[name] for name in _COUNTED if counters[name]}

    def _counters(self) -> dict[str, int]:
        folder = Path(f"/proc/{self._holder.pid}/net")
        found = {name: int(value) for name, value in map(str.split, (folder / "snmp6").read_text().splitlines())}
        lines = [line.split() for line in (folder / "snmp").read_text().splitlines()]
        for names, values in zip(lines[::2], lines[1::2], strict=True):
            kind = names[0].rstrip(":")
            found |= {f"{kind} {name}": int(value) for name, value in zip(names[1:], values[1:], strict=True)}
        return found

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._holder.communicate()
