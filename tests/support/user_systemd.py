"""A real `systemd --user` for one test, where no systemd runs: in mount and process namespaces of its own (needs root).

What it starts and mounts is seen only from inside, and ends with it.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

SYSTEMD = Path("/usr/lib/systemd/systemd")
RUNTIME = Path("/run/user/0")

_INSIDE = f"""
set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/systemd/system {RUNTIME}
chmod 700 {RUNTIME}
{SYSTEMD} --user &
wait
"""


class Unavailable(Exception):
    """No user systemd can be run here; the message says why."""


class UserSystemd:
    """systemd of root's user session. `environ` is the whole environment of it and of every command."""

    def __init__(self, environ: Mapping[str, str], log: Path) -> None:
        if os.getuid() != 0 or not SYSTEMD.exists():
            raise Unavailable("needs root and an installed systemd")
        self.environ = {**environ, "XDG_RUNTIME_DIR": str(RUNTIME)}
        with log.open("wb") as output:
            self._outer = subprocess.Popen(
                ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "bash", "-c", _INSIDE],
                env=self.environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        self._log = log

    def __enter__(self) -> Self:
        deadline = time.monotonic() + 15
        while not self._is_up():
            if self._outer.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise Unavailable(f"systemd --user did not start: {self._log.read_text(errors='replace')[-500:]}")
            time.sleep(0.05)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def run(self, *command: str | Path, timeout: float = 60) -> subprocess.CompletedProcess[str]:
        """Runs a command inside."""
        return subprocess.run(
            ["nsenter", f"--target={self.pid}", "--mount", "--pid", *command],
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
        )

    def close(self) -> None:
        """Ends it and everything inside."""
        if self._outer.poll() is None:
            for child in self._children():
                os.kill(child, signal.SIGKILL)
            self._outer.wait(10)

    def _is_up(self) -> bool:
        return bool(self._children()) and self.run("systemctl", "--user", "show-environment").returncode == 0

    @property
    def pid(self) -> int:
        """The process whose namespaces they are."""
        return self._children()[0]

    def _children(self) -> list[int]:
        pid = self._outer.pid
        try:
            return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except FileNotFoundError:
            return []
