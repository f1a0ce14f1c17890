"""Inode numbers name the thing, not the word: a rename keeps them, and no number ever serves two things.

A node stands for a key; the key's digest is the node's identity, and half of that its number. The table keeps one node
per identity while anybody holds it, finds the rare collision of numbers, and probes on; numbers 0 and 1 are never given
(none, and the root).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from vaultfs.tree.node import Node

Key = tuple[str | int | bytes, ...]
N = TypeVar("N", bound="Node")

ROOT = 1
_FIRST = 2
# Some programs still keep inode numbers in signed integers.
_MASK = (1 << 63) - 1


def identity(key: Key) -> bytes:
    """Return what a node keeps of its key: BLAKE2b, 16 bytes. The key itself is several times as large."""
    return hashlib.blake2b(repr(key).encode(), digest_size=16).digest()


class Inodes:
    """The nodes that somebody holds, by number."""

    def __init__(self, identify: Callable[[Key], bytes] = identity) -> None:
        self._identify = identify
        self._nodes: WeakValueDictionary[int, Node] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._nodes)

    def node(self, key: Key, make: Callable[[int], N]) -> N:
        """Return the node of `key`; `make` builds it with its number if nobody holds one."""
        wanted = self._identify(key)
        inode = max(int.from_bytes(wanted[:8], "little") & _MASK, _FIRST)
        while (held := self._nodes.get(inode)) is not None:
            if held.identity == wanted:
                return cast("N", held)
            inode = max(inode + 1 & _MASK, _FIRST)
        node = make(inode)
        node.identity = wanted
        self._nodes[inode] = node
        return node

    def retire(self, node: Node) -> None:
        """The thing is gone. Whoever holds the node keeps it; should the key come back, it gets another number.

        The kernel never uses the inode of a removed folder again, even if all that holds it is a file manager's window.
        """
        node.identity = b""
