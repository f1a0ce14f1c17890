"""Inode numbers name the thing, not the word: a rename keeps them, and no number ever serves two things.

A number is a hash of what the node stands for (its key). The table keeps one node per key while anybody holds it, finds
the rare collision, and probes on; numbers 0 and 1 are never given (none, and the root).
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


def number(key: Key) -> int:
    """Return the number a key hashes to: BLAKE2b, 63 bits."""
    digest = hashlib.blake2b(repr(key).encode(), digest_size=8).digest()
    return max(int.from_bytes(digest, "little") & _MASK, _FIRST)


class Inodes:
    """The nodes that somebody holds, by number."""

    def __init__(self, hashed: Callable[[Key], int] = number) -> None:
        self._hashed = hashed
        self._nodes: WeakValueDictionary[int, Node] = WeakValueDictionary()

    def __len__(self) -> int:
        return len(self._nodes)

    def node(self, key: Key, make: Callable[[int], N]) -> N:
        """Return the node of `key`; `make` builds it with its number if nobody holds one."""
        inode = self._hashed(key)
        while (held := self._nodes.get(inode)) is not None:
            if held.key == key:
                return cast("N", held)
            inode = max(inode + 1 & _MASK, _FIRST)
        node = make(inode)
        node.key = key
        self._nodes[inode] = node
        return node
