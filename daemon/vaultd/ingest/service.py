"""Ingest as the rest of the daemon sees it."""

from __future__ import annotations

import logging
import os
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import trio

from vaultd.catalog import failures, telling
from vaultd.catalog.roots import Root
from vaultd.catalog.store import Catalog
from vaultd.config import Config
from vaultd.ingest.apart import Towers
from vaultd.ingest.beside import Beside
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.inbox import Inbox
from vaultd.ingest.joining import Joining
from vaultd.ingest.keeper import Keeper
from vaultd.ingest.kept_previews import FOLDER, KeptPreviews
from vaultd.ingest.left_sidecars import LeftSidecars
from vaultd.ingest.live import Live
from vaultd.ingest.minder import Minder
from vaultd.ingest.overtaken import Overtaken
from vaultd.ingest.pausing import Pausing
from vaultd.ingest.places import Places
from vaultd.ingest.pool import Sight, WorkerPool
from vaultd.ingest.previewing import Previews
from vaultd.ingest.receiving import Receiver
from vaultd.ingest.reembedding import Reembedding
from vaultd.ingest.rereading import Rereading
from vaultd.ingest.scan import Scanner, Tally
from vaultd.ingest.settling import Settling
from vaultd.ingest.suspects import Suspects
from vaultd.ingest.telling import FindingWords
from vaultd.ingest.thumbnail_names import ThumbnailNames
from vaultd.ingest.thumbnailing import Thumbnailing
from vaultd.ingest.watch import FolderWatch, our_share
from vaultd.ingest.watched import Watched
from vaultd.ingest.writing_attributes import Attributes
from vaultd.ingest.writing_back import WritingBack
from vaultd.ingest.writing_files import WritingFiles
from vaultd.ingest.writing_sidecars import Sidecars
from vaultd.models.engines import apart
from vaultd.worker import thumbnail_files
from vaultd.worker.messages import Setup
from vaultipc.errors import Paused
from vaultipc.messages import Accepted, AcceptParams, Counters, Rescanned, RootInfo

logger = logging.getLogger(__name__)


