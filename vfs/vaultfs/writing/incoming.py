"""A picture on its way in: a plain file in the folder that takes it until the daemon has taken its bytes.

`flush`, whose outcome is that of close(2), finishes or refuses everything; `release` only tidies up, for nobody hears
of its errors. flush comes once for every descriptor that is closed: without new bytes it repeats its outcome.
"""

from __future__ import annotations

import itertools
import logging
import stat
import time
from typing import TYPE_CHECKING, Protocol, TypedDict

import trio

from vaultfs.attributes import PERMISSIONS, Attributes, blocks_of
from vaultfs.caller import Caller
from vaultfs.faults import Fault, Invalid, Unavailable
from vaultfs.link import ACCEPT_DEADLINE
from vaultfs.tree import extended
from vaultfs.tree.node import AttributeChanges, File, Handle, Node
from vaultfs.tree.originals import original
from vaultfs.writing.holding import Holding
from vaultfs.writing.temporary import is_temporary
from vaultipc.codec import display
from vaultipc.errors import UserError
from vaultipc.messages import Accepted, AcceptParams

if TYPE_CHECKING:
    from vaultfs.tree.tree import Tree

log = logging.getLogger(__name__)

_COPY = 1 << 20
_NOW_NS = 1_000_000_000

_serial = itertools.count(1)


class Belonging(TypedDict, total=False):
    """What is said of a picture that is written into a folder: `accept` does it with keeping the bytes."""

    tag: str
    album: str
    favourite: bool


class Destination(Protocol):
    """The folder a picture goes to."""

    tree: Tree

    def belonging(self) -> Belonging:
        """Return what is said of a picture that is in it."""

    def arrived(self, incoming: Incoming) -> None:
        """The picture is in."""

    def gave_up(self, incoming: Incoming) -> None:
        """Nothing came of it: the name is free again."""


