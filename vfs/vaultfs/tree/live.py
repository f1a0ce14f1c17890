"""Folders whose entries are asked from the daemon."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from vaultfs.faults import Missing, Unavailable
from vaultfs.tree.flight import Flight
from vaultfs.tree.names import check_length
from vaultfs.tree.node import Folder, Listing, Node
from vaultfs.tree.portable import renamed
from vaultfs.tree.probes import is_probe
from vaultfs.tree.snapshots import Shelf, Snapshot
from vaultipc.messages import HitsParams
from vaultipc.messages import Listing as Listed

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree

FROZEN = 1.0
"""Seconds for which a second opendir sees the snapshot of the first."""


class LiveFolder(Folder):
    """A folder with snapshots. Subclasses fetch; `topics` are the changes after which what was fetched may differ.

    `told`: what the daemon called the state of things that was fetched last; empty where it has no name.
    """

    __slots__ = ("_flight", "dirty", "shelf", "told", "tree")

    topics: frozenset[str] = frozenset()
    ours: Collection[bytes] = ()
    """Names of entries that the vault gives, and no picture's or tag's portable name may take."""
    frozen = 0.0
    """Seconds a snapshot serves further opendirs. Searches keep still for one; what users set by hand does not."""

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode)
        self.tree = tree
        self.shelf = Shelf()
        self.dirty = False
        self.told = ""
        self._flight: Flight[Snapshot] = Flight()

    async def fetch(self) -> dict[bytes, Node]:
        """Ask the daemon for the entries, and set `told`."""
        raise NotImplementedError

    async def state(self) -> str:
        """Ask the daemon what it calls the present state: while it is `told`, nothing need be fetched."""
        listing: Listed = await self.tree.ask("hits", HitsParams(ids=[]))
        return str(listing.seq)

    async def lookup(self, name: bytes) -> Node:
        check_length(name)
        node = self.meaning(name)
        if node is None and not self.knows_all(name) and not await self.lacks(name):
            await self.renewed()
            node = self.meaning(name)
        if node is None:
            raise Missing(repr(name))
        return node

    def knows_all(self, name: bytes) -> bool:
        """Return whether a name that the newest snapshot lacks need not be asked for.

        It must be where the user names things: what was made a moment ago, elsewhere, has to be there at once.
        """
        return self.shelf.current is not None and not self.dirty and (self.frozen > 0.0 or is_probe(name))

    async def lacks(self, name: bytes) -> bool:
        """Ask whether nothing has come to be called `name` since the newest snapshot, where that is sooner answered
        than what all entries are."""
        return False

    def meaning(self, name: bytes) -> Node | None:
        """Return what `name` means by the snapshots at hand."""
        return self.shelf.resolve(name)

    async def certain(self, name: bytes) -> Node:
        """Return the node of `name` for a change: Missing, or Stale if it meant another thing a moment ago."""
        check_length(name)
        if self.shelf.resolve(name) is None:
            await self.renewed()
        return self.shelf.certain(name)

    def place(self) -> bytes:
        """Return where in the mount this is, or nothing: then its entries' names last too short to be known by."""
        return b""

    async def listed(self) -> None:
        self.tree.thumbnails.opened(self)

    async def open(self) -> Listing:
        return tuple((await self.newest()).entries.items())

    async def newest(self) -> Snapshot:
        """Return the snapshot that an opendir shows now."""
        snapshot = self.shelf.current
        if snapshot is None or self.dirty or not self.still(snapshot):
            snapshot = await self.renewed()
        return snapshot

    def still(self, snapshot: Snapshot) -> bool:
        """Return whether `snapshot` may serve another opendir."""
        return self.tree.now() < snapshot.taken_at + self.frozen

    async def renewed(self) -> Snapshot:
        """Return a new snapshot, or the last one if the daemon does not answer."""
        try:
            return await self._flight.share(self._renew, fresh=not self.frozen)
        except Unavailable:
            if self.shelf.current is None:
                raise
            return self.shelf.current

    async def _renew(self) -> Snapshot:
        current, self.dirty = self.shelf.current, False
        self.asking()
        try:
            if current is not None and await self._still_so():
                return self._prolonged(current)
            entries = await self.fetch()
        except BaseException:
            self.dirty = True
            raise
        snapshot = Snapshot(self.tree.now(), *(renamed(entries, self.ours) if self.tree.portable else (entries,)))
        changed = self.shelf.put(snapshot)
        self.renewal()
        self.tree.keep(self)
        for name in changed:
            self.tree.changed.entry(self, name)
        return snapshot

    async def _still_so(self) -> bool:
        """Return whether the newest snapshot shows what would be fetched now."""
        return self.shelf.whole and self.told != "" and await self.state() == self.told and self.shelf.whole

    def _prolonged(self, snapshot: Snapshot) -> Snapshot:
        snapshot = self.shelf.prolong(snapshot, self.tree.now())
        self.renewal()
        return snapshot

    def asking(self) -> None:
        """The daemon is asked: what is done from now on may not be in its answer."""
        self.shelf.await_next()

    def renewal(self) -> None:
        """A new snapshot is in place."""
        self.tree.thumbnails.renewed(self)

    def rest(self, now: float) -> bool:
        """Let go of what is old; return whether nothing is left to keep this folder for."""
        idle = self.shelf.rest(now)
        if self.shelf.current is None:
            self.tree.thumbnails.renewed(self)
        return idle
