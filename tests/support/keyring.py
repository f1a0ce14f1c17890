"""A desktop's secret service for one test: GNOME's keyring on a session bus of its own, open until it is locked."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import ExitStack, closing
from pathlib import Path
from types import TracebackType
from typing import Self

import secretstorage
from jeepney.io.blocking import open_dbus_connection

NEEDED = ("dbus-daemon", "gnome-keyring-daemon", "secret-tool")


def lacking() -> list[str]:
    """The programs that are not installed."""
    return [name for name in NEEDED if shutil.which(name) is None]


class Keyring:
    """Runs while the block runs; `environ` is that of a program of this desktop. `folder`: its home."""

    def __init__(self, folder: Path) -> None:
        self.environ = {"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_RUNTIME_DIR": str(folder)}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            bus = self._started(stack, "dbus-daemon", "--session", "--nofork", "--print-address")
            assert bus.stdout is not None
            self.environ["DBUS_SESSION_BUS_ADDRESS"] = bus.stdout.readline().decode().strip()
            keyring = self._started(stack, "gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets")
            assert keyring.stdin is not None
            assert keyring.stdout is not None
            keyring.stdin.write(b"the password of the desktop")
            keyring.stdin.close()
            keyring.stdout.readline()  # it is there then
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._stack.close()

    def store(self, site: str, secret: str) -> None:
        """Keeps a secret as docs/providers.md says it is done."""
        command = ["secret-tool", "store", "--label", site, "application", "visionary-vault", "site", site]
        subprocess.run(command, input=secret.encode(), env=self.environ, check=True, timeout=60)

    def lock(self) -> None:
        """Closes it, as the desktop does when its user leaves."""
        with closing(open_dbus_connection(self.environ["DBUS_SESSION_BUS_ADDRESS"])) as connection:
            secretstorage.get_default_collection(connection).lock()

    def _started(self, stack: ExitStack, *command: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            command, env=self.environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        stack.enter_context(process)
        stack.callback(process.terminate)
        return process
