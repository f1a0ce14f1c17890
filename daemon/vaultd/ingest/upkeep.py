"""What goes on beside the reading of new files: with what was read long ago, and with what is written for others."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from vaultd.catalog.store import Catalog
from vaultd.config import Config
from vaultd.ingest.feeder import Feeder
from vaultd.ingest.kept_previews import FOLDER, KeptPreviews
from vaultd.ingest.left_sidecars import LeftSidecars
from vaultd.ingest.places import Places
from vaultd.ingest.pool import Sight, WorkerPool
from vaultd.ingest.previewing import Previews
from vaultd.ingest.reembedding import Reembedding
from vaultd.ingest.rereading import Rereading
from vaultd.ingest.telling import FindingWords
from vaultd.ingest.thumbnail_names import ThumbnailNames
from vaultd.ingest.thumbnailing import Thumbnailing
from vaultd.ingest.writing_attributes import Attributes
from vaultd.ingest.writing_back import WritingBack
from vaultd.ingest.writing_files import WritingFiles
from vaultd.ingest.writing_sidecars import Sidecars
from vaultd.worker import thumbnail_files


class Upkeep:
    """Each of its parts goes through the catalog at its own pace, and gives way to what is new.

    `rereading`: what an older version read; `finding_words`: captions and text in pictures; `thumbnailing`,
    `previews`: small pictures of theirs; `writing_back`, `writing_sidecars`, `writing_files`: what was said of them,
    into attributes, sidecars and the files themselves.
    """

    def __init__(self, catalog: Catalog, config: Config, places: Places, pool: WorkerPool, feeder: Feeder) -> None:
        self._catalog = catalog
        self._pool = pool
        self._feeder = feeder
        self._batch = config.ingest.batch
        self._reembedding: Reembedding | None = None
        home, made = thumbnail_files.home(), config.ingest.thumbnails
        self.rereading = Rereading(catalog, pool, feeder, home, busy=lambda: self._is_reembedding)
        self.finding_words = FindingWords(catalog, config, feeder, busy=lambda: self._has_better_to_do)
        self.thumbnailing = Thumbnailing(catalog, pool, feeder, home, made)
        self._thumbnail_names = ThumbnailNames(catalog, home, made)
        kept = KeptPreviews(catalog, config.library.data / FOLDER, config.ingest.previews_mb * 1_000_000)
        self.previews = Previews(catalog, pool, kept, home)
        self.writing_back = WritingBack(catalog, Attributes(), config.library.write_xattrs)
        which = config.library.write_sidecars
        self._left_sidecars = LeftSidecars(catalog, places, which != "off")
        self.writing_sidecars = WritingBack(catalog, Sidecars(catalog, which, self._left_sidecars), which != "off")
        undo_bytes = config.library.write_files_undo_mb << 20
        self.writing_files = WritingFiles(catalog, pool, config.library.data, home if made else None, undo_bytes)

    async def recover(self) -> None:
        """Finishes or takes back what was being written when the daemon ended: before anything is read."""
        await self.writing_files.recover()

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Runs until cancelled."""
        parts: tuple[Callable[..., Awaitable[None]], ...] = (
            self.rereading.serve,
            self.finding_words.serve,
            self.thumbnailing.serve,
            self._thumbnail_names.serve,
            self._left_sidecars.serve,
            self.previews.serve,
            self.writing_back.serve,
            self.writing_sidecars.serve,
        )
        async with trio.open_nursery() as nursery:
            for part in parts:
                await nursery.start(part)
            task_status.started()

    def reembedding(self, sight: Sight) -> Reembedding:
        """Vectors of another model, to be made beside all else."""
        self._reembedding = Reembedding(self._catalog, self._pool, self._feeder, sight, self._batch)
        return self._reembedding

    async def thumbnails_made(self) -> None:
        """Returns when the thumbnails that were to be renamed or made again are there. Raises Paused."""
        await self._thumbnail_names.caught_up()
        await self.thumbnailing.through()

    @property
    def _is_reembedding(self) -> bool:
        return self._reembedding is not None and not self._reembedding.closed

    @property
    def _has_better_to_do(self) -> bool:
        """Than to find words for pictures."""
        return self._is_reembedding or self.rereading.total > 0