class Incoming(File):
    """A file being written. `accepted` once the daemon has it; `name` is what the user called it."""

    __slots__ = (
        "_broken",
        "_busy",
        "_changed",
        "_handles",
        "_holding",
        "_mode",
        "_mtime_ns",
        "_outcome",
        "_preserved",
        "_replaces",
        "_tree",
        "accepted",
        "folder",
        "name",
    )

    entry_timeout = 0.0
    attribute_timeout = 0.0

    def __init__(self, inode: int, folder: Destination, name: bytes, mode: int) -> None:
        super().__init__(inode)
        self._mode = stat.S_IFREG | (mode & PERMISSIONS)
        self.folder = folder
        self.name = name
        self.accepted: Accepted | None = None
        self._tree = folder.tree
        self._holding: Holding | None = None
        self._handles = 0
        self._changed = False
        self._preserved = False
        self._outcome: Exception | None = None
        self._broken: OSError | None = None
        self._replaces = ""
        self._mtime_ns = time.time_ns()
        self._busy = trio.Lock()

    @classmethod
    def new(cls, folder: Destination, name: bytes, mode: int) -> Incoming:
        """Return the file that `name` will be in `folder`, empty. `mode`: the permissions the user gives it."""
        return folder.tree.inodes.node(("incoming", next(_serial)), lambda inode: cls(inode, folder, name, mode))

    @property
    def empty(self) -> bool:
        """Return whether nothing was ever written."""
        return self.accepted is None and not self._changed and self._outcome is None

    @property
    def image(self) -> str:
        """Return the id of the picture this became, or nothing."""
        return "" if self.accepted is None else self.accepted.image

    def attributes(self) -> Attributes:
        size, mtime_ns = 0, self._mtime_ns
        if self._holding is not None:
            found = self._holding.stat()
            size, mtime_ns = found.st_size, found.st_mtime_ns
        elif self.accepted is not None:
            size, mtime_ns = self.accepted.hit.size, self.accepted.hit.mtime_ns
        return Attributes(self.inode, self._mode, size=size, blocks=blocks_of(size), mtime_ns=mtime_ns)

    async def open(self, write: bool, truncate: bool, caller: Caller) -> Handle:
        if self.accepted is not None and self._holding is None and not write and not truncate:
            return await original(self._tree, self.accepted.hit).open(False, False, caller)
        # Until it is an original, in a place of its own, it is nobody's but the owner's.
        self._tree.access.check_change(caller)
        self._handles += 1
        if truncate:
            await self.truncate(0)
        return IncomingHandle(self, caller)

    async def set_attributes(self, changes: AttributeChanges) -> None:
        """Size, time and permissions go with the bytes. Copying programs also set an owner: it is the user's anyway."""
        self._preserved |= changes.owner or _is_of_another_time(changes.mtime_ns)
        if changes.mode is not None:
            self._mode = stat.S_IFREG | (changes.mode & PERMISSIONS)
        if changes.size is not None:
            await self.truncate(changes.size)
        if changes.mtime_ns is not None:
            self._mtime_ns = changes.mtime_ns
            if self._holding is not None:
                self._holding.set_mtime(changes.mtime_ns)

    async def extended(self, name: bytes) -> bytes:
        if self._holding is not None:
            return self._holding.attribute(name)
        return await self._picture().extended(name)

    async def extended_names(self) -> list[bytes]:
        return await self._picture().extended_names() if self._holding is None else self._holding.attributes()

    async def set_extended(self, name: bytes, value: bytes | None, caller: Caller) -> None:
        """What copying programs attach goes into the library with the bytes, but for what a vault said of a picture."""
        if self._holding is None and self.accepted is not None:
            await self._picture().set_extended(name, value, caller)
        elif not name.startswith(extended.VAULT):
            (await self._held()).set_attribute(name, value)

    def _picture(self) -> Node:
        """Return what this is to programs that ask for attributes: once taken in, a picture like any other."""
        return File(self.inode) if self.accepted is None else original(self._tree, self.accepted.hit)

    async def read(self, offset: int, size: int) -> bytes:
        async with self._busy:
            if self._holding is not None:
                return await self._holding.read(offset, size)
            if self.accepted is None:
                return b""
            return await self._read_accepted(self.accepted, offset, size)

    async def write(self, offset: int, data: bytes) -> None:
        async with self._busy:
            held = await self._held()
            self._changed |= bool(data)
            try:
                await held.write(offset, data)
            except OSError as error:
                # What is held is not what the program meant: it must never be taken in.
                self._broken = self._outcome = error
                raise

    async def truncate(self, size: int) -> None:
        async with self._busy:
            if size == 0 and self._holding is None:
                # Emptied before anything is written: what is there now stays until new bytes are complete.
                self._holding = await Holding.new(self._folder())
                return
            await (await self._held()).truncate(size)
            self._changed = True
            if size == 0:
                self._broken = None

    async def sync(self) -> None:
        async with self._busy:
            if self._holding is not None:
                await self._holding.sync()

    async def finish(self, caller: Caller) -> None:
        """Hand the bytes to the daemon, unless the name says that a rename will; raise what came of it."""
        async with self._busy:
            if self._broken is not None:
                raise self._broken.with_traceback(None)
            if self._holding is not None and self._changed:
                await self._holding.sync()
                if is_temporary(self.name):
                    return
                self._outcome = await self._accept(caller)
            elif self.empty and self._preserved and not is_temporary(self.name):
                # Who is still to write gives it no owner and no time of before. `mv` does, and then deletes its source.
                self._outcome = Invalid("an empty file is no picture")
            if self._outcome is not None:
                raise self._outcome.with_traceback(None)

    async def commit(self, folder: Destination, name: bytes, replaces: str, caller: Caller) -> None:
        """The rename that a temporary name promised: take the bytes in as `name` of `folder`."""
        before = (self.folder, self.name)
        self.folder, self.name, self._replaces = folder, name, replaces
        try:
            if self._holding is None or not self._changed:
                raise Invalid("an empty file is no picture")
            await self.finish(caller)
        except Exception:
            self.folder, self.name = before
            raise

    def released(self) -> None:
        """One handle less. What was refused, or never written, leaves no trace."""
        self._handles -= 1
        if self._handles > 0:
            return
        if isinstance(self._outcome, Unavailable):
            # The daemon may have taken them all the same, or may be reading them now: it clears what is left.
            self._let_go()
        elif self._outcome is not None or (self.accepted is not None and self._holding is not None):
            self.discard()
        if self._outcome is not None and self.accepted is None:
            self.folder.gave_up(self)

    def discard(self) -> None:
        """Remove the held bytes."""
        if self._holding is not None:
            self._holding.discard()
            self._holding = None
            self._changed = False

    async def _accept(self, caller: Caller) -> Exception | None:
        assert self._holding is not None
        self._holding.set_mode(self._mode)
        name, exact_name = display(self.name)
        params = AcceptParams(
            holding=self._holding.path,
            name=name,
            name_b64=exact_name,
            replaces=self._replaces or self.image,
            **self.folder.belonging(),
            **self._tree.stamp(caller),
        )
        try:
            self.accepted = await self._tree.ask("accept", params, ACCEPT_DEADLINE)
        except (Fault, UserError) as error:
            if not isinstance(error, Unavailable):
                # Refused as they are: nothing to try again before other bytes come.
                self._changed = False
            return error
        # The file is the daemon's now and may become the user's: it must not be written any more.
        self._let_go()
        self._replaces = ""
        self.folder.arrived(self)
        return None

    def _let_go(self) -> None:
        if self._holding is not None:
            self._holding.close()
            self._holding = None
        self._changed = False

    async def _held(self) -> Holding:
        """Return the file to write to; after an acceptance a new one, filled with what was accepted."""
        if self._holding is None:
            self._holding = await Holding.new(self._folder())
            if self.accepted is not None:
                await self._copy(self.accepted, self._holding)
        return self._holding

    async def _copy(self, accepted: Accepted, holding: Holding) -> None:
        offset = 0
        while data := await self._read_accepted(accepted, offset, _COPY):
            await holding.write(offset, data)
            offset += len(data)

    async def _read_accepted(self, accepted: Accepted, offset: int, size: int) -> bytes:
        """Read the file that shows the picture now: the one it came from may be gone, as after a move."""
        handle = await original(self._tree, accepted.hit).open(False, False, Caller(0))
        try:
            return await handle.read(offset, size)
        finally:
            await handle.release()

    def _folder(self) -> str:
        welcome = self._tree.link.welcome
        if welcome is None:
            raise Unavailable("the daemon has not said yet where to hold bytes")
        return welcome.holding


def _is_of_another_time(mtime_ns: int | None) -> bool:
    """Whether a time was set that is not now, as `touch` sets it."""
    return mtime_ns is not None and abs(time.time_ns() - mtime_ns) > _NOW_NS


class IncomingHandle(Handle):
    """One open file of a picture on its way in; all of them share its bytes."""

    def __init__(self, incoming: Incoming, caller: Caller) -> None:
        self._incoming = incoming
        self._caller = caller

    async def read(self, offset: int, size: int) -> bytes:
        return await self._incoming.read(offset, size)

    async def write(self, offset: int, data: bytes) -> int:
        await self._incoming.write(offset, data)
        self._incoming.folder.tree.gestures.step(self._caller)  # copying many large files is one gesture
        return len(data)

    async def flush(self) -> None:
        await self._incoming.finish(self._caller)

    async def sync(self) -> None:
        await self._incoming.sync()

    async def release(self) -> None:
        self._incoming.released()
