"""Following what happens in watched folders while it happens."""

from __future__ import annotations

import itertools
import logging
import os
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import trio

from vaultd.catalog import files
from vaultd.catalog.files import File
from vaultd.catalog.roots import Root
from vaultd.catalog.store import Catalog
from vaultd.domain.facts import Facts
from vaultd.domain.paths import absolute
from vaultd.ingest import attaching, ignore, walk
from vaultd.ingest.beside import Beside, beside
from vaultd.ingest.happenings import Appeared, Closed, Gone, Happening, Joiner, Lost, Moved, Touched
from vaultd.ingest.ignore import Rules
from vaultd.ingest.keeper import Keeper
from vaultd.ingest.observe import Seen, moved, observe
from vaultd.ingest.overtaken import Overtaken
from vaultd.ingest.places import Places
from vaultd.ingest.settling import Settling
from vaultd.ingest.watch import Event, FolderWatch
from vaultd.ingest.watched import Watched
from vaultd.metadata import naming

logger = logging.getLogger(__name__)

TOGETHER = 200
"""Files in one transaction: nobody else's question waits longer than that takes."""
HALF_RENAME_S = 0.1
"""How long the first half of a rename waits for the second."""


class Live:
    """Applies happenings to the catalog, in order.

    `rescan` is asked for whatever cannot be told from events (a folder, or None for everything), `coming` is told that
    there will be something to read soon, `found` that there may be now.
    """

    def __init__(
        self,
        catalog: Catalog,
        places: Places,
        watched: Watched,
        watch: FolderWatch,
        settling: Settling,
        keeper: Keeper,
        sidecars: Beside,
        overtaken: Overtaken,
        *,
        rescan: Callable[[bytes | None], None],
        coming: Callable[[], None],
        found: Callable[[], None],
    ) -> None:
        self._catalog = catalog
        self._places = places
        self._watched = watched
        self._watch = watch
        self._settling = settling
        self._keeper = keeper
        self._sidecars = sidecars
        self._overtaken = overtaken
        self._rescan = rescan
        self._coming = coming
        self._found = found
        self._stirred = trio.Event()
        self._rules: dict[bytes, Rules] = {}
        """Of the folders that the events at hand are about."""
        self.busy = False

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._follow)
            nursery.start_soon(self._settle)
            task_status.started()

    async def _follow(self) -> None:
        joiner = Joiner(HALF_RENAME_S)
        while True:
            events: list[Event] = []
            with trio.move_on_at(joiner.due):
                events = await self._watch.events()
            self.busy = True
            now = trio.current_time()
            await self._survive(self.apply, joiner.feed(events, now) + joiner.give_up(now))
            self.busy = joiner.waits

    async def _survive(self, step: Callable[..., Awaitable[None]], *details: object) -> None:
        """When the catalog cannot be written, as on a full disk, a scan makes up for what was not kept."""
        try:
            await step(*details)
        except sqlite3.OperationalError as error:
            logger.error("the catalog cannot be written: %s", error)
            self._rescan(None)

    async def apply(self, happenings: Sequence[Happening]) -> None:
        """Brings the catalog up to date. Neighbours of one kind share a transaction.

        Once events were lost, the others of their batch tell nothing that the scan would not find.
        """
        self._rules.clear()
        if any(isinstance(happening, Lost) for happening in happenings):
            self._rescan(None)
            return
        steps: dict[type[Happening], Callable[[Any], Awaitable[None]]] = {
            Appeared: self._appeared,
            Closed: self._closed,
            Touched: self._touched,
            Gone: self._gone,
            Moved: self._moved,
        }
        for kind, group in itertools.groupby(happenings, key=type):
            await steps[kind](list(group))
        await self._look_beside(happenings)
        self._stirred.set()
        self._found()

    # ---- what happened -------------------------------------------------------------------------------------------

    async def _appeared(self, group: list[Appeared]) -> None:
        now = trio.current_time()
        wanted = []
        for happening in group:
            is_meant = happening.is_folder or ignore.is_candidate(happening.path)
            if not is_meant or await self._is_ignored(happening.path, happening.is_folder):
                continue
            if happening.is_folder:
                self._rescan(happening.path)
            else:
                wanted.append(happening)
        if not wanted:
            return
        whole = await trio.to_thread.run_sync(_whole, wanted)
        for happening, is_whole in zip(wanted, whole, strict=True):
            self._settling.touch(happening.path, now, closed=False, at_once=is_whole)
        self._coming()

    async def _closed(self, group: list[Closed]) -> None:
        for happening in group:
            if happening.path.endswith(b"/" + ignore.FILE):
                self._rescan(os.path.dirname(happening.path))
            elif ignore.is_candidate(happening.path) and not await self._is_ignored(happening.path, False):
                self._settling.touch(happening.path, trio.current_time(), closed=True)
                self._coming()

    async def _touched(self, group: list[Touched]) -> None:
        paths = [path for path in dict.fromkeys(one.path for one in group) if await self._is_known(path)]
        for start in range(0, len(paths), TOGETHER):
            await self._look_at_touched(paths[start : start + TOGETHER])

    async def _look_at_touched(self, paths: list[bytes]) -> None:
        """A file whose bytes seem to be others too may just be written: it is waited for."""
        self._overtaken.looking(paths)
        facts = await trio.to_thread.run_sync(_all_facts, paths)
        seen = [(path, found) for path, found in zip(paths, facts, strict=True) if found is not None]
        looked = await attaching.look(self._catalog, self._places, seen)
        with self._catalog.write() as tx:
            for path, found in seen:
                target = self._place(path)
                known = None if target is None else files.at(tx.sql, target[1], target[2])
                if target is None or known is None:
                    continue
                if known.holds(found):
                    file, _ = observe(tx, Seen(target[0].id, target[1], target[2], found))
                    attaching.keep(tx, file, looked.get(path))
                else:
                    self._settling.touch(path, trio.current_time(), closed=True)
                    self._coming()

    async def _is_known(self, path: bytes) -> bool:
        """Whether a touched path is a file of the library at rest; others are looked at when they are whole."""
        if not ignore.is_candidate(path) or path in self._settling or not self._known(path, is_folder=False):
            return False
        return not await self._is_ignored(path, False)

    async def _gone(self, group: list[Gone]) -> None:
        """What is gone may be back already under the same name: the disk decides."""
        self._overtaken.looking(happening.path for happening in group)
        await self._watch_no_more([happening.path for happening in group if happening.is_folder])
        for happening in group:
            if not happening.is_folder and happening.path.endswith(b"/" + ignore.FILE):
                self._rescan(os.path.dirname(happening.path))
        await self._wait_no_more([happening.path for happening in group if happening.path in self._settling])
        known = [pair for happening in group for pair in self._known(happening.path, happening.is_folder)]
        if known:
            await self._keeper.mark_missing(await trio.to_thread.run_sync(_really_gone, known))

    async def _watch_no_more(self, folders: list[bytes]) -> None:
        """Where another folder has the name by now, it may have been watched before this one was told to be gone."""
        for folder in folders:
            self._watch.remove(folder)
        again = await trio.to_thread.run_sync(_folders_among, folders) if folders else []
        for folder in folders:
            if self._is_root(folder) or (folder in again and not await self._is_ignored(folder, True)):
                self._rescan(folder)

    async def _wait_no_more(self, paths: list[bytes]) -> None:
        """Half a rename is told late: by then another file may have the name, and that one is waited for."""
        facts = await trio.to_thread.run_sync(_all_facts, paths) if paths else []
        for path, found in zip(paths, facts, strict=True):
            if found is None:
                self._settling.forget(path)

    async def _moved(self, group: list[Moved]) -> None:
        for happening in group:
            old_ignored = await self._is_ignored(happening.old, happening.is_folder)
            new_ignored = await self._is_ignored(happening.new, happening.is_folder)
            if happening.is_folder and old_ignored and not new_ignored:
                self._rescan(happening.new)
            elif happening.is_folder:
                await self._folder_moved(happening.old, happening.new, away=new_ignored)
            elif new_ignored or not ignore.is_candidate(happening.new):
                await self._gone([Gone(happening.old, is_folder=False)])
            else:
                await self._file_moved(happening)

    async def _file_moved(self, happening: Moved) -> None:
        """Where two names were exchanged, both are there: what was known by the old one may be there already.

        A file that is still waited for takes along what was known of it before, so that it stays an edit of that.
        """
        self._overtaken.looking((happening.old, happening.new))
        before, facts = await trio.to_thread.run_sync(_all_facts, [happening.old, happening.new])
        target = self._place(happening.new)
        waits = self._settling.rename(happening.old, happening.new)
        known = self._known(happening.old, is_folder=False)
        if facts is None or target is None:
            if facts is None and known:
                self._rescan(os.path.dirname(happening.old))  # it left its new name, too, and nobody waits for either
            return
        is_moved = known and known[0][1].state == "present" and not (before and known[0][1].holds(before))
        if waits and not is_moved:
            return
        seen = Seen(target[0].id, target[1], target[2], facts)
        looked = await attaching.look(self._catalog, self._places, [(happening.new, facts)])
        with self._catalog.write() as tx:
            if is_moved:
                file = known[0][1].id
                moved(tx, known[0][1], seen, before, rests=not waits)
            else:
                file, _ = observe(tx, seen)
            attaching.keep(tx, file, looked.get(happening.new))
        await self._look_at(beside(happening.new))

    async def _folder_moved(self, old: bytes, new: bytes, *, away: bool) -> None:
        """A whole folder has another name: so has everything in it. What a crash leaves out the next scan finds."""
        if away:
            await self._gone([Gone(old, is_folder=True)])
            return
        self._overtaken.looking((old, new))
        self._watch.rename(old, new)
        known = self._known(old, is_folder=True)
        for start in range(0, len(known), TOGETHER):
            with self._catalog.write() as tx:
                for path, file in known[start : start + TOGETHER]:
                    target = self._place(new + path[len(old) :])
                    if target is not None:
                        files.move(tx, file, target[1], target[0].id, target[2], None)
            await trio.lowlevel.checkpoint()
        with self._catalog.write() as tx:
            self._sidecars.move(tx, old, new)
        for path in self._settling.paths:
            if path.startswith(old + b"/"):
                self._settling.rename(path, new + path[len(old) :])
        self._rescan(new)  # what changed in it before the kernel told us of the move

    async def _look_beside(self, happenings: Sequence[Happening]) -> None:
        """Sidecars that appeared whole, changed, got another name or went away, alone or with their folder."""
        for happening in happenings:
            if isinstance(happening, Gone) and happening.is_folder:
                await self._sidecars.gone(happening.path, ())
        await self._look_at([path for happening in happenings for path in _stirred(happening) if _is_sidecar(path)])

    async def _look_at(self, sidecars: list[bytes]) -> None:
        """Looks at sidecars, but for those that are passed over."""
        await self._sidecars.look([path for path in sidecars if not await self._is_ignored(path, False)])

    # ---- settling ------------------------------------------------------------------------------------------------

    async def _settle(self) -> None:
        while True:
            self._stirred = trio.Event()
            due = self._settling.next_due()
            with trio.move_on_at(float("inf") if due is None else due):
                await self._stirred.wait()
            if due is not None and due <= trio.current_time():
                await self._survive(self._look)

    async def _look(self) -> None:
        """Asks the disk about files that should rest by now, and keeps those that do. Of many, it is called again."""
        due = self._settling.due(trio.current_time())[:TOGETHER]
        self._overtaken.looking(due)
        facts = await trio.to_thread.run_sync(_all_facts, due)
        there = [(path, found) for path, found in zip(due, facts, strict=True) if found is not None]
        looked = await attaching.look(self._catalog, self._places, there)
        now = trio.current_time()
        with self._catalog.write() as tx:
            for path, found in zip(due, facts, strict=True):
                rests = self._settling.looked(path, found, now)
                target = self._place(path)
                if rests and found is not None and target is not None:
                    file, _ = observe(tx, Seen(target[0].id, target[1], target[2], found))
                    attaching.keep(tx, file, looked.get(path))
        await self._look_at([one for path, _ in there for one in beside(path)])
        self._found()

    def stir(self) -> None:
        """Something else made a path wait to settle."""
        self._stirred.set()

    # ---- where things are ----------------------------------------------------------------------------------------

    async def _is_ignored(self, path: bytes, is_folder: bool) -> bool:
        if self._watched.holding(path) is None or path in self._watched.skipped():
            return True
        if self._is_root(path):
            return False
        folder = os.path.dirname(path)
        if folder not in self._rules:
            self._rules[folder] = await self._watched.rules(folder)
        return self._rules[folder].ignores(path, is_folder=is_folder)

    def _is_root(self, path: bytes) -> bool:
        return any(root.folder == path for root in self._watched.roots)

    def _place(self, path: bytes) -> tuple[Root, int, bytes] | None:
        root = self._watched.holding(path)
        if root is None:
            return None
        try:
            return root, *self._places.locate(path)
        except LookupError:
            return None

    def _known(self, path: bytes, is_folder: bool) -> list[tuple[bytes, File]]:
        """The rows of a file, or of everything below a folder, with their absolute paths."""
        target = self._place(path)
        if target is None:
            return []
        _, volume, relative = target
        with self._catalog.read() as sql:
            if not is_folder:
                found = files.at(sql, volume, relative)
                return [(path, found)] if found is not None else []
            start = path[: len(path) - len(relative)].rstrip(b"/") or b"/"
            return [(absolute(start, file.path), file) for file in files.below(sql, volume, relative)]


def _stirred(happening: Happening) -> tuple[bytes, ...]:
    """The paths of files at which there is something else now, once a happening is over."""
    match happening:
        case Appeared(path, is_folder=False, whole=True) | Closed(path) | Gone(path, is_folder=False):
            return (path,)
        case Moved(old, new, is_folder=False):
            return old, new
        case _:
            return ()


def _is_sidecar(path: bytes) -> bool:
    return naming.is_sidecar(path.rpartition(b"/")[2])


def _whole(group: list[Appeared]) -> list[bool]:
    """Whether each is whole already: moved here, or another name of a file that exists."""
    return [happening.whole or _is_linked(happening.path) for happening in group]


def _is_linked(path: bytes) -> bool:
    try:
        return os.lstat(path).st_nlink > 1
    except OSError:
        return False


def _really_gone(known: list[tuple[bytes, File]]) -> list[File]:
    return [file for path, file in known if walk.is_gone(path)]


def _folders_among(paths: list[bytes]) -> set[bytes]:
    return {path for path in paths if walk.identity(path) is not None}


def _all_facts(paths: list[bytes]) -> list[Facts | None]:
    return [walk.facts_of(path) for path in paths]
