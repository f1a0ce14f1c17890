"""The roots as they are now: their folders, their states, and what is passed over in them."""

from __future__ import annotations

import os
import time
from collections import Counter
from pathlib import Path
from typing import Literal

import trio

from vaultd.catalog import roots
from vaultd.catalog.roots import Root
from vaultd.catalog.store import Catalog
from vaultd.domain.globs import compiled
from vaultd.ingest import mountinfo
from vaultd.ingest.ignore import Rules
from vaultd.ingest.places import Places
from vaultipc.codec import display
from vaultipc.messages import RootInfo

State = Literal["scanning", "watching", "polling", "offline", "unreadable"]
_AWAY: frozenset[State] = frozenset({"offline", "unreadable"})


class Watched:
    """Every root that was not removed. `refresh` after the catalog's roots changed."""

    def __init__(
        self, catalog: Catalog, places: Places, patterns: tuple[str, ...], mount: Path, ours: list[Path]
    ) -> None:
        self._catalog = catalog
        self._places = places
        self._patterns = compiled(patterns)
        self._mount = os.fsencode(mount)
        self._ours = frozenset(map(os.fsencode, ours))
        self._roots: list[Root] = []
        self._states: dict[int, State] = {}
        self.polled: set[int] = set()
        """Roots with folders of which the kernel does not tell what happens: they are looked through now and then."""
        self.unwatched: set[int] = set()
        """Those among them that have more folders than may be watched."""
        self.leaving: set[int] = set()
        """Roots that are being removed: a scan of one ends early."""
        self.passed_over: dict[int, Counter[str]] = {}
        """How many files of each kind the last scan of a root left out: videos, and what a package is missing for."""
        self._scanned: dict[int, tuple[float, float]] = {}
        """When the last scan of a root ended, on the monotonic clock, and the seconds that it took."""
        self._identities: dict[int, tuple[int, int] | None] = {}
        """Which folder a root was when it was last looked through (walk.identity)."""
        self._counted: tuple[int, dict[int, int]] = (-1, {})
        """Files by root, and of which state of the rows."""

    def refresh(self) -> None:
        """Reads the roots from the catalog."""
        with self._catalog.read() as sql:
            self._roots = roots.watched(sql)

    @property
    def roots(self) -> list[Root]:
        """In the order in which results prefer them."""
        return list(self._roots)

    def holding(self, path: bytes) -> Root | None:
        """The root that an absolute path lies in."""
        inside = [root for root in self._roots if root.folder and mountinfo.is_within(path, root.folder)]
        return max(inside, key=lambda root: len(root.folder or b""), default=None)

    def by_id(self, root_id: int) -> Root | None:
        """The root of this id, None if it was removed."""
        return next((root for root in self._roots if root.id == root_id), None)

    def skipped(self) -> frozenset[bytes]:
        """Folders never to be entered: those this program writes to by itself, and where it is, or will be, mounted."""
        return self.mounts() | self._ours

    def mounts(self) -> frozenset[bytes]:
        """Where our own file system is, or will be, mounted."""
        return self._places.our_mounts() | {self._mount}

    async def rules(self, folder: bytes) -> Rules:
        """What is passed over in a folder of a root."""
        return await trio.to_thread.run_sync(self._rules, folder, abandon_on_cancel=True)

    def _rules(self, folder: bytes) -> Rules:
        root = self.holding(folder)
        top = root.folder if root is not None and root.folder else folder
        rules = Rules(top, self._patterns).within(top)
        for end in [at for at in range(len(top) + 1, len(folder) + 1) if folder[at : at + 1] in (b"/", b"")]:
            rules = rules.within(folder[:end])
        return rules

    def mark(self, root: Root, state: State) -> None:
        """Notes what is going on with a root; that its files cannot be reached, or can again, goes into the log."""
        before = self._states.get(root.id, "watching")
        self._states[root.id] = state
        if (before in _AWAY) != (state in _AWAY):
            with self._catalog.write() as tx:
                tx.changed("root", root.id)

    def is_another(self, root: Root, identity: tuple[int, int] | None) -> bool:
        """Whether another folder than the one that was last looked through has the root's name now."""
        return self._identities.get(root.id, identity) != identity

    def looked_anew(self, root: Root, identity: tuple[int, int] | None) -> None:
        """A scan of the root begins, which finds out whether the kernel tells what happens in it."""
        self._identities[root.id] = identity
        if root.id not in self.unwatched:
            self.polled.discard(root.id)

    def leave_unwatched(self, root: Root) -> None:
        """Some of its folders may not be watched. May be called from any thread."""
        self.polled.add(root.id)
        self.unwatched.add(root.id)
        if self._states.get(root.id) == "watching":
            self._states[root.id] = "polling"

    def rest(self, root: Root, took_s: float) -> None:
        """A scan of the root ended."""
        self._scanned[root.id] = (time.monotonic(), took_s)
        self.mark(root, "polling" if root.id in self.polled else "watching")

    def is_late(self, root: Root, pause_s: float, share: float) -> bool:
        """Whether a scan ended so long ago: `pause_s` at least, and `share` times what it took."""
        ended, took_s = self._scanned.get(root.id, (0.0, 0.0))
        return ended + max(pause_s, share * took_s) < time.monotonic()

    def state(self, root: Root) -> State:
        """What is going on with a root."""
        return self._states.get(root.id, "scanning" if root.folder else "offline")

    def infos(self) -> list[RootInfo]:
        """For the status, in order."""
        counts, found = self._file_counts(), []
        for root in self._roots:
            path, exact = display(root.shown)
            files = counts.get(root.id, 0)
            found.append(RootInfo(id=str(root.id), path=path, path_b64=exact, state=self.state(root), files=files))
        return found

    def _file_counts(self) -> dict[int, int]:
        """Of each root; counted again only after a row has changed, for pages ask every few seconds."""
        changed = self._catalog.rows_changed()
        if self._counted[0] != changed:
            with self._catalog.read() as sql:
                self._counted = (changed, roots.file_counts(sql))
        return self._counted[1]
