"""From inotify's events to what happened to files and folders. No clock, no disk.

A rename is two events with one cookie, usually but not certainly side by side. A first half whose second does not
follow soon was a move out of what is watched, whatever else happens meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from inotify_simple import flags

from vaultd.ingest.watch import Event


@dataclass(frozen=True)
class Appeared:
    """Something has this name now. `whole`: it was moved or linked here, so nobody is writing it."""

    path: bytes
    is_folder: bool
    whole: bool


@dataclass(frozen=True)
class Closed:
    """A file that was open for writing was closed."""

    path: bytes


@dataclass(frozen=True)
class Touched:
    """A file's owner, mode, times, or what is attached to it may be others."""

    path: bytes


@dataclass(frozen=True)
class Gone:
    """Deleted, or moved to where nobody watches."""

    path: bytes
    is_folder: bool


@dataclass(frozen=True)
class Moved:
    """Has another name."""

    old: bytes
    new: bytes
    is_folder: bool


@dataclass(frozen=True)
class Lost:
    """The kernel's queue was full: anything may have happened."""


Happening = Appeared | Closed | Touched | Gone | Moved | Lost


class Joiner:
    """Turns events into happenings, joining the halves of renames across reads.

    Each first half waits `patience_s` for its second. Times are those of the caller's clock.
    """

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._firsts: dict[int, tuple[float, Event]] = {}
        """When each is given up, and what it was; in the order in which they came."""

    @property
    def waits(self) -> bool:
        """Whether the first half of a rename waits for its second."""
        return bool(self._firsts)

    @property
    def due(self) -> float:
        """When the first half that waits longest is given up; never, if none waits."""
        return next((late for late, _ in self._firsts.values()), math.inf)

    def feed(self, events: Iterable[Event], now: float) -> list[Happening]:
        """What these events tell, which were read just now."""
        found: list[Happening] = []
        for event in events:
            if event.path is not None and event.mask & flags.MOVED_FROM:
                self._firsts[event.cookie] = now + self._patience_s, event
            elif event.mask & flags.MOVED_TO and event.cookie in self._firsts:
                found.append(_moved(self._firsts.pop(event.cookie)[1], event))
            else:
                found.extend(_single(event))
        return found

    def give_up(self, now: float) -> list[Happening]:
        """What first halves tell that have waited long enough. To be asked after all that could be read was fed."""
        found: list[Happening] = []
        while self.due <= now:
            _, first = self._firsts.pop(next(iter(self._firsts)))
            found.append(_gone(first))
        return found


def _is_folder(event: Event) -> bool:
    return bool(event.mask & flags.ISDIR)


def _moved(first: Event, second: Event) -> Happening:
    return Moved(first.path or b"", second.path or b"", _is_folder(first))


def _gone(event: Event) -> Happening:
    return Gone(event.path or b"", _is_folder(event))


def _single(event: Event) -> list[Happening]:
    if event.path is None:
        return [Lost()]
    if event.mask & (flags.CREATE | flags.MOVED_TO):
        return [Appeared(event.path, _is_folder(event), whole=bool(event.mask & flags.MOVED_TO))]
    if event.mask & flags.CLOSE_WRITE:
        return [Closed(event.path)]
    if event.mask & flags.ATTRIB and not _is_folder(event):
        return [Touched(event.path)]
    if event.mask & flags.DELETE:
        return [_gone(event)]
    if event.mask & flags.DELETE_SELF:
        return [Gone(event.path, is_folder=True)]
    return []