class Ingest:
    """Scanning, watching, reading. Make it, `serve` it, ask it. `sight`: the model that answers, None for none."""

    def __init__(self, catalog: Catalog, config: Config, sight: Sight | None) -> None:
        self._catalog = catalog
        self._config = config
        settle_s = config.ingest.settle_ms / 1000
        size = config.ingest.workers or min(os.cpu_count() or 1, 2)
        towers = Towers(config.model.engine, size) if apart(config.model.engine) else None
        self.pool = WorkerPool(_setup(config), size, sight, towers)
        self._places = Places(catalog)
        ours = [config.library.data, thumbnail_files.home()]
        self._watched = Watched(catalog, self._places, config.library.ignore, config.mount.path, ours)
        self._watch = FolderWatch(our_share())
        self._settling = Settling(settle_s)
        self._inbox = Inbox(config.library.inbox, self._watched)
        self._keeper = Keeper(
            catalog, config.library.data / "holding", self._inbox, self._watched, self._places, self.pool
        )
        suspects = Suspects(config.library.data / "reading")
        self._feeder = Feeder(catalog, self.pool, self._keeper, suspects, config.ingest.batch)
        self._pausing = Pausing(catalog, config.ingest, self._told_to_pause)
        self._feeder.paused = self._pausing.paused
        self._reembedding: Reembedding | None = None
        self._rereading = Rereading(
            catalog, self.pool, self._feeder, thumbnail_files.home(), busy=lambda: self._is_reembedding
        )
        self.finding_words = FindingWords(catalog, config, self._feeder, busy=lambda: self._has_better_to_do)
        thumbnails = thumbnail_files.home(), config.ingest.thumbnails
        self.thumbnailing = Thumbnailing(catalog, self.pool, self._feeder, *thumbnails)
        self._thumbnail_names = ThumbnailNames(catalog, *thumbnails)
        kept = KeptPreviews(catalog, config.library.data / FOLDER, config.ingest.previews_mb * 1_000_000)
        self.previews = Previews(catalog, self.pool, kept, thumbnail_files.home())
        self.writing_back = WritingBack(catalog, Attributes(), config.library.write_xattrs)
        which = config.library.write_sidecars
        self._left_sidecars = LeftSidecars(catalog, self._places, which != "off")
        self.writing_sidecars = WritingBack(catalog, Sidecars(catalog, which, self._left_sidecars), which != "off")
        self.writing_files = WritingFiles(
            catalog,
            self.pool,
            config.library.data,
            thumbnails[0] if thumbnails[1] else None,
            config.library.write_files_undo_mb << 20,
        )
        beside, overtaken = Beside(catalog, self._places), Overtaken()
        self._scanner = Scanner(
            catalog,
            self._places,
            self._watched,
            self._watch,
            self._settling,
            self._keeper,
            beside,
            overtaken,
            settle_s,
            self._found,
        )
        self._minder = Minder(
            self._places, self._watched, self._scanner, self._inbox, self._keeper, self._feeder.counters
        )
        self._live = Live(
            catalog,
            self._places,
            self._watched,
            self._watch,
            self._settling,
            self._keeper,
            beside,
            overtaken,
            rescan=self._minder.rescan_soon,
            coming=self.pool.warm_up,
            found=self._feeder.wake,
        )
        self._joining = Joining(
            catalog,
            self._places,
            self._watched,
            self._watch,
            self._scanner,
            joined=self._joined,
            left=self._feeder.wake,
        )
        self._receiver = Receiver(
            catalog, self.pool, self._keeper, self._inbox, incomplete=self._feeder.look_for_incomplete
        )

    @property
    def watched(self) -> Watched:
        """The roots as they are now."""
        return self._watched

    @property
    def inbox(self) -> Inbox:
        """What gives files that come from outside their names."""
        return self._inbox

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled. Ready when the watched folders are known; their scan goes on in the background."""
        await trio.to_thread.run_sync(self._keeper.prepare)
        await self._places.refresh()
        await self.writing_files.recover()
        self._watched.refresh()
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(self.pool.serve)
                await nursery.start(self._pausing.serve)
                await nursery.start(self._live.serve)
                await nursery.start(self._feeder.serve)
                await nursery.start(self._rereading.serve)
                await nursery.start(self.finding_words.serve)
                await nursery.start(self.thumbnailing.serve)
                await nursery.start(self._thumbnail_names.serve)
                await nursery.start(self._left_sidecars.serve)
                await nursery.start(self._minder.serve)
                await nursery.start(self.previews.serve)
                await nursery.start(self.writing_back.serve)
                await nursery.start(self.writing_sidecars.serve)
                task_status.started()
        finally:
            self._watch.close()

    # ---- how it is doing -----------------------------------------------------------------------------------------

    @property
    def holding(self) -> Path:
        """The folder for bytes that are to be accepted."""
        return self._keeper.folder

    @property
    def state(self) -> Literal["scanning", "ingesting", "idle", "paused"]:
        """What it is doing."""
        if self._feeder.paused or self._feeder.lacks_room:
            return "paused"
        if self._scanner.waiting or self._minder.is_asked:
            return "scanning"
        return "ingesting" if self.pending else "idle"

    @property
    def problem(self) -> str:
        """Why nothing can be read at present, or why it is not to be, '' if that is not so."""
        return self._feeder.problem or self._pausing.reason

    @property
    def pending(self) -> int:
        """Files that are to be read, those included that are still being written."""
        return self._feeder.pending + len(self._settling) + self._live.busy

    @property
    def rate_per_s(self) -> float:
        """Files read a second, over the last half minute."""
        return round(self._feeder.progress.rate_per_s(trio.current_time()), 2)

    @property
    def eta_s(self) -> float | None:
        """Seconds until nothing is pending, None while that cannot be told."""
        return self._feeder.progress.eta_s(self.pending, trio.current_time())

    @property
    def counters(self) -> Counters:
        """What was done since the start."""
        return self._feeder.counters

    @property
    def reread(self) -> tuple[int, int] | None:
        """Of the contents that an older version read, how many were read again, and all; None where there are none."""
        return (self._rereading.done, self._rereading.total) if self._rereading.total else None

    @property
    def lacks_watches(self) -> str:
        """What to do about folders that are looked through now and then because no more may be watched, '' for none."""
        return self._watch.more if self._watched.unwatched else ""

    def passed_over(self) -> Counter[str]:
        """How many files of each kind were left out when the folders were last looked through (formats.passed_over)."""
        counts = Counter[str]()
        for root in self._watched.roots:
            counts.update(self._watched.passed_over.get(root.id, {}))
        return counts

    def root_states(self) -> list[RootInfo]:
        """The watched folders, in the order in which results prefer them."""
        return self._watched.infos()

    # ---- what it is asked to do ----------------------------------------------------------------------------------

    async def add_roots(self, paths: Iterable[bytes]) -> None:
        """Watches folders. One inside a watched folder is watched already; one around others takes them over.

        Raises NotFound, and Refused for a folder that is, holds or lies in a mount of ours; then none is added.
        """
        await self._joining.add(paths)

    async def remove_root(self, path: bytes, forget: bool) -> None:
        """Watches a folder no more. Tags and vectors are kept, unless told to forget. Raises NotFound."""
        await self._joining.remove(path, forget)

    def _joined(self, root: Root) -> None:
        self._watched.mark(root, "scanning")
        self._minder.rescan_soon(root.folder)

    async def rescan(self, path: bytes | None = None) -> Rescanned:
        """Looks through everything, or one folder at or below a root, and says what it found. Raises NotFound."""
        tally = Tally()
        if path is None:
            await self._rescan_everything(tally)
        else:
            folder = await trio.to_thread.run_sync(os.path.realpath, path)
            inside = self._watched.holding(folder)
            tally.add(await self._scanner.scan(inside or await self._joining.at(path), folder if inside else None))
        with self._catalog.read() as sql:
            failed = len(failures.listing(sql))
        return Rescanned(
            seen=tally.seen,
            added=tally.added,
            moved=tally.moved,
            changed=tally.changed,
            missing=tally.missing,
            failed=failed,
        )

    async def _rescan_everything(self, tally: Tally) -> None:
        async def rescan(root: Root) -> None:
            tally.add(await self._scanner.scan(root))

        try:
            async with trio.open_nursery() as nursery:
                for root in self._watched.roots:
                    nursery.start_soon(rescan, root)
        except ExceptionGroup as problems:
            raise problems.exceptions[0] from None

    def pause(self) -> None:
        """Reads nothing until `resume`; what is being read is finished, and changes are still noticed.

        Raises sqlite3.OperationalError if that cannot be kept for the next start.
        """
        self._pausing.pause()

    def resume(self) -> None:
        """Goes on reading, also on battery or under load. Raises as `pause`."""
        self._pausing.resume()

    def _told_to_pause(self) -> None:
        self._feeder.paused = self._pausing.paused
        self._feeder.wake()

    def use(self, sight: Sight) -> None:
        """What is read from now on is seen with this model; what is being read is finished with the one it had."""
        self.pool.sight = sight
        self._feeder.look_for_incomplete()

    def reembedding(self, sight: Sight) -> Reembedding:
        """Vectors of another model, to be made beside all else."""
        self._reembedding = Reembedding(self._catalog, self.pool, self._feeder, sight, self._config.ingest.batch)
        return self._reembedding

    @property
    def _is_reembedding(self) -> bool:
        return self._reembedding is not None and not self._reembedding.closed

    @property
    def _has_better_to_do(self) -> bool:
        """Than to find words for pictures."""
        return self._is_reembedding or self._rereading.total > 0

    def retry_failed(self) -> int:
        """Tries every quarantined file again; returns how many there are. So it does pictures without words."""
        with self._catalog.write() as tx:
            count = failures.retry(tx)
            telling.retry(tx)
        self._feeder.look_for_incomplete()
        self.finding_words.wake()
        return count

    async def settled(self) -> None:
        """Returns when every file that was on disk at the call is stored or failed. Raises Paused."""
        await self.rescan()
        await self.read()

    async def read(self) -> None:
        """Returns when every file that was noticed before the call is stored or failed. Raises Paused."""
        settling = self._settling.paths
        while settling & self._settling.paths:
            self._live.stir()
            await trio.sleep(0.02)
        waiting = self._feeder.open_ids()
        while waiting & self._feeder.open_ids():
            if self._feeder.paused:
                raise Paused(f"Reading is paused. {self._pausing.reason}".strip(), hint="`vvault resume`")
            await self._feeder.moved()

    async def thumbnails_made(self) -> None:
        """Returns when the thumbnails that were to be renamed or made again are there. Raises Paused."""
        await self._thumbnail_names.caught_up()
        await self.thumbnailing.through()

    async def accept(self, params: AcceptParams) -> Accepted:
        """Takes in a picture whose bytes are in the holding folder. Raises Refused, NotFound, DiskFull."""
        if self._config.library.inbox is not None:
            folder = self._inbox.folder()
            if self._watched.holding(folder) is None:
                await trio.to_thread.run_sync(lambda: os.makedirs(folder, exist_ok=True))
                await self.add_roots([folder])
        return await self._receiver.accept(params)

    def _found(self) -> None:
        self._live.stir()
        self._feeder.wake()


def _setup(config: Config) -> Setup:
    return Setup(
        pack=b"",
        max_pixels=config.ingest.max_pixels,
        memory_mb=config.ingest.decode_memory_mb,
        timeout_s=config.ingest.decode_timeout_s,
        thumbnails=os.fsencode(thumbnail_files.home()) if config.ingest.thumbnails else b"",
        niceness=19,
    )
