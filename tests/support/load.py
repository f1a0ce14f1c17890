"""Programs at work in a mount, each of their system calls timed.

    with Load(vault.mountpoint) as load:
        load.reads("search/red car", expected)
        load.finds("search")
        load.copies("tags/t", pictures)
        …                           # kill what is to be killed
    assert load.longest().seconds < 5

`find` and `cp` are the real ones; where strace is installed, it times their calls, else their whole runs are timed.

A call may fail with EIO, which says that there is no answer now; everything else is told by `wrong()`.
"""

from __future__ import annotations

import errno
import itertools
import os
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self, TypeVar

T = TypeVar("T")

_CHUNK = 16 * 1024
_PAUSE_S = 0.02


class Call(NamedTuple):
    """One system call: its name, on what, when it ended, the seconds it took, and the errno it answered (0: none).

    One that is called just `find` or `cp` is a whole run, which says only when it ended and whether it went well.
    """

    name: str
    path: str
    ended: float
    seconds: float
    error: int


class Load:
    """Threads that use a mount until the block ends."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.calls: list[Call] = []
        self._wrong: list[str] = []
        self._complaints: list[str] = []
        self.copied: list[Path] = []
        self.refused: list[Path] = []
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []

    # ---- what is done -------------------------------------------------------------------------------------------

    def reads(self, folder: str, expected: Mapping[str, bytes]) -> None:
        """Somebody lists `folder`, looks at each entry and reads it, again and again."""
        self._start(lambda: self._read(folder, expected))

    def asks(self) -> None:
        """Somebody opens a folder that was never seen, and finds every picture in it, again and again."""
        self._start(self._ask)

    def finds(self, folder: str) -> None:
        """`find` walks through `folder`, again and again."""
        self._start(lambda: self._run("find", self.place / folder, "-ls"))

    def copies(self, folder: str, pictures: Iterator[Path]) -> None:
        """`cp` copies pictures into `folder`, one after the other; each goes to `copied` or `refused`."""
        self._start(lambda: self._copy(next(pictures), self.place / folder))

    # ---- what came of it ----------------------------------------------------------------------------------------

    def wrong(self) -> list[str]:
        """What nobody should have seen. A file whose copy is refused is gone when `find` looks at what it listed."""
        vanished = {f"{source.name}': No such file or directory" for source in self.refused}
        return self._wrong + [line for line in self._complaints if not line.endswith(tuple(vanished))]

    def longest(self) -> Call:
        return max(self.calls, key=lambda call: call.seconds)

    def answered_since(self, moment: float, name: str) -> bool:
        """Whether a call of that name that began after `moment` (time.monotonic) was answered without error."""
        return any(c.name == name and not c.error and c.ended - c.seconds > moment for c in list(self.calls))

    def errors(self) -> set[str]:
        return {errno.errorcode[call.error] for call in self.calls if call.error}

    # ---- life ---------------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(20)
            assert not thread.is_alive(), f"a call hangs; the last that ended: {self.calls[-3:]}"

    def _start(self, once: Callable[[], object]) -> None:
        def work() -> None:
            while not self._stopping.wait(_PAUSE_S):
                try:
                    once()
                except Exception as failed:
                    if not isinstance(failed, OSError) or failed.errno != errno.EIO:
                        self._wrong.append(repr(failed))

        self._threads.append(threading.Thread(target=work, daemon=True))
        self._threads[-1].start()

    # ---- steps --------------------------------------------------------------------------------------------------

    def _timed(self, name: str, path: str | Path, function: Callable[[], T]) -> T:
        began, code = time.monotonic(), 0
        try:
            return function()
        except OSError as failed:
            code = failed.errno or 0
            raise
        finally:
            ended = time.monotonic()
            self.calls.append(Call(name, str(path), ended, ended - began, code))

    def _read(self, folder: str, expected: Mapping[str, bytes]) -> None:
        names = self._timed("listdir", folder, lambda: os.listdir(self.place / folder))
        if sorted(names) != sorted(expected):
            self._wrong.append(f"{folder} lists {sorted(names)}")
        for name in names:
            path = self.place / folder / name
            self._timed("lstat", path, partial(os.lstat, path))
            if self._bytes(path) != expected.get(name):
                self._wrong.append(f"{path} reads other bytes")
        self._timed("statvfs", folder, lambda: os.statvfs(self.place))

    def _ask(self) -> None:
        query = f"width:<{next(_serial)}"
        names = self._timed("ask", query, lambda: os.listdir(self.place / "search" / query))
        if not names:
            self._wrong.append(f"{query} finds nothing")

    def _bytes(self, path: Path) -> bytes:
        descriptor = self._timed("open", path, lambda: os.open(path, os.O_RDONLY))
        try:
            parts = []
            while part := self._timed("read", path, lambda: os.read(descriptor, _CHUNK)):
                parts.append(part)
            return b"".join(parts)
        finally:
            self._timed("close", path, lambda: os.close(descriptor))

    def _copy(self, source: Path, folder: Path) -> None:
        (self.copied if self._run("cp", source, folder) else self.refused).append(source)

    def _run(self, *command: str | Path) -> bool:
        """Run a program; whether it succeeded. It may complain of EIO and of nothing else."""
        traced = [_STRACE, "-f", "-T", "-qq", "-o", "/dev/stdout", "-e", "trace=%file,%desc"] if _STRACE else []
        words = [*traced, *map(str, command)]
        began = time.monotonic()
        done = subprocess.run(words, capture_output=True, text=True, errors="replace", env=_PLAIN, check=False)
        ended = time.monotonic()
        found = _TRACED.findall(done.stdout) if traced else [(command[0], ended - began)]
        self.calls += [Call(f"{command[0]}: {name}", str(command[-1]), ended, float(s), 0) for name, s in found]
        self.calls.append(Call(str(command[0]), str(command[-1]), ended, 0.0, done.returncode and errno.EIO))
        self._complaints += [line for line in done.stderr.splitlines() if "Input/output error" not in line]
        return done.returncode == 0


_serial = itertools.count(100_000)
_STRACE = shutil.which("strace")
_PLAIN = {**os.environ, "LC_ALL": "C"}
_TRACED = re.compile(r"^(?:\d+ +)?(?:<\.\.\. )?(\w+)[( ].*<(\d+\.\d+)>$", re.MULTILINE)
"""A line of `strace -f -T`: the call, and the seconds it took."""
