"""Folders join those that are watched, and leave them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable

import trio

from vaultd.catalog import roots
from vaultd.catalog.roots import Root
from vaultd.catalog.store import Catalog
from vaultd.domain.paths import require_folder
from vaultd.ingest.mountinfo import is_within
from vaultd.ingest.places import Places
from vaultd.ingest.scan import Scanner
from vaultd.ingest.watch import FolderWatch
from vaultd.ingest.watched import Watched
from vaultipc.errors import NotFound, Refused


class Joining:
    """Adds and removes roots. `joined` is told of each new one, `left` that one is gone."""

    def __init__(
        self,
        catalog: Catalog,
        places: Places,
        watched: Watched,
        watch: FolderWatch,
        scanner: Scanner,
        *,
        joined: Callable[[Root], None],
        left: Callable[[], None],
    ) -> None:
        self._catalog = catalog
        self._places = places
        self._watched = watched
        self._watch = watch
        self._scanner = scanner
        self._joined = joined
        self._left = left

    async def add(self, paths: Iterable[bytes]) -> None:
        """Watches folders. One inside a watched folder is watched already; one around others takes them over.

        Raises NotFound, and Refused for a folder that is, holds or lies in a mount of ours; then none is added.
        """
        await self._places.refresh()
        skipped, mounts = self._watched.skipped(), self._watched.mounts()
        wanted = [await trio.to_thread.run_sync(checked, path, skipped, mounts) for path in paths]
        for folder in wanted:
            if self._watched.holding(folder) is None:
                self._joined(await self._join(folder))

    async def remove(self, named: bytes | int, forget: bool) -> None:
        """Watches a folder, named by its path or its id, no more. Tags and vectors are kept, unless told to forget.

        Raises NotFound.
        """
        root = self._of(named) if isinstance(named, int) else await self.at(named)
        self._watched.leaving.add(root.id)
        self._scanner.stop(root)
        async with self._scanner.turn(root):
            if root.folder is not None:
                self._watch.remove(root.folder)
            with self._catalog.write() as tx:
                if forget:
                    roots.forget(tx, root.id)
                else:
                    roots.remove(tx, root.id)
            self._watched.refresh()
            self._watched.leaving.discard(root.id)
        self._left()

    async def at(self, path: bytes) -> Root:
        """The root shown so; only if there is none is the disk asked, which may not answer. Raises NotFound."""
        # Where one drive was, another may be now: what is there comes last, and is taken.
        by_name = {root.shown: root for root in sorted(self._watched.roots, key=lambda root: root.folder is not None)}
        root = by_name.get(os.path.normpath(path))  # noqa: ASYNC240 (asks no disk)
        if root is None:
            found = await trio.to_thread.run_sync(os.path.realpath, path, abandon_on_cancel=True)
            root = by_name.get(found)
        if root is not None:
            return root
        raise NotFound(f"{_shown(path)} is not a watched folder", hint="`vvault roots` lists them")

    def _of(self, root_id: int) -> Root:
        root = self._watched.by_id(root_id)
        if root is None:
            raise NotFound(f"there is no watched folder {root_id}", hint="`vvault roots` lists them")
        return root

    async def _join(self, folder: bytes) -> Root:
        await self._places.volume_of(folder)
        async with contextlib.AsyncExitStack() as turns:
            for turn in {id(turn): turn for turn in map(self._scanner.turn, self._inside(folder))}.values():
                await turns.enter_async_context(turn)
            if self._watched.holding(folder) is None:  # nobody added it while this waited for its turn
                self._store(folder)
                self._watched.refresh()
        found = self._watched.holding(folder)
        if found is None:
            raise AssertionError("a root just added is watched")
        return found

    def _store(self, folder: bytes) -> None:
        """Adds a root, which takes over the files of the roots inside it."""
        inner = [root.id for root in self._inside(folder)]
        with self._catalog.write() as tx:
            outer = roots.add(tx, *self._places.locate(folder))
            for root in inner:
                roots.absorb(tx, outer, root)

    def _inside(self, folder: bytes) -> list[Root]:
        """The roots that a root at this folder takes over."""
        return [root for root in self._watched.roots if root.folder is not None and is_within(root.folder, folder)]


def checked(path: bytes, skipped: frozenset[bytes], mounts: frozenset[bytes]) -> bytes:
    """The folder without symbolic links.

    `skipped`: folders of ours, which are no library; `mounts`: those among them that must not even lie in one. Raises
    NotFound, Refused.
    """
    shown = _shown(path)
    if not path.startswith(b"/"):
        raise Refused(f"“{shown}” is not an absolute path", hint="give the full path of the folder")
    folder = os.path.realpath(path)
    for ours in skipped:
        if is_within(folder, ours):
            raise Refused(f"{shown} belongs to Visionary Vault itself", hint="add the folder with the originals")
        if ours in mounts and is_within(ours, folder):
            raise Refused(
                f"{shown} contains {_shown(ours)}, where Visionary Vault's own folders are mounted",
                hint="add the folders beside it, or move the mount with [mount] path",
            )
    require_folder(path)
    return folder


def _shown(path: bytes) -> str:
    return os.fsdecode(path).encode("utf-8", "replace").decode()
