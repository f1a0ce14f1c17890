"""Of which type the kernel takes a path to be, where it cannot be told that it became of another.

A picture that is copied in among links is a file first and a link later. While the kernel believes in the name it asks
for the attributes alone (after a read, after a rename), and an answer of another type makes its node bad: an I/O error
(fuse_do_getattr in Linux, fs/fuse/dir.c). Only who asks for the name anew may be told another type. So what was told is
told again, until nobody has asked for as long as it is believed.
"""

from __future__ import annotations

import stat
from collections import OrderedDict
from collections.abc import Callable

from vaultfs.tree.entries import PassingEntry, as_file, linked
from vaultfs.tree.node import Folder, Node, walk
from vaultfs.tree.records import record
from vaultfs.tree.targets import image_of
from vaultfs.tree.tree import Tree
from vaultfs.writing.incoming import Incoming
from vaultipc.messages import Hit


class Believed:
    """The types of paths that were told less than `lasts` seconds ago."""

    def __init__(self, lasts: float, now: Callable[[], float]) -> None:
        self._lasts = lasts
        self._now = now
        self._types: OrderedDict[bytes, tuple[float, int]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._types)

    def tell(self, path: bytes, kind: int) -> None:
        """The kernel is told that `path` is of this type (S_IFMT of its mode)."""
        now = self._now()
        self._types[path] = (now + self._lasts, kind)
        self._types.move_to_end(path)
        while next(iter(self._types.values()))[0] <= now:
            self._types.popitem(last=False)

    def of(self, path: bytes) -> int | None:
        """Return the type that `path` has to have, if any."""
        until, kind = self._types.get(path, (0.0, 0))
        return kind if self._now() < until else None

    def move(self, old: bytes, new: bytes) -> None:
        """The kernel renames: its own nodes have the new names, and what they were taken for."""
        self.forget(new)
        moved = [path for path in self._types if path == old or path.startswith(old + b"/")]
        kinds = {path: self.of(path) for path in moved}
        for path, kind in kinds.items():
            self.forget(path)
            if kind is not None:
                self.tell(new + path.removeprefix(old), kind)

    def forget(self, path: bytes) -> None:
        """The kernel removes the name: what has it next is a node of its own."""
        self._types.pop(path, None)


async def believable(tree: Tree, believed: Believed, path: bytes, node: Node) -> Node:
    """Return the node at `path`, or its picture as the type that the kernel takes the path for; that is told again.

    Kept in mind is only what entries usually are not: from that alone a name becomes another type by itself.
    """
    if isinstance(node, Folder):
        return node
    kind = stat.S_IFMT(node.attributes().mode)
    told = believed.of(path) or kind
    if told != (stat.S_IFREG if tree.as_files else stat.S_IFLNK):
        believed.tell(path, told)
    image = image_of(node)
    if told == kind or not image:
        return node
    assert tree.root is not None
    folder = await walk(tree.root, path.rpartition(b"/")[0])
    assert isinstance(folder, Folder)
    hit = _hit(node) or await record(tree, image)
    return as_file(tree, folder, hit) if told == stat.S_IFREG else linked(tree, folder, hit)


def _hit(node: Node) -> Hit | None:
    """Return the record that a node was made from, if it has it."""
    if isinstance(node, PassingEntry):
        return node.hit
    return node.accepted.hit if isinstance(node, Incoming) and node.accepted else None
