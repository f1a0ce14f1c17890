"""Inode numbers name the thing, not the word: a rename keeps them, and no number ever serves two things.

A node stands for a key; one half of the key's digest is its number, and the other its identity. The table keeps one
node per key while anybody holds it, finds the rare collision of numbers, and probes on; numbers 0 and 1 are never given
(none, and the root).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast
from weakref import WeakValueDictionary

from vaultfs.tree.node import IDENTITY, UNKNOWN

if TYPE_CHECKING:
    from vaultfs.tree.node import Node

Key = tuple[str | int | bytes, ...]
N = TypeVar("N", bound="Node")

ROOT = 1
_FIRST = 2
# Some programs still keep inode numbers in signed integers.
_MASK = (1 << 63) - 1


def identity(key: Key) -> bytes:
    """Return what a node keeps of its key: BLAKE2b, 8 bytes for the number and 8 for the identity."""
    return hashlib.blake2b(repr(key).encode(), digest_size=8 + IDENTITY).digest()


class Inodes:
    """The nodes that somebody holds, by number.

    Those that the kernel holds are many, and stand in a table of their own:
    weak references are larger than what a link knows.
    """

    def __init__(self, identify: Callable[[Key], bytes] = identity) -> None:
        self._identify = identify
        self._nodes: WeakValueDictionary[int, Node] = WeakValueDictionary()
        self._held: dict[int, Node] = {}

    def __len__(self) -> int:
        return len(self._nodes) + len(self._held)

    def known(self, inode: int) -> Node | None:
        """Return the node that the kernel knows by this number."""
        return self._held.get(inode)

    def hold(self, node: Node) -> None:
        """The kernel was told of the node once more."""
        node.held += 1
        if node.held == 1:
            self._held[node.inode] = node
            self._nodes.pop(node.inode, None)

    def release(self, inode: int, count: int) -> None:
        """The kernel forgets `count` of the times it was told of a node."""
        node = self._held.get(inode)
        if node is None:
            return
        node.held -= count
        if node.held <= 0:
            node.held = 0
            self._nodes[inode] = self._held.pop(inode)

    def node(self, key: Key, make: Callable[[int], N]) -> N:
        """Return the node of `key`; `make` builds it with its number if nobody holds one."""
        digest = self._identify(key)
        inode, wanted = max(int.from_bytes(digest[:8], "little") & _MASK, _FIRST), digest[8 : 8 + IDENTITY]
        while (there := self._held.get(inode) or self._nodes.get(inode)) is not None:
            if there.facts.startswith(wanted):
                return cast("N", there)
            inode = max(inode + 1 & _MASK, _FIRST)
        node = make(inode)
        node.facts = wanted + node.facts[IDENTITY:]
        self._nodes[inode] = node
        return node

    def retire(self, node: Node) -> None:
        """The thing is gone. Whoever holds the node keeps it; should the key come back, it gets another number.

        The kernel never uses the inode of a removed folder again, even if all that holds it is a file manager's window.
        """
        node.facts = UNKNOWN + node.facts[IDENTITY:]
