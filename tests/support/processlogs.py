"""What the processes that tests start say in their logs, and what of it nobody expects.

Whoever starts a process tells where it logs (`LOGS.watch`). After each test, and at the end of the run, conftest asks
what came since (`LOGS.alarms`): records of level warning or worse, and tracebacks, whoever printed them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} )", re.MULTILINE)
_ALARMING = re.compile(
    r"\A\S+ \S+ (WARNING|ERROR|CRITICAL) |Traceback \(most recent call last\)|^Exception ignored |^Fatal Python error"
    r"|^Segmentation fault|ResourceWarning|was never awaited",
    re.MULTILINE,
)
_SHOWN = 6000
"""Characters of one record that are shown: of a traceback its beginning and its end, which says what was raised."""


class ProcessLogs:
    """The log files of all processes that tests started."""

    def __init__(self) -> None:
        self._watched: dict[object, Callable[[], Iterable[Path]]] = {}
        self._ended: set[object] = set()
        self._read: dict[Path, int] = {}

    def watch(self, whose: object, files: Callable[[], Iterable[Path]]) -> None:
        """Read from now on the files that `files` returns, which need not exist yet."""
        self._ended.discard(whose)
        self._watched[whose] = files

    def ended(self, whose: object) -> None:
        """Nothing more comes from these processes: the next reading is the last."""
        self._ended.add(whose)

    def alarms(self, expected: Iterable[str] = ()) -> list[str]:
        """What was said since the last call and should not have been, but for records with a part of `expected`."""
        parts = tuple(expected)
        found = [(path, record) for path, record in self._news() if _ALARMING.search(record)]
        for whose in self._ended:
            self._watched.pop(whose, None)
        self._ended.clear()
        return [f"{path}: {record}" for path, record in found if not any(part in record for part in parts)]

    def _news(self) -> Iterator[tuple[Path, str]]:
        """Records that are new and whole, each with the lines that belong to it, and the file it is in."""
        for files in self._watched.values():
            for path in files():
                for record in _RECORD.split(self._written(path)):
                    yield path, record.rstrip()

    def _written(self, path: Path) -> str:
        """What `path` has more than when it was last read, up to the last whole line."""
        try:
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                written = file.read()
        except OSError:
            return ""  # not there yet, or on a disk that was taken away
        whole = written[: written.rfind(b"\n") + 1]
        self._read[path] = self._read.get(path, 0) + len(whole)
        return whole.decode(errors="replace")


LOGS = ProcessLogs()


def shown(records: Iterable[str]) -> str:
    """Records as a test that fails prints them."""
    return "\n".join(record if len(record) <= _SHOWN else _abridged(record) for record in records)


def _abridged(record: str) -> str:
    return f"{record[: _SHOWN // 3]}\n[…]\n{record[-_SHOWN * 2 // 3 :]}"
