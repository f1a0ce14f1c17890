"""How it is noticed which files there are: folders are looked through, and watched from then on."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import trio

from vaultd.catalog.roots import Root
from vaultd.catalog.store import Catalog
from vaultd.ingest.beside import Beside
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.inbox import Inbox
from vaultd.ingest.joining import Joining
from vaultd.ingest.keeper import Keeper
from vaultd.ingest.live import Live
from vaultd.ingest.minder import Minder
from vaultd.ingest.overtaken import Overtaken
from vaultd.ingest.places import Places
from vaultd.ingest.scan import Scanner, Tally
from vaultd.ingest.settling import Settling
from vaultd.ingest.watch import FolderWatch, our_share
from vaultd.ingest.watched import Watched


class Noticing:
    """What it notices is in the catalog; `feeder` is woken to read it. `coming`: called when a file is about to be."""

    def __init__(
        self,
        catalog: Catalog,
        places: Places,
        watched: Watched,
        keeper: Keeper,
        inbox: Inbox,
        feeder: Feeder,
        coming: Callable[[], None],
        settle_s: float,
    ) -> None:
        self._watched = watched
        self._feeder = feeder
        self.watch = watch = FolderWatch(our_share())
        self.settling = settling = Settling(settle_s)
        beside, overtaken = Beside(catalog, places), Overtaken()
        folders = (catalog, places, watched, watch)
        aside = (settling, keeper, beside, overtaken)
        self._scanner = Scanner(*folders, *aside, settle_s, self._found)
        self._minder = Minder(places, watched, self._scanner, inbox, keeper, feeder.counters)
        self._live = Live(*folders, *aside, rescan=self._minder.rescan_soon, coming=coming, found=feeder.wake)
        self._joining = Joining(*folders, self._scanner, joined=self._joined, left=feeder.wake)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled. Ready when the watched folders are known; their scan goes on in the background."""
        async with trio.open_nursery() as nursery:
            await nursery.start(self._live.serve)
            await nursery.start(self._minder.serve)
            task_status.started()

    # ---- how it is doing -----------------------------------------------------------------------------------------

    @property
    def scanning(self) -> bool:
        """Whether a folder is looked through, or is to be."""
        return bool(self._scanner.waiting) or self._minder.is_asked

    @property
    def pending(self) -> int:
        """Files that are still being written, and what happened to others that was not looked at yet."""
        return len(self.settling) + self._live.busy

    @property
    def lacks_watches(self) -> str:
        """What to do about folders that are looked through now and then because no more may be watched, '' for none."""
        return self.watch.more if self._watched.unwatched else ""

    async def settled(self) -> None:
        """Returns when every file that was being written at the call is whole, and noticed."""
        writing = self.settling.paths
        while writing & self.settling.paths:
            self._live.stir()
            await trio.sleep(0.02)

    # ---- what it is asked to do ----------------------------------------------------------------------------------

    async def add_roots(self, paths: Iterable[bytes]) -> None:
        """Watches folders. One inside a watched folder is watched already; one around others takes them over.

        Raises NotFound, and Refused for a folder that is, holds or lies in a mount of ours; then none is added.
        """
        await self._joining.add(paths)

    async def remove_root(self, named: bytes | int, forget: bool) -> None:
        """Watches a folder, named by its path or its id, no more. Tags and vectors are kept, unless told to forget.

        Raises NotFound.
        """
        await self._joining.remove(named, forget)

    async def rescan(self, path: bytes | None = None) -> Tally:
        """Looks through everything, or one folder at or below a root, and says what it found. Raises NotFound."""
        if path is None:
            return await self._rescan_everything()
        folder = await trio.to_thread.run_sync(os.path.realpath, path)
        inside = self._watched.holding(folder)
        return await self._scanner.scan(inside or await self._joining.at(path), folder if inside else None)

    async def _rescan_everything(self) -> Tally:
        tally = Tally()

        async def rescan(root: Root) -> None:
            tally.add(await self._scanner.scan(root))

        try:
            async with trio.open_nursery() as nursery:
                for root in self._watched.roots:
                    nursery.start_soon(rescan, root)
        except ExceptionGroup as problems:
            raise problems.exceptions[0] from None
        return tally

    def _joined(self, root: Root) -> None:
        self._watched.mark(root, "scanning")
        self._minder.rescan_soon(root.folder)

    def _found(self) -> None:
        self._live.stir()
        self._feeder.wake()
