"""The folder of a query: its results, its views, and what a person says of its results by removing and adding some."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from vaultfs.attributes import FOLDER
from vaultfs.faults import Exists, Invalid, Missing, NotPermitted, Unavailable
from vaultfs.tree.entries import linked, through
from vaultfs.tree.given import Given
from vaultfs.tree.names import check_length
from vaultfs.tree.node import File, Folder, Handle, Moved, Node, Symlink, refuse
from vaultfs.tree.records import record
from vaultfs.tree.snapshots import Snapshot
from vaultfs.tree.sweep import Sweep, Sweeps
from vaultfs.tree.tagnodes import checked
from vaultfs.tree.targets import image_at, image_of
from vaultfs.tree.tree import Stamp
from vaultfs.tree.viewed import Viewed
from vaultfs.writing.temporary import final, is_temporary
from vaultipc.errors import Conflict, NotFound, UserError
from vaultipc.messages import SearchParams, UndoParams, VerdictParams

if TYPE_CHECKING:
    from vaultfs.caller import Caller
    from vaultfs.tree.tree import Tree

log = logging.getLogger(__name__)

QUERY = b".query"
"""The file that holds a saved search's text."""
_AMENDS_S = 86_400.0
"""What is taken back belongs to its gesture however long the daemon was away."""


