"""Looking through a root, or a folder of one: what is new, changed, moved, or gone."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import trio

from vaultd.catalog import files
from vaultd.catalog.files import File
from vaultd.catalog.roots import Root
from vaultd.catalog.store import Catalog
from vaultd.domain.facts import Facts
from vaultd.domain.paths import absolute
from vaultd.ingest import attaching, walk
from vaultd.ingest.attaching import Looked
from vaultd.ingest.beside import Beside
from vaultd.ingest.ignore import Rules
from vaultd.ingest.keeper import Keeper
from vaultd.ingest.observe import Seen, observe
from vaultd.ingest.overtaken import Overtaken
from vaultd.ingest.places import Places
from vaultd.ingest.settling import Settling
from vaultd.ingest.walk import Folder, Listing
from vaultd.ingest.watch import FolderWatch, WatchLimit
from vaultd.ingest.watched import Watched

logger = logging.getLogger(__name__)

NS = 1_000_000_000
TOGETHER = 500
TOGETHER_S = 0.01
"""Files in one transaction, and how long it may take: everybody else waits meanwhile, a question several times."""


@dataclass
class Tally:
    """What a scan found, in files."""

    seen: int = 0
    added: int = 0
    moved: int = 0
    changed: int = 0
    missing: int = 0

    def add(self, other: Tally) -> None:
        """Sums up several scans."""
        self.seen += other.seen
        self.added += other.added
        self.moved += other.moved
        self.changed += other.changed
        self.missing += other.missing


@dataclass
class _Walk:
    """A scan under way."""

    root: Root
    folder: bytes
    tally: Tally = field(default_factory=Tally)
    passed_over: Counter[str] = field(default_factory=Counter)
    folders: set[bytes] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)
    settling: set[bytes] = field(default_factory=set)
    sidecars: set[bytes] = field(default_factory=set)
    listed: float = 0.0
    """When the listing of the folders at hand began, on the monotonic clock."""


class Scanner:
    """Scans run one after the other, but that a share on the network, which may answer slowly or not at all, holds up
    nobody else; each is many short transactions, so that searches and events go on.

    `found` is told whenever there may be something to read.
    """

    def __init__(
        self,
        catalog: Catalog,
        places: Places,
        watched: Watched,
        watch: FolderWatch,
        settling: Settling,
        keeper: Keeper,
        beside: Beside,
        overtaken: Overtaken,
        settle_s: float,
        found: Callable[[], None],
    ) -> None:
        self._catalog = catalog
        self._places = places
        self._watched = watched
        self._watch = watch
        self._settling = settling
        self._keeper = keeper
        self._beside = beside
        self._overtaken = overtaken
        self._settle_ns = int(settle_s * NS)
        self._found = found
        self._told: set[bytes] = set()
        self._local = trio.Lock()
        self._shares: dict[int, trio.Lock] = {}
        self._under_way: dict[int, trio.CancelScope] = {}
        self.waiting = 0
        """Scans that run or wait for their turn."""

    def turn(self, root: Root) -> trio.Lock:
        """Held while a scan of the root runs, and by whoever must not have one run."""
        return self._shares.setdefault(root.id, trio.Lock()) if root.kind == "network" else self._local

    def stop(self, root: Root) -> None:
        """Ends a scan of the root at once, be its disk answering or not."""
        if root.id in self._under_way:
            self._under_way[root.id].cancel()

    async def scan(self, root: Root, folder: bytes | None = None) -> Tally:
        """Looks through a root, or through one folder of it; an offline root has nothing to say."""
        self.waiting += 1
        try:
            async with self.turn(root):
                await self._places.refresh()
                self._watched.refresh()
                current = self._watched.by_id(root.id)
                if current is None or current.folder is None:
                    if current is not None:
                        self._watched.mark(current, "offline")
                    return Tally()
                walked = _Walk(current, folder or current.folder)
                with trio.CancelScope() as self._under_way[root.id], self._overtaken.scanning():
                    await self._scan(walked, whole=folder is None)
                return walked.tally
        finally:
            self.waiting -= 1

    async def _scan(self, walked: _Walk, whole: bool) -> None:
        begun = time.monotonic()
        if whole:
            await self._begin(walked)
        problem = await self._walk(walked, await self._watched.rules(walked.folder))
        await self._places.refresh()  # a drive that was pulled out meanwhile took nothing away
        await self._find_missing(walked)
        if problem is not None and whole:
            self._watch.remove(walked.folder)
            gone = isinstance(problem, FileNotFoundError | NotADirectoryError)
            self._watched.mark(walked.root, "offline" if gone else "unreadable")
            logger.warning("a watched folder cannot be read: %s", problem.strerror)
            logger.debug("it is %a", os.fsdecode(walked.folder))
        elif whole:
            self._watched.passed_over[walked.root.id] = walked.passed_over
            self._watched.rest(walked.root, time.monotonic() - begun)

    async def _begin(self, walked: _Walk) -> None:
        """Of a folder that was replaced, everything that is watched may be elsewhere by now."""
        identity = await trio.to_thread.run_sync(walk.identity, walked.folder, abandon_on_cancel=True)
        if self._watched.is_another(walked.root, identity):
            self._watch.remove(walked.folder)
        self._watched.looked_anew(walked.root, identity)
        self._watched.mark(walked.root, "scanning")

    async def _walk(self, walked: _Walk, rules: Rules) -> OSError | None:
        """Lists everything; returns why the first folder could not be listed."""
        stack = [Folder(walked.folder, rules, None)]
        skipped = self._watched.skipped()
        problem = None

        def watch(folder: bytes) -> None:
            self._watch_folder(walked.root, folder)

        while stack and walked.root.id not in self._watched.leaving:
            walked.listed = time.monotonic()
            # Asking the disk may last for ever, so that it is left alone when this ends. Asking the catalog is not.
            listings = await trio.to_thread.run_sync(walk.walk_slice, stack, skipped, watch, abandon_on_cancel=True)
            known = await trio.to_thread.run_sync(self._unchanged, walked.root, listings)
            if not self._is_there(walked):
                break
            for listing, unchanged in zip(listings, known, strict=True):
                walked.folders.add(listing.folder.path)
                if listing.problem is not None and listing.folder.path == walked.folder:
                    problem = listing.problem
                elif listing.problem is not None:
                    self._tell(listing.folder.path, listing.problem)
                await self._keep(walked, listing, unchanged)
        if not stack:
            self._watch.remove(walked.folder, besides=walked.folders)  # gone unnoticed, or passed over by now
        return problem

    def _is_there(self, walked: _Walk) -> bool:
        """Whether the paths that were found still mean the root's volume: a drive may be pulled out at any moment."""
        return self._places.is_at(walked.root.volume, walked.root.mount_point)

    def _unchanged(self, root: Root, listings: list[Listing]) -> list[dict[bytes, int]]:
        """For each folder the files that are just as the catalog says, with their ids. Runs in a thread.

        Nearly all of a library that was looked through before are: nobody has to wait while they are compared.
        """
        with self._catalog.read() as sql:
            return [_just_as_known(sql, self._places, root, listing) for listing in listings]

    def _tell(self, folder: bytes, problem: OSError) -> None:
        """Says once that a folder is left out; one that went away in this moment is no news."""
        if folder not in self._told and not isinstance(problem, FileNotFoundError | NotADirectoryError):
            self._told.add(folder)
            logger.warning("a folder is left out: %s", problem.strerror)
            logger.debug("it is %a", os.fsdecode(folder))

    def _watch_folder(self, root: Root, folder: bytes) -> None:
        """Runs in a thread. Where the kernel tells nothing, the root is looked through periodically."""
        if self._places.is_silent(folder):
            self._watched.polled.add(root.id)
        elif root.id not in self._watched.unwatched:
            try:
                self._watch.add(folder)
            except WatchLimit as limit:
                given_back = [self._watched.holding(given) for given in limit.given_back]
                for lacking in [root, *filter(None, given_back)]:
                    self._watched.leave_unwatched(lacking)
                logger.warning("the limit of watched folders is reached, the rest is polled: %s", limit)

    async def _keep(self, walked: _Walk, listing: Listing, unchanged: Mapping[bytes, int]) -> None:
        """Brings the catalog up to date about the files of one folder."""
        if listing.problem is not None or not self._is_there(walked):
            return
        if listing.folder.device != listing.device:
            await self._places.volume_of(listing.folder.path)
            if not self._is_there(walked):
                return
        now = time.time_ns()
        ripe: list[tuple[bytes, Facts]] = []
        for path, facts in listing.files:
            if path in unchanged and path not in self._settling:
                walked.seen.add(unchanged[path])
            elif self._is_fresh(walked.root, path, facts, now):
                self._settling.seen(path, facts, trio.current_time())
                walked.settling.add(path)
            else:
                ripe.append((path, facts))
        walked.tally.seen += len(listing.files)
        walked.passed_over.update(listing.passed_over)
        for start in range(0, len(ripe), TOGETHER):
            await self._observe(walked, ripe[start : start + TOGETHER])
        if listing.sidecars and self._is_there(walked):
            walked.sidecars.update(path for path, _ in listing.sidecars)
            await self._beside.listed(listing.sidecars)
        if ripe or walked.settling or listing.sidecars:
            self._found()

    async def _observe(self, walked: _Walk, ripe: list[tuple[bytes, Facts]]) -> None:
        looked, done = await attaching.look(self._catalog, self._places, ripe), 0
        while done < len(ripe):
            done += self._note(walked, ripe[done:], looked)
            await trio.lowlevel.checkpoint()

    def _note(self, walked: _Walk, ripe: list[tuple[bytes, Facts]], looked: Mapping[bytes, Looked]) -> int:
        """Writes down the first of these files, as many as a moment allows; returns how many."""
        if not self._is_there(walked):
            return len(ripe)
        until = time.perf_counter() + TOGETHER_S
        with self._catalog.write() as tx:
            for done, (path, facts) in enumerate(ripe, start=1):
                if self._overtaken.is_since(path, walked.listed):
                    continue  # what is missing of it by now is met among the unmet
                volume, relative = self._places.locate(path)
                file, finding = observe(tx, Seen(walked.root.id, volume, relative, facts))
                attaching.keep(tx, file, looked.get(path))
                walked.seen.add(file)
                walked.tally.added += finding == "added"
                walked.tally.moved += finding == "moved"
                walked.tally.changed += finding == "changed"
                if time.perf_counter() > until:
                    return done
        return len(ripe)

    def _is_fresh(self, root: Root, path: bytes, facts: Facts, now: int) -> bool:
        """Whether somebody may still be writing the file: it waits for, or it changed a moment ago."""
        if path in self._settling:
            return True
        if not 0 <= now - facts.mtime_ns < self._settle_ns:
            return False
        volume, relative = self._places.locate(path)
        with self._catalog.read() as sql:
            known = files.at(sql, volume, relative)
        return known is None or not known.holds(facts)

    async def _find_missing(self, walked: _Walk) -> None:
        """Files that were here and were not met: gone, or passed over now. What cannot be told stays as it is."""
        if walked.root.id in self._watched.leaving:
            return
        skipped = self._watched.skipped()
        rules = await self._watched.rules(walked.folder)
        await self._beside.gone(walked.folder, walked.sidecars, _ignoring(walked.folder, rules, skipped))
        unmet = await trio.to_thread.run_sync(self._unmet, walked)
        if not unmet:
            return
        gone = await trio.to_thread.run_sync(_gone, unmet, walked.folder, rules, skipped, abandon_on_cancel=True)
        walked.tally.missing += await self._keeper.mark_missing(gone)

    def _unmet(self, walked: _Walk) -> list[tuple[bytes, File]]:
        """Every present file of the folder, on volumes that are online, that was not met; with its absolute path."""
        try:
            inside = self._places.below(walked.folder)
        except LookupError:
            return []
        found = []
        for volume in inside:
            place = volume.mount_point or b"/"
            start = walked.folder[len(place) :].lstrip(b"/") if walked.folder.startswith(place) else b""
            with self._catalog.read() as sql:
                for file in files.below(sql, volume.id, start):
                    path = absolute(place, file.path)
                    if file.root == walked.root.id and file.id not in walked.seen and path not in walked.settling:
                        found.append((path, file))
        return found


