"""Telling the daemon what opened folders show, so that file managers find thumbnails of the names they see.

Nothing is told from a handler: a task of its own does, a moment later. A program that walks through everything opens
folder after folder; who looks at one stays in it.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

import trio
from msgspec.structs import astuple

from vaultfs.faults import Unavailable
from vaultfs.tree.results import Results
from vaultfs.tree.targets import image_of
from vaultipc.codec import display
from vaultipc.errors import UserError
from vaultipc.messages import MountThumbnailsParams, ShownPicture

if TYPE_CHECKING:
    from vaultfs.tree.live import LiveFolder
    from vaultfs.tree.node import Node
    from vaultfs.tree.tree import Tree

log = logging.getLogger(__name__)

FIRST_RESULTS = 200
"""Entries of a folder of results; their names hold for as long as the answer does."""
FIRST_ENTRIES = 500
"""Entries of a folder of the user's own; more would not fit into what the daemon keeps."""
_QUIET = 0.2
"""Seconds for which no other folder must be opened."""
_LATEST = 2.0
_FOLDERS = 4
"""Folders that are told of those opened in one go: the last ones."""


class _Told(NamedTuple):
    """Where a folder was, and a hash of what it showed; 0 where that does not count."""

    place: bytes
    what: int


class Thumbnails:
    """Folders that were opened, and those that the daemon was told of."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._opened: dict[LiveFolder, None] = {}
        self._told: dict[LiveFolder, _Told] = {}
        self._changed: dict[LiveFolder, None] = {}
        self._awake = trio.Event()
        self._quiet = True

    def opened(self, folder: LiveFolder) -> None:
        """Somebody opened this folder: thumbnails of it may have given way to others meanwhile."""
        if not self._wanted() or not folder.place():
            return
        self._forget_what(folder)
        self._opened.pop(folder, None)
        self._opened[folder] = None
        while len(self._opened) > _FOLDERS:
            del self._opened[next(iter(self._opened))]
        self._quiet = False
        self._awake.set()

    def renewed(self, folder: LiveFolder) -> None:
        """It has another snapshot, or none any more."""
        if folder in self._told:
            self._changed[folder] = None
            self._awake.set()

    def again(self) -> None:
        """Another daemon may be there, which was told nothing."""
        for folder in self._told:
            self._forget_what(folder)
            self._changed[folder] = None
        self._awake.set()

    def _forget_what(self, folder: LiveFolder) -> None:
        """Tell it again, though it be the same."""
        if folder in self._told:
            self._told[folder] = self._told[folder]._replace(what=0)

    async def serve(self) -> None:
        """Tell what was opened and what changed, for ever."""
        while True:
            await self._awake.wait()
            self._awake = trio.Event()
            with trio.move_on_after(_LATEST):
                while not self._quiet:
                    self._quiet = True
                    await trio.sleep(_QUIET)
            folders = list(self._changed | self._opened)
            self._changed, self._opened = {}, {}
            for folder in folders:
                await self._tell(folder)

    async def _tell(self, folder: LiveFolder) -> None:
        """The folder opened last is told last: the daemon begins with it."""
        entries = _entries(folder) if self._wanted() else []
        now, before = _Told(folder.place(), hash(tuple(map(astuple, entries)))), self._told.pop(folder, None)
        if entries:
            self._told[folder] = now
        if before is not None and (before.place != now.place or not entries):
            await self._send(before.place, [])
        if entries and now != before:
            await self._send(now.place, entries)

    def _wanted(self) -> bool:
        welcome = self._tree.link.welcome
        return welcome is not None and welcome.thumbnails

    async def _send(self, place: bytes, entries: list[ShownPicture]) -> None:
        folder, folder_b64 = display(b"%s/%s" % (self._tree.mountpoint, place))
        try:
            await self._tree.ask(
                "mount.thumbnails", MountThumbnailsParams(folder=folder, folder_b64=folder_b64, entries=entries)
            )
        except (Unavailable, UserError) as error:
            log.debug("not told what a folder shows: %s", error)


def _entries(folder: LiveFolder) -> list[ShownPicture]:
    """What the newest snapshot shows first."""
    snapshot = folder.shelf.current
    if snapshot is None:
        return []
    most = FIRST_RESULTS if isinstance(folder, Results) else FIRST_ENTRIES
    pictures = ((name, node) for name, node in snapshot.entries.items() if image_of(node))
    return [_shown(name, node) for (name, node), _ in zip(pictures, range(most), strict=False)]


def _shown(name: bytes, node: Node) -> ShownPicture:
    text, exact = display(name)
    return ShownPicture(name=text, name_b64=exact, image=image_of(node), mtime_ns=node.attributes().mtime_ns)