class QueryFolder(Viewed):
    """The folder of a query that a person may correct. `name` is the folder's own.

    `rm` hides a picture from this query's results, `ln -s` and `mv` of one prefer it; bytes are not taken in.
    `successor`: the saved search that was made by moving this folder. The kernel takes this node for it until it is
    told otherwise, a moment later; what only a saved search has is found there.

    `_listed_at`: when the snapshot was taken that somebody read last; None if nobody did.

    `_overtaken`: removed pictures are shown again. Their names are gone all the same until the folder is listed anew: a
    program that removes a name and writes to it must not find a link there, and write through it into an original.
    """

    __slots__ = ("_given", "_listed_at", "_overtaken", "_sweeps", "name", "remembers", "successor")

    mode = FOLDER

    def __init__(self, inode: int, tree: Tree) -> None:
        super().__init__(inode, tree)
        self.name = b""
        self.remembers = False
        self.successor: Folder | None = None
        self._listed_at: float | None = None
        self._overtaken = False
        self._given = Given()
        self._sweeps = Sweeps()

    # ---- reading -----------------------------------------------------------------------------------------------

    async def lookup(self, name: bytes) -> Node:
        if name == QUERY and self.successor is not None:
            return await self.successor.lookup(name)
        return self.view(name) or self._called(name) or await super().lookup(name)

    def looked_at(self, caller: Caller) -> None:
        self._sweeps.looked(caller)

    async def listed(self) -> None:
        """Make the query a recent one. What was found is shown even where the daemon cannot be told."""
        await super().listed()
        current = self.shelf.current
        if not self.remembers or not self.query.strip() or current is None or current.taken_at == self._listed_at:
            return
        self._listed_at = current.taken_at
        question = SearchParams(query=self.query, level=self.level, limit=0, remember=True)
        try:
            await self.tree.ask("search", question)
        except (Unavailable, UserError) as error:
            log.debug("not remembered: %s", error)

    def still(self, snapshot: Snapshot) -> bool:
        """Nobody has seen the snapshot that a lookup made: it does not hold the first listing still."""
        seen = self._listed_at is not None or not self.remembers
        return super().still(snapshot) and not self._overtaken and seen

    def asking(self) -> None:
        super().asking()
        self._given.await_reading()

    def renewal(self) -> None:
        super().renewal()
        self._overtaken = False
        self._given.renewed(self.tree.now())

    def rest(self, now: float) -> bool:
        idle = super().rest(now)
        return self._given.rest(now) and idle

    def _called(self, name: bytes) -> Node | None:
        """Return what the user called `name` when linking or moving it here, as long as it is among the results."""
        fresh = self._given.fresh(name)
        if fresh is not None or self.shelf.newest(name) is not None:
            return fresh
        old, current = self._given.old(name), self.shelf.current
        if old is None or current is None:
            return old
        image = image_of(old)
        return old if any(image_of(entry) == image for entry in current.entries.values()) else None

    # ---- hiding ------------------------------------------------------------------------------------------------

    async def remove(self, name: bytes, caller: Caller) -> None:
        """Hide a picture from the results, unless the whole folder is being emptied. A link just made is unmade."""
        given = self._called(name)
        if given is not None:
            await self._say("prefer", image_of(given), caller, remove=True)
            self._given.drop(name)
            return
        image = image_of(await self.certain(name))
        current = self.shelf.current
        listed = 0 if current is None else len(current.entries)
        sweep = self._sweeps.joined(caller, listed, self.inode, self.tree.now())
        async with sweep.busy:
            sweep.asked(self.tree.now())
            sweep.removed[name] = image
            try:
                await (self._spare(sweep) if sweep.empties() else self._hide(image, sweep))
            finally:
                sweep.answered(self.tree.now())
        self._given.drop(name)
        self.shelf.drop(name)

    async def create(self, name: bytes, mode: int, caller: Caller) -> tuple[File, Handle]:
        """Bytes are not taken in. Who made room for them has hidden nothing either: `mv` from another disk does, and
        rsync, which removes in one process and writes `.name.XXXXXX` in another."""
        await self._refill(self._sweeps.that_removed((name, final(name)), self.tree.now()), name)
        refuse("create", name)

    async def spare(self, caller: Caller) -> None:
        """`caller` removes the folder itself: what it removed from it a moment ago was only on the way there."""
        sweep = self._sweeps.of(caller, self.tree.now())
        if sweep is not None:
            async with sweep.busy:
                await self._spare(sweep)

    async def _hide(self, image: str, sweep: Sweep) -> None:
        stamp = Stamp(origin=self.tree.origin, group=sweep.group)
        sweep.unsure.add(image)
        try:
            result = await self.tree.ask("hide", VerdictParams(query=self.query, images=[image], **stamp))
        except UserError:
            sweep.unsure.discard(image)
            raise
        sweep.unsure.discard(image)
        checked(result)
        if result.action is not None and result.action not in sweep.actions:
            sweep.actions.append(result.action)

    async def _spare(self, sweep: Sweep) -> None:
        if not sweep.spared:
            log.info("a program empties a folder of results: nothing in it stays hidden")
        sweep.spared = True
        await self._make_good(sweep)

    async def _refill(self, sweep: Sweep | None, name: bytes) -> None:
        """Show again what a program removed in order to put something else there: it was in the way, not unwanted."""
        if sweep is None:
            return
        async with sweep.busy:
            image = sweep.removed.pop(name, "") or sweep.removed.pop(final(name), "")
            if image:
                sweep.unsure.add(image)
                await self._make_good(sweep)

    async def _make_good(self, sweep: Sweep) -> None:
        self._overtaken = True
        query = self.query
        await self.tree.amends.make(sweep, lambda: _made_good(self.tree, query, sweep))

    # ---- preferring --------------------------------------------------------------------------------------------

    async def link(self, name: bytes, target: bytes, caller: Caller) -> Symlink:
        """Prefer the picture that the link leads to."""
        if await self._taken(name) is not None:
            raise Exists(repr(name))
        image = await image_at(self.tree, self.place(), target)
        await self._say("prefer", image, caller)
        await self._refill(self._sweeps.of(caller, self.tree.now()), name)
        entry = linked(self.tree, self, await record(self.tree, image), "given")
        self._named_so(name, entry)
        return entry

    async def to_move(self, name: bytes) -> Node:
        return self._called(name) or await super().to_move(name)

    async def receive(self, moved: Moved, name: bytes, caller: Caller) -> None:
        """Prefer what is moved here; where it comes from it stays, for nobody said that it does not belong there."""
        image = image_of(moved.node)
        if not image:
            raise NotPermitted("only a picture can be preferred")
        there = await self._taken(name)
        if there is not None and not moved.replace:
            raise Exists(repr(name))
        if moved.source is not self:
            await self._say("prefer", image, caller)
        elif self._called(moved.name) is None:
            raise NotPermitted("a result is called by its rank and its file")
        self._named_so(name, through(self.tree, self, await record(self.tree, image), "given"))

    async def left(self, moved: Moved) -> None:
        self._given.drop(moved.name)

    def place(self) -> bytes:
        """Return where in the mount this is: relative links start here."""
        return b"search/" + self.name

    async def _taken(self, name: bytes) -> Node | None:
        """Return what has the name already; Invalid for one that no picture can have here."""
        check_length(name)
        if name.startswith(b".") and not is_temporary(name):
            raise Invalid(f"{name!r} is hidden: the vault has no hidden pictures")
        try:
            return await self.lookup(name)
        except Missing:
            return None

    async def _say(self, verdict: str, image: str, caller: Caller, remove: bool = False) -> None:
        params = VerdictParams(query=self.query, images=[image], remove=remove, **self.tree.stamp(caller))
        checked(await self.tree.ask(verdict, params))
        self.dirty = True

    def _named_so(self, name: bytes, entry: Node) -> None:
        """Let the name the user gave mean the picture until the folder is listed under its own names.

        It works a while longer, unseen; so it leads where nothing can be written.
        """
        self._given.settle(name, entry, self.tree.now())
        self.tree.keep(self)
        self.tree.changed.entry(self, name)


async def _made_good(tree: Tree, query: str, sweep: Sweep) -> None:
    """Show again what a sweep should not have hidden. May be tried again after it failed halfway."""
    while sweep.spared and sweep.actions:
        try:
            stamp = Stamp(origin=tree.origin, group=sweep.group, within_s=_AMENDS_S)
            await tree.ask("undo", UndoParams(action=sweep.actions[-1], **stamp))
        except (Conflict, NotFound) as error:
            log.debug("undone already: %s", error)
        sweep.actions.pop()
    if sweep.unsure:
        stamp = Stamp(origin=tree.origin, group=sweep.group)
        await tree.ask("hide", VerdictParams(query=query, images=sorted(sweep.unsure), remove=True, **stamp))
        sweep.unsure.clear()