def _just_as_known(sql: sqlite3.Connection, places: Places, root: Root, listing: Listing) -> dict[bytes, int]:
    """The files of a folder of which the catalog knows all that stat tells, with their ids."""
    if not listing.files or listing.folder.device not in (None, listing.device):
        return {}  # another file system begins here, of which the catalog need not know yet
    try:
        volume, folder = places.locate(listing.folder.path)
    except LookupError:
        return {}
    start = folder + b"/" if folder else b""
    facts = {start + path.rpartition(b"/")[2]: (path, facts) for path, facts in listing.files}
    found = {}
    for file in files.these(sql, volume, list(facts)):
        path, now = facts[file.path]
        if file.is_settled(root.id, now):
            found[path] = file.id
    return found


def _gone(unmet: list[tuple[bytes, File]], top: bytes, rules: Rules, skipped: frozenset[bytes]) -> list[File]:
    """Those that are certainly no files of the library any more. Asks the disk about each."""
    is_ignored = _ignoring(top, rules, skipped)
    return [file for path, file in unmet if walk.is_gone(path) or is_ignored(path)]


def _ignoring(top: bytes, rules: Rules, skipped: frozenset[bytes]) -> Callable[[bytes], bool]:
    """Whether a file below `top` is passed over. To be asked in one thread: it reads and remembers folders' rules."""
    within: dict[bytes, tuple[Rules, bool]] = {top: (rules, False)}
    return lambda path: _is_ignored(path, within, skipped)


def _is_ignored(path: bytes, within: dict[bytes, tuple[Rules, bool]], skipped: frozenset[bytes]) -> bool:
    rules, ignored = _of_folder(path.rpartition(b"/")[0], within, skipped)
    return ignored or rules.ignores(path, is_folder=False)


def _of_folder(folder: bytes, within: dict[bytes, tuple[Rules, bool]], skipped: frozenset[bytes]) -> tuple[Rules, bool]:
    """The rules in a folder, and whether it is passed over itself; remembered in `within`."""
    if folder not in within:
        above, ignored = _of_folder(folder.rpartition(b"/")[0], within, skipped)
        ignored = ignored or folder in skipped or above.ignores(folder, is_folder=True)
        within[folder] = (above.within(folder), ignored)
    return within[folder]
