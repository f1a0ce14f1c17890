"""The tree as a whole: its nodes, its clock, the folders kept alive, and the way to the daemon."""

from __future__ import annotations

import logging
import math
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NotRequired, Protocol, TypedDict
from weakref import WeakKeyDictionary, WeakValueDictionary

import trio

from vaultfs.access import PRIVATE, Access
from vaultfs.faults import Fault
from vaultfs.link import DEADLINE, Link
from vaultfs.tree.amends import Amends
from vaultfs.tree.gestures import Gestures
from vaultfs.tree.heard import Heard
from vaultfs.tree.inodes import Inodes
from vaultfs.tree.portable import meant
from vaultfs.tree.thumbnails import Thumbnails
from vaultfs.tree.wholesale import PAUSE
from vaultipc.errors import UserError
from vaultipc.messages import Params

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.entries import PassingEntry
    from vaultfs.tree.live import LiveFolder
    from vaultfs.tree.node import Folder, Node
    from vaultfs.tree.picturefile import PictureFile, Standing

log = logging.getLogger(__name__)

_JOIN = 0.1
_REFRESH = 0.5
_REST = 4.0
_HOUSEKEEPING = 30.0


class Stamp(TypedDict):
    """What a change request says about its maker, so that a whole `rm -r` is one undo."""

    origin: str
    group: str
    within_s: NotRequired[float]


class ChangeSink(Protocol):
    """Where the tree tells that what the kernel may have kept is no longer so. Handlers call it: it never waits."""

    def entry(self, folder: Folder, name: bytes) -> None:
        """`name` in `folder` is gone or means another thing."""

    def node(self, node: Node) -> None:
        """The attributes of `node` are others."""


class NoSink:
    """For a backend that cannot invalidate, and uses short timeouts instead."""

    def entry(self, folder: Folder, name: bytes) -> None:
        pass

    def node(self, node: Node) -> None:
        pass


class Tree:
    """What every folder shares. `mountpoint`: absolute bytes, no trailing slash. `as_files`: entries are no links.

    `portable`: names are shown as Windows can hold them. `access`: who gets in, and for what.
    """

    def __init__(
        self,
        link: Link,
        mountpoint: bytes,
        now: Callable[[], float] = trio.current_time,
        *,
        as_files: bool = False,
        portable: bool = False,
        access: Access = PRIVATE,
    ) -> None:
        self.now = now
        """The tree's clock, in seconds."""
        self.as_files = as_files
        self.portable = portable
        self.access = access
        self.link = link
        self.mountpoint = mountpoint
        self.inodes = Inodes()
        self.root: Folder | None = None
        self.changed: ChangeSink = NoSink()
        self.amends = Amends()
        self.gestures = Gestures(now)
        self.counts: Counter[str] = Counter()
        """The requests of the kernel that the backend was asked, by the name that they have there."""
        self.listed: WeakValueDictionary[str, PassingEntry] = WeakValueDictionary()
        """Links through `.originals` that listings made, by image id: following one need not ask for its facts."""
        self.passed: WeakValueDictionary[str, PictureFile] = WeakValueDictionary()
        """Files in `.originals` that somebody holds, by image id: links lead to them, and bring their facts."""
        self.standings: dict[Standing, Standing] = {}
        """Modes and owners that files have, each once."""
        self.query_opened = False
        """Somebody opened the folder of a query in this mount."""
        self.tidied: list[Callable[[float], None]] = []
        """Called now and then with the tree's time, to let go of what is old."""
        self.ended: list[Callable[[], None]] = []
        """Called when the mount is over."""
        self.heard = Heard()
        """What was asked about single pictures and still holds."""
        self.thumbnails = Thumbnails(self)
        """Who is told what opened folders show."""
        self._live: dict[LiveFolder, None] = {}
        self._news = trio.Event()
        link.told = self._told

    async def ask(self, method: str, params: Params, deadline: float = DEADLINE, form: Any = None) -> Any:
        """Return the daemon's answer, as `form` or as the method says; Unavailable, or its own UserError."""
        return await self.link.call(method, params, deadline, form)

    @property
    def origin(self) -> str:
        """What changes made through this mount say of where they come from."""
        return self.mountpoint.decode(errors="replace")

    def stamp(self, caller: Caller) -> Stamp:
        """Return origin and group of a change that `caller` asks for, and since when it has been at its gesture."""
        process = caller.group()
        stamp: Stamp = {"origin": self.origin, "group": process}
        at_it = self.gestures.since(process)
        return {**stamp, "within_s": at_it + PAUSE} if at_it > 0.0 else stamp

    def check_change(self, caller: Caller) -> None:
        """Raise Denied unless `caller` may change things; what it asks for belongs to its gesture, even if refused."""
        self.access.check_change(caller)
        self.gestures.step(caller)

    def typed(self, name: bytes) -> bytes:
        """Return what somebody means who could only type a portable name."""
        return meant(name) if self.portable else name

    def keep(self, folder: LiveFolder) -> None:
        """Hold `folder` alive for as long as its snapshots are kept, though the kernel may forget it."""
        self._live[folder] = None

    def kept(self) -> list[LiveFolder]:
        """Return the folders that hold snapshots."""
        return list(self._live)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Renew what changed, let go of what is old, take back what is owed, for ever."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._refresh)
                nursery.start_soon(self._tidy)
                nursery.start_soon(self.amends.serve)
                nursery.start_soon(self.thumbnails.serve)
                task_status.started()
        finally:
            for end in self.ended:
                end()

    def _told(self, topics: frozenset[str] | None) -> None:
        """Remember which folders differ; `topics` None: everything may (a new connection)."""
        self.heard.expire()
        for folder in self._live:
            if topics is None or folder.topics & topics:
                folder.dirty = True
            if topics is None:
                folder.told = ""  # what another daemon calls the state of things means nothing
        if topics is None:
            self.thumbnails.again()
        self._news.set()

    async def _refresh(self) -> None:
        """Read changed folders anew so that the kernel hears of it: soon, but each twice a second at most, and a fifth
        of the time. A large folder that rests keeps no other waiting."""
        rests: WeakKeyDictionary[LiveFolder, float] = WeakKeyDictionary()
        rested = math.inf
        while True:
            with trio.move_on_at(rested):
                await self._news.wait()
            self._news = trio.Event()
            await trio.sleep(_JOIN)
            rested = math.inf
            for folder in [folder for folder in self._live if folder.dirty and folder.topics]:
                began = trio.current_time()
                if rests.get(folder, 0.0) > began:
                    rested = min(rested, rests[folder])
                    continue
                try:
                    await folder.renewed()
                except (Fault, UserError) as error:
                    log.debug("not renewed: %s", error)
                now = trio.current_time()
                rests[folder] = now + max(_REFRESH, _REST * (now - began))

    async def _tidy(self) -> None:
        while True:
            await trio.sleep(_HOUSEKEEPING)
            now = self.now()
            for folder in list(self._live):
                if folder.rest(now):
                    del self._live[folder]
            for tidy in self.tidied:
                tidy(now)
