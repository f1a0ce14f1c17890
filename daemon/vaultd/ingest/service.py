"""Ingest as the rest of the daemon sees it: what is noticed is read, and what was read is kept up."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Literal

import trio

from vaultd.catalog import failures, telling
from vaultd.catalog.store import Catalog
from vaultd.config import Config
from vaultd.ingest.apart import Towers
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.inbox import Inbox
from vaultd.ingest.keeper import Keeper
from vaultd.ingest.noticing import Noticing
from vaultd.ingest.pausing import Pausing
from vaultd.ingest.places import Places
from vaultd.ingest.pool import Sight, WorkerPool
from vaultd.ingest.receiving import Receiver
from vaultd.ingest.suspects import Suspects
from vaultd.ingest.upkeep import Upkeep
from vaultd.ingest.watched import Watched
from vaultd.models.engines import apart
from vaultd.worker import thumbnail_files
from vaultd.worker.messages import Setup
from vaultipc.errors import Paused
from vaultipc.messages import Accepted, AcceptParams, Counters, Rescanned, RootInfo


class Ingest:
    """Make it, `serve` it, ask it. `sight`: the model that answers, None for none."""

    def __init__(self, catalog: Catalog, config: Config, sight: Sight | None) -> None:
        self._catalog = catalog
        self._config = config
        size = config.ingest.workers or min(os.cpu_count() or 1, 2)
        towers = Towers(config.model.engine, size) if apart(config.model.engine) else None
        self.pool = WorkerPool(_setup(config), size, sight, towers)
        self._places = Places(catalog)
        data, library = config.library.data, config.library
        self._watched = Watched(
            catalog, self._places, library.ignore, config.mount.path, [data, thumbnail_files.home()]
        )
        self._inbox = Inbox(library.inbox, self._watched)
        self._keeper = Keeper(catalog, data / "holding", self._inbox, self._watched, self._places, self.pool)
        self._feeder = Feeder(catalog, self.pool, self._keeper, Suspects(data / "reading"), config.ingest.batch)
        self._pausing = Pausing(catalog, config.ingest, self._told_to_pause)
        self._feeder.paused = self._pausing.paused
        self.noticing = Noticing(
            catalog,
            self._places,
            self._watched,
            self._keeper,
            self._inbox,
            self._feeder,
            self.pool.warm_up,
            config.ingest.settle_ms / 1000,
        )
        self.upkeep = Upkeep(catalog, config, self._places, self.pool, self._feeder)
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
        await self.upkeep.recover()
        self._watched.refresh()
        try:
            async with trio.open_nursery() as nursery:
                await nursery.start(self.pool.serve)
                await nursery.start(self._pausing.serve)
                await nursery.start(self._feeder.serve)
                await nursery.start(self.upkeep.serve)
                await nursery.start(self.noticing.serve)
                task_status.started()
        finally:
            self.noticing.watch.close()

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
        if self.noticing.scanning:
            return "scanning"
        return "ingesting" if self.pending else "idle"

    @property
    def problem(self) -> str:
        """Why nothing can be read at present, or why it is not to be, '' if that is not so."""
        return self._feeder.problem or self._pausing.reason

    @property
    def pending(self) -> int:
        """Files that are to be read, those included that are still being written."""
        return self._feeder.pending + self.noticing.pending

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
        rereading = self.upkeep.rereading
        return (rereading.done, rereading.total) if rereading.total else None

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

    async def rescan(self, path: bytes | None = None) -> Rescanned:
        """Looks through everything, or one folder at or below a root, and says what it found. Raises NotFound."""
        tally = await self.noticing.rescan(path)
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

    def retry_failed(self) -> int:
        """Tries every quarantined file again; returns how many there are. So it does pictures without words."""
        with self._catalog.write() as tx:
            count = failures.retry(tx)
            telling.retry(tx)
        self._feeder.look_for_incomplete()
        self.upkeep.finding_words.wake()
        return count

    async def settled(self) -> None:
        """Returns when every file that was on disk at the call is stored or failed. Raises Paused."""
        await self.rescan()
        await self.read()

    async def read(self) -> None:
        """Returns when every file that was noticed before the call is stored or failed. Raises Paused."""
        await self.noticing.settled()
        waiting = self._feeder.open_ids()
        while waiting & self._feeder.open_ids():
            if self._feeder.paused:
                raise Paused(f"Reading is paused. {self._pausing.reason}".strip(), hint="`vvault resume`")
            await self._feeder.moved()

    async def accept(self, params: AcceptParams) -> Accepted:
        """Takes in a picture whose bytes are in the holding folder. Raises Refused, NotFound, DiskFull."""
        if self._config.library.inbox is not None:
            folder = self._inbox.folder()
            if self._watched.holding(folder) is None:
                await trio.to_thread.run_sync(lambda: os.makedirs(folder, exist_ok=True))
                await self.noticing.add_roots([folder])
        return await self._receiver.accept(params)


def _setup(config: Config) -> Setup:
    return Setup(
        pack=b"",
        max_pixels=config.ingest.max_pixels,
        memory_mb=config.ingest.decode_memory_mb,
        timeout_s=config.ingest.decode_timeout_s,
        thumbnails=os.fsencode(thumbnail_files.home()) if config.ingest.thumbnails else b"",
        niceness=19,
    )
