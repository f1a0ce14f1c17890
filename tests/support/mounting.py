"""A mount of the in-memory daemon's library: `python -m vaultfs` as a process, ended and unmounted whatever happens."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import pytest

from support.leftovers import mounts_below
from support.processlogs import LOGS

PATIENCE_S = 20.0
BACKENDS = ("pyfuse3", "fusepy")
KINDS = ("symlink", "file")
"""What entries can be."""


class Kind(NamedTuple):
    """A backend, and what entries are: `symlink` or `file`."""

    backend: str
    entries: str

    def check(self) -> None:
        """Skip the test if this backend is not installed."""
        module = {"pyfuse3": "pyfuse3", "fusepy": "mfusepy"}[self.backend]
        pytest.importorskip(module, reason=f"the {self.backend} backend is not installed")


class Mount:
    """The process of one mount at `place`. `log` is what it wrote to stderr, at level info. `options`: more for it."""

    def __init__(
        self, place: Path, socket: Path, backend: str = "pyfuse3", entries: str = "symlink", *options: str
    ) -> None:
        self.place = place
        self.socket = socket
        self.backend = backend
        self.entries = entries
        self.options = options
        self._log = socket.with_name(f"{place.name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def kind(self) -> Kind:
        return Kind(self.backend, self.entries)

    def start(self) -> Self:
        """Mount; AssertionError with the log if it does not come up."""
        self.spawn()
        process = self.process
        assert process is not None
        assert process.stdout is not None
        ready = select.select([process.stdout], [], [], PATIENCE_S)[0] and process.stdout.readline()
        assert ready == b"ready\n", f"not mounted (exit {process.poll()}):\n{self.log}"
        return self

    def spawn(self) -> subprocess.Popen[bytes]:
        """Start the process and do not wait. What it logs must hold no alarm."""
        LOGS.watch(self, lambda: [self._log])
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=log)
        return self.process

    def command(self) -> list[str]:
        """Return the program and its arguments."""
        command = [sys.executable, "-m", "vaultfs", str(self.place), "--socket", str(self.socket)]
        return [*command, "--backend", self.backend, "--entries", self.entries, *self.options]

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """End the process; return its exit code."""
        assert self.process is not None
        self.process.send_signal(how)
        try:
            return self.process.wait(PATIENCE_S)
        finally:
            assert self.process.stdout is not None
            self.process.stdout.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process and unmount, in whatever state they are."""
        if self.process is not None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.stop(signal.SIGKILL)
        for place in mounts_below(self.place):
            subprocess.run(["fusermount3", "-uz", os.fspath(place)], check=False)
        LOGS.ended(self)
