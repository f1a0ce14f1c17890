"""Names that users gave to pictures when they linked or copied them, beside the names the pictures have."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from weakref import WeakValueDictionary

from vaultfs.tree.node import Node
from vaultfs.tree.snapshots import KEPT
from vaultfs.writing.incoming import Incoming

_HELD = 24 * 3600.0
"""Seconds for which bytes under a temporary name wait for their rename."""


class Given:
    """The given names of one folder.

    A file being written has its name, and is listed, until it is taken in. After that the name is fresh, and first,
    until the folder was read again; then old: it resolves for ten minutes or as long as the kernel holds the node.
    """

    __slots__ = ("_fresh", "_kept", "_late", "_old", "_writing")

    def __init__(self) -> None:
        self._writing: dict[bytes, tuple[float, Incoming]] = {}
        self._fresh: dict[bytes, Node] = {}
        self._old: WeakValueDictionary[bytes, Node] = WeakValueDictionary()
        self._kept: deque[tuple[float, Node]] = deque()
        self._late: set[bytes] = set()

    def begin(self, name: bytes, incoming: Incoming, now: float) -> None:
        """A file of this name is being written."""
        self._writing[name] = (now, incoming)

    def settle(self, name: bytes, node: Node, now: float) -> None:
        """`name` means `node` now, which is in the folder."""
        self._writing.pop(name, None)
        self._fresh[name] = node
        self._late.add(name)
        self._kept.append((now + KEPT, node))

    def fresh(self, name: bytes) -> Node | None:
        """Return what `name` means if it was given since the folder was last read."""
        if name in self._writing:
            return self._writing[name][1]
        return self._fresh.get(name)

    def settled(self) -> Iterator[tuple[bytes, Node]]:
        """Iterate over the names that were given since the folder was last read."""
        return iter(self._fresh.items())

    def old(self, name: bytes) -> Node | None:
        """Return what `name` was given to before."""
        return self._old.get(name)

    def writing(self) -> Iterator[tuple[bytes, Incoming]]:
        """Iterate over the files that have bytes and are not taken in."""
        return ((name, file) for name, (_, file) in self._writing.items() if not file.empty)

    def drop(self, name: bytes) -> None:
        """Forget `name`."""
        self._writing.pop(name, None)
        self._fresh.pop(name, None)
        self._old.pop(name, None)

    def await_reading(self) -> None:
        """The folder is read again: what is given from now on may not be in what is read."""
        self._late.clear()

    def renewed(self, now: float) -> None:
        """The folder was read: what was fresh before that is old."""
        for name in [name for name in self._fresh if name not in self._late]:
            self._old[name] = self._fresh.pop(name)
        self._expire(now)

    def rest(self, now: float) -> bool:
        """Let go of what is old; return whether nothing is left."""
        self._expire(now)
        for name, (begun, file) in list(self._writing.items()):
            if begun + (KEPT if file.empty else _HELD) <= now:
                file.discard()
                self.drop(name)
        return not (self._writing or self._fresh or self._kept)

    def _expire(self, now: float) -> None:
        while self._kept and self._kept[0][0] <= now:
            self._kept.popleft()
