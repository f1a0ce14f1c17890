"""Entries of folders: one link per picture."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from vaultfs.attributes import WRITE_BITS
from vaultfs.tree.names import distinct, ranked
from vaultfs.tree.node import AttributeChanges, Folder, Node, Symlink
from vaultipc.codec import exact

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree
    from vaultipc.messages import Hit


class Entry(Symlink):
    """A link to a picture. `image` is its id.

    `facts`: the record it was made from, if the link leads to `.originals`, which shows them; others do without, for
    they are many.
    """

    __slots__ = ("facts", "image")

    def __init__(self, inode: int) -> None:
        super().__init__(inode)
        self.image = ""
        self.facts: Hit | None = None


class KeptEntry(Entry):
    """An entry of a folder that takes links in. Programs that copy links set owner and time: it keeps its own."""

    __slots__ = ()

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """Nothing comes of it, silently: to say so would fail every `cp -a`."""


def name_of(hit: Hit) -> bytes:
    """Return the exact bytes of the picture's file name."""
    return exact(hit.name, hit.name_b64)


def path_of(hit: Hit) -> bytes:
    """Return the exact bytes of the picture's path."""
    return exact(hit.path, hit.path_b64)


def in_order(tree: Tree, folder: Folder, hits: Sequence[Hit]) -> dict[bytes, Node]:
    """Return `001 name` → link straight to the original, in the answer's order."""
    names = ranked([name_of(hit) for hit in hits])
    return {name: straight(tree, folder, hit) for name, hit in zip(names, hits, strict=True)}


def by_name(tree: Tree, folder: Folder, hits: Sequence[Hit]) -> dict[bytes, Node]:
    """Return plain names → links straight to the originals."""
    return {name: straight(tree, folder, hit) for name, hit in _named(hits, ())}


def passing(tree: Tree, folder: Folder, hits: Sequence[Hit], taken: Iterable[bytes] = ()) -> dict[bytes, Node]:
    """Return plain names, none of them in `taken`, → links to the read-only files in `.originals`."""
    return {name: through(tree, folder, hit) for name, hit in _named(hits, taken)}


def straight(tree: Tree, folder: Folder, hit: Hit) -> Entry:
    """Return the link of `folder` that leads to the original itself."""
    return _entry(tree, folder, hit, path_of(hit))


def through(tree: Tree, folder: Folder, hit: Hit, kind: str = "link") -> Entry:
    """Return the link of `folder` that leads to the read-only file in `.originals`.

    Absolute, so that it holds wherever the link is copied to while the mount is up. `kind`: another one is another
    link, where a folder has both.
    """
    target = b"%s/.originals/%s/%s" % (tree.mountpoint, hit.id.encode(), name_of(hit))
    entry = tree.listed[hit.id] = _entry(tree, folder, hit, target, kind)
    entry.facts = hit
    return entry


def _named(hits: Sequence[Hit], taken: Iterable[bytes]) -> Iterable[tuple[bytes, Hit]]:
    names = distinct([name_of(hit) for hit in hits], [hit.content for hit in hits], frozenset(taken))
    return zip(names, hits, strict=True)


def _entry(tree: Tree, folder: Folder, hit: Hit, target: bytes, kind: str = "link") -> Entry:
    make = KeptEntry if folder.mode & WRITE_BITS else Entry
    entry: Entry = tree.inodes.node(("entry", folder.inode, hit.id, hit.content, kind), make)
    entry.image = hit.id
    if entry.target != target or entry.mtime_ns != hit.mtime_ns:
        known = entry.target != b""
        entry.target = target
        entry.mtime_ns = hit.mtime_ns
        entry.shown = None
        if known:
            tree.changed.node(entry)
    return entry
