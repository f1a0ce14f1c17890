"""Entries of folders: one link per picture or, where the mount is made so, one read-only file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from vaultfs.attributes import WRITE_BITS
from vaultfs.tree.names import distinct, ranked
from vaultfs.tree.node import AttributeChanges, Folder, Node, Symlink
from vaultfs.tree.picturefile import EntryFile, KeptEntryFile
from vaultfs.tree.records import Hits
from vaultfs.tree.records import name_of as name_of
from vaultfs.tree.records import path_of as path_of

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree
    from vaultfs.writing.question import Question
    from vaultipc.messages import Hit


E = TypeVar("E", bound="Entry")


class Entry(Symlink):
    """A link to a picture."""

    __slots__ = ()

    @property
    def image(self) -> str:
        """The id of the picture."""
        return str(self.number)

    @property
    def original(self) -> bytes:
        return self.target


class PassingEntry(Entry):
    """A link to a picture in `.originals`. `hit`: the record it was made from, which is shown there."""

    __slots__ = ("hit",)

    def __init__(self, inode: int) -> None:
        super().__init__(inode)
        self.hit: Hit | None = None

    @property
    def original(self) -> bytes:
        return b"" if self.hit is None else path_of(self.hit)


class KeptEntry(Entry):
    """An entry of a folder that takes links in. Programs that copy links set owner and time: it keeps its own."""

    __slots__ = ()

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """Nothing comes of it, silently: to say so would fail every `cp -a`."""


class KeptPassingEntry(PassingEntry, KeptEntry):
    """Both."""

    __slots__ = ()


def in_order(tree: Tree, folder: Folder, hits: Hits) -> dict[bytes, Node]:
    """Return `001 name` → entry that is or leads straight to the original, in the answer's order."""
    count, question = len(hits), folder.question()
    return {
        ranked(rank, count, name_of(hit)): straight(tree, folder, hit, question)
        for rank, hit in enumerate(hits, start=1)
    }


def by_name(tree: Tree, folder: Folder, hits: Hits | Sequence[Hit]) -> dict[bytes, Node]:
    """Return plain names → entries that are or lead straight to the originals."""
    question = folder.question()
    return {name: straight(tree, folder, hit, question) for name, hit in _named(hits, ())}


def passing(tree: Tree, folder: Folder, hits: Sequence[Hit], taken: Iterable[bytes] = ()) -> dict[bytes, Node]:
    """Return plain names, none of them in `taken`, → entries through which nothing can be written."""
    return {name: through(tree, folder, hit) for name, hit in _named(hits, taken)}


def straight(tree: Tree, folder: Folder, hit: Hit, question: Question | None) -> Entry | EntryFile:
    """Return the entry of `folder` that is the picture, found by `question`, or leads to the original itself."""
    if not tree.as_files:
        make = KeptEntry if folder.mode & WRITE_BITS else Entry
        return _link(tree, folder, hit, path_of(hit), "link", make)
    file = as_file(tree, folder, hit)
    file.found_by(question, hit.score)
    return file


def through(tree: Tree, folder: Folder, hit: Hit, kind: str = "link") -> Entry | EntryFile:
    """Return the entry of `folder` that is the picture, or leads to the read-only file in `.originals`."""
    return as_file(tree, folder, hit) if tree.as_files else linked(tree, folder, hit, kind)


def as_file(tree: Tree, folder: Folder, hit: Hit) -> EntryFile:
    """Return the read-only file of `folder` that is the picture."""
    make = KeptEntryFile if folder.mode & WRITE_BITS else EntryFile
    key = ("entry", folder.inode, hit.id, hit.content, "file")
    file: EntryFile = tree.inodes.node(key, lambda inode: make(inode, tree))
    if file.adopt(hit):
        tree.changed.node(file)
    return file


def linked(tree: Tree, folder: Folder, hit: Hit, kind: str = "link") -> Entry:
    """Return the link of `folder` that leads to the read-only file in `.originals`: what `ln -s` makes, in any mount.

    Absolute, so that it holds wherever the link is copied to while the mount is up. `kind`: another one is another
    link, where a folder has both.
    """
    target = b"%s/.originals/%s/%s" % (tree.mountpoint, hit.id.encode(), name_of(hit))
    make = KeptPassingEntry if folder.mode & WRITE_BITS else PassingEntry
    entry = tree.listed[hit.id] = _link(tree, folder, hit, target, kind, make)
    entry.hit = hit
    file = tree.passed.get(hit.id)
    if file is not None and file.adopt(hit):
        tree.changed.node(file)
    return entry


def _named(hits: Hits | Sequence[Hit], taken: Iterable[bytes]) -> Iterable[tuple[bytes, Hit]]:
    told = [(name_of(hit), hit.content) for hit in hits]
    names = distinct([name for name, _ in told], [content for _, content in told], frozenset(taken))
    return zip(names, hits, strict=True)


def _link(tree: Tree, folder: Folder, hit: Hit, target: bytes, kind: str, make: Callable[[int], E]) -> E:
    entry = tree.inodes.node(("entry", folder.inode, hit.id, hit.content, kind), make)
    if entry.lead(target, hit.mtime_ns, int(hit.id)):
        tree.changed.node(entry)
    return entry
