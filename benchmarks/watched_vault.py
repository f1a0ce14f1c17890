"""The demo library in a home of its own, mounted, with everything noted that a program asks of it or changes in it."""

from __future__ import annotations

import ctypes
import os
import re
import select
import subprocess
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from support.vault import RunningVault, eventually
from vaultd.demo.library import write

OPERATIONS = "user.vault.operations"
_OWN = ("getxattr",)
"""What asking for OPERATIONS costs itself."""
_RECORD = re.compile(r"^(\S+ \S+) DEBUG vaultfs\.backend\.\w+: (.*)$", re.MULTILINE)
_LOOKED_UP = re.compile(r"(b'.*'|b\".*\"|'.*'|\".*\") is looked up by (\d+)$")
_LISTED = re.compile(r"(.*) is listed by (\d+)$")
_QUIET_S = 1.5


class WatchedVault:
    """The demo library, its daemon, and a mount whose log tells every name that is looked up."""

    def __init__(self, folder: Path, backend: str, pictures: int = 120) -> None:
        self.vault = RunningVault(folder)
        self.place = self.vault.mountpoint
        self._backend = backend
        self._log = folder / "logs" / "vaultfs"
        self._mounter: subprocess.Popen[bytes] | None = None
        write(self.vault.pictures, count=pictures)
        self.originals = Opens(self.vault.pictures)

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    def _start(self) -> None:
        self.vault.start()
        self.vault.call("add", self.vault.pictures)
        self.vault.settle(300)
        command = [sys.executable, "-m", "vaultfs", str(self.place), "--socket", str(self.vault.socket)]
        command += ["--backend", self._backend, "--log-level", "debug"]
        with self._log.open("wb") as log:
            environ = self.vault.environ
            self._mounter = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL, stderr=log)
        eventually(self.vault.is_mounted, "mounted", 20)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End and unmount everything."""
        if self._mounter is not None:
            self._mounter.terminate()
            self._mounter.wait(20)
        self.vault.close()
        self.originals.close()

    # ---- what was asked ----------------------------------------------------------------------------------------

    def counts(self) -> Counter[str]:
        """Return the requests that the mount answered so far, by kind, without those for this."""
        lines = os.getxattr(self.place, OPERATIONS).decode().splitlines()
        counts = Counter({name: int(count) for name, count in (line.split() for line in lines)})
        for name in _OWN:
            counts.pop(name, None)
        return counts

    def quiet(self, patience_s: float = 30.0) -> bool:
        """Wait until nothing is asked any more; return whether that came to be."""
        deadline, last, since = time.monotonic() + patience_s, self.counts(), time.monotonic()
        while time.monotonic() < deadline:
            time.sleep(0.2)
            now = self.counts()
            if now != last:
                last, since = now, time.monotonic()
            elif time.monotonic() - since > _QUIET_S:
                return True
        return False

    def mark(self) -> int:
        """Return where the log ends now."""
        return self._log.stat().st_size

    def looked_up(self, mark: int) -> Counter[str]:
        """Return the names that were looked up since `mark`; of a path, its last part."""
        found: Counter[str] = Counter()
        for _, said in self._records(mark):
            match = _LOOKED_UP.match(said)
            if match:
                found[_last(match[1])] += 1
        return found

    def listed_after(self, mark: int, folder: Path, began: float) -> float | None:
        """Return the seconds from `began`, a time.time(), until `folder` was first listed after `mark`."""
        inode = os.stat(folder).st_ino
        for when, said in self._records(mark):
            match = _LISTED.match(said)
            if match and match[1] in (f"inode {inode}", repr(f"/{folder.relative_to(self.place)}")):
                return datetime.strptime(when, "%Y-%m-%d %H:%M:%S,%f").timestamp() - began
        return None

    def _records(self, mark: int) -> list[tuple[str, str]]:
        with self._log.open("rb") as log:
            log.seek(mark)
            return _RECORD.findall(log.read().decode(errors="replace"))

    # ---- what is there -----------------------------------------------------------------------------------------

    def state(self) -> dict[str, object]:
        """Return what a program could have changed: the catalog by its own words, the library by what is on disk."""
        status = self.vault.call("status")
        pictures = self.vault.pictures
        return {
            "recent queries": [query["query"] for query in self.vault.call("history")["queries"]],
            "saved searches": self.vault.call("saved")["saved"],
            "tags": self.vault.call("tags")["tags"],
            "albums": self.vault.call("album")["albums"],
            "actions": [action["id"] for action in self.vault.call("log")["actions"]],
            "pictures": (status["images"], status["files"], status["failed"]),
            "library": sorted((str(path), path.lstat().st_mtime_ns) for path in pictures.rglob("*")),
        }


def _last(shown: str) -> str:
    """Return the name that a log's `b'name'` or `'/a/path'` shows, its last part."""
    return shown.removeprefix("b")[1:-1].rpartition("/")[2]


def changed(before: dict[str, object], after: dict[str, object]) -> list[str]:
    """Return what differs between two states."""
    return [what for what, value in before.items() if after[what] != value]


class Opens:
    """Which files below a folder are opened for reading: inotify(7), which needs no privilege."""

    _IN_OPEN = 0x20
    _IN_ISDIR = 0x40000000
    _HEADER = 16

    def __init__(self, folder: Path) -> None:
        libc = ctypes.CDLL(None, use_errno=True)
        self._file = libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._file >= 0, os.strerror(ctypes.get_errno())
        for path in (folder, *(path for path in folder.rglob("*") if path.is_dir())):
            assert libc.inotify_add_watch(self._file, os.fsencode(path), self._IN_OPEN) >= 0, path

    def taken(self) -> Counter[str]:
        """Return how often each file was opened since this was last asked."""
        found: Counter[str] = Counter()
        while select.select([self._file], [], [], 0)[0]:
            events = os.read(self._file, 1 << 16)
            while events:
                mask = int.from_bytes(events[4:8], sys.byteorder)
                length = int.from_bytes(events[12:16], sys.byteorder)
                name = events[self._HEADER : self._HEADER + length].rstrip(b"\0")
                if name and not mask & self._IN_ISDIR:
                    found[os.fsdecode(name)] += 1
                events = events[self._HEADER + length :]
        return found

    def close(self) -> None:
        os.close(self._file)
