"""A vault whose daemon is forked, tells what it is doing, and is killed in it."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

from support.vault import RunningVault

START_S = 30.0


class Zygote:
    """The process that forks; see `support.crash.zygote`."""

    def __init__(self) -> None:
        paths = os.pathsep.join(path for path in sys.path if path)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.crash.zygote"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
        )

    def ask(self, order: dict[str, Any] | int) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        self._process.communicate()


class Victim(RunningVault):
    """`start` and `kill` may be called again and again. `hit`: what kills landed in, how often."""

    def __init__(self, folder: Path, zygote: Zygote) -> None:
        super().__init__(folder)
        self.hit: Counter[str] = Counter()
        self.pid = 0
        self._zygote = zygote
        self._events = folder / "events"
        self._reader = -1
        self._rest = b""
        self._open: Counter[str] = Counter()
        self._seen: set[str] = set()
        self._workers: list[int] = []
        os.mkfifo(self._events)
        self.run("--version")  # from here on the logs are watched

    def start(self, *arguments: str) -> None:
        self.begin()
        assert self.reaches("ready", START_S), f"the daemon did not get ready:\n{self.log('daemon')}"

    def begin(self) -> None:
        """Starts the daemon, and does not wait until it answers."""
        self._reader = os.open(self._events, os.O_RDONLY | os.O_NONBLOCK)
        self._rest, self._open, self._seen = b"", Counter(), set()
        self.pid = self._zygote.ask(
            {
                "environ": self.environ,
                "socket": str(self.socket),
                "log": str(self.logs / "daemon"),
                "events": str(self._events),
            }
        )

    def reaches(self, line: str, patience_s: float) -> bool:
        """Waits until the daemon has told this since `forget`; False if it does not."""
        deadline = time.monotonic() + patience_s
        while line not in self._seen:
            left = deadline - time.monotonic()
            if left <= 0 or not self._listen(left):
                return line in self._seen
        return True

    def forget(self) -> None:
        """What was told until now counts no more for `reaches`."""
        while self._listen(0):
            pass
        self._seen.clear()

    def strike(self, delay_s: float) -> list[str]:
        """kill -9 after so long; returns the phases that were open. Its workers end by themselves."""
        time.sleep(delay_s)
        self._workers += self.workers()
        os.kill(self.pid, signal.SIGKILL)
        assert self._zygote.ask(self.pid) == -signal.SIGKILL, f"it had ended before:\n{self.log('daemon')}"
        self.pid = 0
        while self._listen(0):
            pass
        os.close(self._reader)
        return self._count()

    def strike_workers(self) -> list[str]:
        """kill -9 of its workers; returns the phases that were open."""
        workers, hit = self.workers(), self._count()
        for worker in workers:
            with suppress(ProcessLookupError):
                os.kill(worker, signal.SIGKILL)
        return hit

    def _count(self) -> list[str]:
        hit = sorted(phase for phase, times in self._open.items() if times > 0)
        self.hit.update(hit or ["at rest"])
        return hit

    def stop_quietly(self) -> None:
        """Ends the daemon as systemd would."""
        os.kill(self.pid, signal.SIGTERM)
        ended = self._zygote.ask(self.pid)
        self.pid = 0
        os.close(self._reader)
        assert ended == 0, f"it ended with {ended}:\n{self.log('daemon')}"

    def workers(self) -> list[int]:
        threads = Path(f"/proc/{self.pid}/task").glob("*/children")
        return [int(child) for thread in threads for child in thread.read_text().split()]

    def close(self) -> None:
        if self.pid:
            self.stop_quietly()
        self._gone(self._workers)
        super().close()

    def _listen(self, patience_s: float) -> bool:
        """Takes in what was told; False if nothing was within this time."""
        if not select.select([self._reader], [], [], patience_s)[0]:
            return False
        data = os.read(self._reader, 1 << 16)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in map(bytes.decode, lines):
            self._seen.add(line)
            if line[0] in "+-":
                self._open[line[1:]] += 1 if line[0] == "+" else -1
        return bool(data)

    def _gone(self, workers: list[int]) -> None:
        deadline = time.monotonic() + 10
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            assert time.monotonic() < deadline, "its workers did not end with it"
            time.sleep(0.005)
