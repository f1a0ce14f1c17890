"""Samba's own server over a folder, on the loopback at a port of its own, and its client.

    with Share(folder, scratch) as share:
        share.do("recurse; ls")

Needs no rights: the server runs as whoever starts it, keeps its files in `scratch`, and takes any guest for that user.
"""

from __future__ import annotations

import getpass
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from support.ending import wait_or_kill

PATIENCE_S = 20.0
_NEEDED = ("smbd", "smbclient")
_CONFIGURATION = """[global]
server role = standalone server
interfaces = lo
bind interfaces only = yes
smb ports = {port}
{folders}
map to guest = bad user
guest account = {user}
load printers = no
disable spoolss = yes
log level = 0
[share]
path = {shared}
read only = no
guest ok = yes
"""
_FOLDERS = ("lock directory", "state directory", "cache directory", "private dir", "ncalrpc dir", "pid directory")


def missing() -> str:
    """Why nothing can be shared here, or nothing."""
    absent = [program for program in _NEEDED if shutil.which(program) is None]
    return f"{' and '.join(absent)} not installed" if absent else ""


class Share:
    """`log`: what the server said."""

    def __init__(self, shared: Path, scratch: Path) -> None:
        self._port = _free_port()
        self._configuration = scratch / "smb.conf"
        self._log = scratch / "smbd.log"
        scratch.mkdir(mode=0o700)
        folders = "\n".join(f"{key} = {scratch}" for key in _FOLDERS)
        self._configuration.write_text(
            _CONFIGURATION.format(port=self._port, folders=folders, user=getpass.getuser(), shared=shared)
        )

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def do(self, commands: str) -> str:
        """Run commands of smbclient's, separated by `;`, and return what it prints; AssertionError if one fails."""
        done = self._client(commands)
        # It goes on after a command that failed, and ends with the outcome of the last.
        failed = done.returncode != 0 or "NT_STATUS" in done.stdout
        assert not failed, f"{commands}:\n{done.stdout}{self.log}"
        return done.stdout

    def _client(self, commands: str) -> subprocess.CompletedProcess[str]:
        where = ["//127.0.0.1/share", "-p", str(self._port), "-s", str(self._configuration)]
        return subprocess.run(
            ["smbclient", "-N", *where, "-c", commands],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            # It makes a session of its own, and when it ends, it ends all that is in it.
            self._server = subprocess.Popen(
                ["smbd", "-F", "--debug-stdout", "-s", self._configuration],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + PATIENCE_S
        while self._client("quit").returncode != 0:
            if self._server.poll() is not None or time.monotonic() > deadline:
                self.close()
                raise AssertionError(f"smbd does not answer:\n{self.log}")
            time.sleep(0.1)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the server and the processes it made, one for each client."""
        self._server.terminate()
        wait_or_kill(self._server, PATIENCE_S)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
