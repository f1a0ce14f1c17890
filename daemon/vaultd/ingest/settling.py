"""Files that are being written, until they rest. No clock of its own: the caller says what time it is."""

from __future__ import annotations

from dataclasses import dataclass

from vaultd.domain.facts import Facts

OPEN_FACTOR = 4
"""A file that appeared and that nobody closed gets this many times the patience: a copy may be stalling."""


@dataclass
class _Waiting:
    due: float
    closed: bool
    facts: Facts | None = None


class Settling:
    """Paths that something happened to, each due when it rested for `patience_s`."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._paths: dict[bytes, _Waiting] = {}

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: bytes) -> bool:
        return path in self._paths

    @property
    def paths(self) -> set[bytes]:
        """Every path that is waited for."""
        return set(self._paths)

    def touch(self, path: bytes, now: float, *, closed: bool, at_once: bool = False) -> None:
        """Something happened to a path; `closed`: a writer closed it, `at_once`: it is whole already."""
        patience = 0.0 if at_once else self._patience_s if closed else OPEN_FACTOR * self._patience_s
        self._paths[path] = _Waiting(now + patience, closed)

    def seen(self, path: bytes, facts: Facts, now: float) -> None:
        """A scan met a file that changed a moment ago; it rests if it looks the same when it is due."""
        self._paths.setdefault(path, _Waiting(now + self._patience_s, closed=False, facts=facts))

    def forget(self, path: bytes) -> None:
        """The path is gone."""
        self._paths.pop(path, None)

    def rename(self, old: bytes, new: bytes) -> bool:
        """The file that is waited for has another name; False if it was not waited for."""
        waiting = self._paths.pop(old, None)
        if waiting is not None:
            self._paths[new] = waiting
        return waiting is not None

    def next_due(self) -> float | None:
        """When the next path is due, None if nothing is waited for."""
        return min((waiting.due for waiting in self._paths.values()), default=None)

    def due(self, now: float) -> list[bytes]:
        """The paths to look at now; each must be answered with `looked`."""
        return [path for path, waiting in self._paths.items() if waiting.due <= now]

    def looked(self, path: bytes, facts: Facts | None, now: float) -> bool:
        """What stat said of a due path; True if it rests, and so is no longer waited for.

        One that nobody closed must look the same twice.
        """
        waiting = self._paths.get(path)
        if waiting is None or waiting.due > now:
            return False
        if facts is None or waiting.closed or waiting.facts == facts:
            del self._paths[path]
            return True
        waiting.facts, waiting.due = facts, now + self._patience_s
        return False
