"""Snapshots of a folder: what its names mean, now and to those who read it a while ago."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from weakref import WeakValueDictionary

from vaultfs.faults import Missing, Stale
from vaultfs.tree.node import Node

KEPT = 600.0
"""Seconds for which names that an older snapshot handed out keep their meaning, whoever holds the nodes."""


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """The entries of a folder at one moment, in listing order. `taken_at`: seconds of the tree's clock.

    `spelled`: other names of entries, which are not listed, with those that are.
    """

    taken_at: float
    entries: dict[bytes, Node]
    spelled: Mapping[bytes, bytes] = field(default_factory=dict)

    def name(self, name: bytes) -> bytes:
        """Return how the listing calls what may have another name."""
        return self.spelled.get(name, name) if name not in self.entries else name


class Shelf:
    """The newest snapshot of a folder, and the names that older ones handed out.

    An old name lives for ten minutes because its snapshot is kept that long, and after that for as long as somebody
    (the kernel, through the backend) holds its node: the table of old names is weak.

    `whole`: the newest snapshot still has all the names that it had when it was taken.
    """

    __slots__ = ("_dropped", "_kept", "_past", "current", "whole")

    def __init__(self) -> None:
        self.current: Snapshot | None = None
        self.whole = False
        self._dropped: set[bytes] = set()
        self._kept: deque[tuple[float, Snapshot]] = deque()
        self._past: WeakValueDictionary[bytes, Node] = WeakValueDictionary()

    def await_next(self) -> None:
        """The next snapshot is asked for: what is dropped from now on may still be in the answer, and is not meant."""
        self._dropped.clear()

    def put(self, snapshot: Snapshot) -> list[bytes]:
        """Make `snapshot` the newest; return the old names that are gone or mean another thing now."""
        for name in self._dropped:
            snapshot.entries.pop(name, None)
        changed: list[bytes] = []
        if self.current is not None:
            for name, node in self.current.entries.items():
                if snapshot.entries.get(name) is not node:
                    changed.append(name)
                    self._past[name] = node
            gone = frozenset(changed)
            changed += [other for other, name in self.current.spelled.items() if name in gone]
            self._kept.append((snapshot.taken_at + KEPT, self.current))
        self.current = snapshot
        self.whole = not self._dropped
        self.expire(snapshot.taken_at)
        return changed

    def prolong(self, snapshot: Snapshot, now: float) -> Snapshot:
        """Let the newest snapshot be one that was taken now: it was found to be still so."""
        self.current = replace(snapshot, taken_at=now)
        self.expire(now)
        return self.current

    def newest(self, name: bytes) -> Node | None:
        """Return what the newest snapshot calls `name`."""
        return None if self.current is None else self.current.entries.get(self.current.name(name))

    def past(self, name: bytes) -> Node | None:
        """Return what an older snapshot last called `name`."""
        return self._past.get(self._called(name))

    def resolve(self, name: bytes) -> Node | None:
        """Return what reading `name` means: the newest meaning, else the last it had."""
        return self.newest(name) or self.past(name)

    def certain(self, name: bytes) -> Node:
        """Return the node of `name` for a change; Stale if two snapshots gave the name to two things.

        A file that was edited meanwhile is the same thing: whoever names it means what it shows now.
        """
        newest, past = self.newest(name), self.past(name)
        if newest is not None and past is not None and not _same(newest, past):
            raise Stale(f"{name!r} is another picture than a moment ago")
        node = newest or past
        if node is None:
            raise Missing(repr(name))
        return node

    def drop(self, name: bytes) -> None:
        """Forget `name`: the user took the thing away."""
        name = self._called(name)
        self._dropped.add(name)
        if self.current is not None:
            self.current.entries.pop(name, None)
            self.whole = False
        self._past.pop(name, None)

    def _called(self, name: bytes) -> bytes:
        return name if self.current is None else self.current.name(name)

    def rest(self, now: float) -> bool:
        """Let go of what is older than ten minutes, the newest snapshot included; return whether nothing is left."""
        self.expire(now)
        if self.current is not None and self.current.taken_at + KEPT <= now:
            for name, node in self.current.entries.items():
                self._past[name] = node
            self.current = None
        return self.current is None and not self._kept

    def expire(self, now: float) -> None:
        while self._kept and self._kept[0][0] <= now:
            self._kept.popleft()


def _same(newest: Node, past: Node) -> bool:
    return newest is past or (newest.original != b"" and newest.original == past.original)
