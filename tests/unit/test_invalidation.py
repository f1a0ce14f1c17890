"""The kernel is told of every change, and never by the task that answers it."""

from __future__ import annotations

import errno
import threading

import trio

from vaultfs.backend.invalidation import Invalidation
from vaultfs.tree.node import FixedFolder, Node

MANY = 20_000


class Kernel:
    """What the kernel was told, by which threads."""

    def __init__(self) -> None:
        self.told: list[tuple[int, bytes]] = []
        self.threads: set[int] = set()
        self.refusal = 0

    def entry(self, inode: int, name: bytes) -> None:
        self.threads.add(threading.get_ident())
        self.told.append((inode, name))
        if self.refusal:
            raise OSError(self.refusal, "refused")

    def node(self, inode: int) -> None:
        self.entry(inode, b"")

    async def hears(self, count: int) -> None:
        with trio.fail_after(30):
            while len(self.told) < count:
                await trio.sleep(0.01)


async def test_every_name_of_a_large_folder_is_told_once(nursery: trio.Nursery) -> None:
    kernel, folder = Kernel(), FixedFolder(7, {})
    invalidation = Invalidation(kernel.entry, kernel.node, lambda inode: folder)
    await nursery.start(invalidation.serve)
    names = [b"%d" % number for number in range(MANY)]
    for name in names * 2:
        invalidation.entry(folder, name)
    assert kernel.told == [], "nothing is told from where a handler would wait for it"
    await kernel.hears(MANY)
    invalidation.node(folder)
    invalidation.entry(folder, names[0])
    await kernel.hears(MANY + 2)
    assert kernel.told == [(7, name) for name in [*names, b"", names[0]]]
    assert threading.get_ident() not in kernel.threads


async def test_what_the_kernel_does_not_know_is_not_told(nursery: trio.Nursery) -> None:
    kernel, known, other = Kernel(), Node(3), Node(4)
    invalidation = Invalidation(kernel.entry, kernel.node, {3: known}.get)
    await nursery.start(invalidation.serve)
    invalidation.node(other)
    invalidation.node(known)
    await kernel.hears(1)
    assert kernel.told == [(3, b"")]


async def test_a_name_that_the_kernel_forgot_by_itself_is_no_matter(nursery: trio.Nursery) -> None:
    kernel, folder = Kernel(), FixedFolder(7, {})
    invalidation = Invalidation(kernel.entry, kernel.node, lambda inode: folder)
    await nursery.start(invalidation.serve)
    kernel.refusal = errno.ENOENT
    invalidation.entry(folder, b"a")
    invalidation.entry(folder, b"b")
    await kernel.hears(2)
