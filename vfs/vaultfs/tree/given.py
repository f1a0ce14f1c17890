"""Names that users gave to pictures when they linked or copied them, beside the names the pictures have."""

from __future__ import annotations

import stat
from collections import deque
from collections.abc import Iterator
from weakref import WeakValueDictionary

from vaultfs.tree.node import Moved, Node, Symlink
from vaultfs.tree.snapshots import KEPT
from vaultfs.writing.incoming import Incoming

_HELD = 24 * 3600.0
"""Seconds for which bytes under a temporary name wait for their rename."""


class Given:
    """The given names of one folder.

    A file being written has its name, and is listed, until it is taken in. After that the name is fresh, and first,
    until the folder was read again; then old: it resolves for ten minutes or as long as the kernel holds the node.
    Where the kernel cannot be told of changes, what is of another type than entries are (a file among links, a link
    among files) stays fresh for as long as it may believe in it: another type under that name would be an I/O error.
    """

    __slots__ = ("_fresh", "_kept", "_late", "_old", "_otherwise", "_writing")

    def __init__(self, as_files: bool) -> None:
        self._otherwise: type[Node] = Symlink if as_files else Incoming
        self._writing: dict[bytes, tuple[float, Incoming]] = {}
        self._fresh: dict[bytes, tuple[float, Node]] = {}
        self._old: WeakValueDictionary[bytes, Node] = WeakValueDictionary()
        self._kept: deque[tuple[float, Node]] = deque()
        self._late: set[bytes] = set()

    def begin(self, name: bytes, incoming: Incoming, now: float) -> None:
        """A file of this name is being written."""
        self._writing[name] = (now, incoming)

    def settle(self, name: bytes, node: Node, now: float) -> None:
        """`name` means `node` now, which is in the folder."""
        self._writing.pop(name, None)
        self._fresh[name] = (now, node)
        self._late.add(name)
        self._kept.append((now + KEPT, node))

    def fresh(self, name: bytes) -> Node | None:
        """Return what `name` means if it was given since the folder was last read."""
        if name in self._writing:
            return self._writing[name][1]
        return self._fresh[name][1] if name in self._fresh else None

    def settled(self) -> Iterator[tuple[bytes, Node]]:
        """Iterate over the names that were given since the folder was last read."""
        return ((name, node) for name, (_, node) in self._fresh.items())

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

    def renewed(self, now: float, believed: float) -> None:
        """The folder was read: what was fresh before that is old, but for what the kernel believes in so long."""
        for name, (settled, node) in list(self._fresh.items()):
            if name in self._late:
                continue
            if not isinstance(node, self._otherwise) or settled + believed <= now:
                self._old[name] = node
                del self._fresh[name]
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


def as_believed(moved: Moved, entry: Node, believed: float) -> Node:
    """Return what the name means that a rename gave: `entry`, or the node that was moved, if the kernel would miss it.

    With the rename the kernel moved a node of its own. Where it believes in what that was for a while (`believed`, in
    seconds), something of another type would be an I/O error: a link where a file was copied in a moment ago.
    """
    same = stat.S_IFMT(moved.node.attributes().mode) == stat.S_IFMT(entry.attributes().mode)
    return entry if same or not believed else moved.node
