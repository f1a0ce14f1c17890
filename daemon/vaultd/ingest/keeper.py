"""Bytes written into the mount, until it is certain that they exist elsewhere."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path

import trio

from vaultd.catalog import files, holdings, images, sidecars
from vaultd.catalog.files import File
from vaultd.catalog.holdings import Holding
from vaultd.catalog.store import Catalog, Transaction, now_ms
from vaultd.domain.paths import absolute
from vaultd.ingest.inbox import Inbox, Received
from vaultd.ingest.places import Places
from vaultd.ingest.pool import WorkerPool
from vaultd.ingest.process import WorkersUnusable
from vaultd.ingest.watched import Watched
from vaultd.worker.messages import Unreadable
from vaultipc.errors import Refused, UserError

logger = logging.getLogger(__name__)

TOGETHER = 500
"""Files in one transaction: nobody else's question waits longer than that takes."""
HELD_S = 24 * 3600


class Keeper:
    """Holds bytes for 24 hours, and turns them into a file of the inbox when nothing else is left of a content.

    That is how `mv` of the only copy into a tag looks from here: the bytes come, then the source goes. It happens once:
    with a file of the library again they are held no more, and who deletes that one means it.
    """

    def __init__(
        self, catalog: Catalog, folder: Path, inbox: Inbox, watched: Watched, places: Places, pool: WorkerPool
    ) -> None:
        self.folder = folder
        self._catalog = catalog
        self._inbox = inbox
        self._watched = watched
        self._places = places
        self._pool = pool
        self._turn = trio.Lock()

    def prepare(self) -> None:
        """Makes the holding folder, for this user only."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    async def mark_missing(self, gone: list[File]) -> int:
        """These files are not there any more. A content that loses its last one and is held gets a new one first.

        Nobody ever sees the content without a file: both are one transaction. Returns how many were marked.
        """
        gone = [file for file in gone if file.state == "present"]
        return sum([await self._mark_missing(gone[at : at + TOGETHER]) for at in range(0, len(gone), TOGETHER)])

    async def _mark_missing(self, gone: list[File]) -> int:
        await trio.lowlevel.checkpoint()
        async with self._turn:
            with self._catalog.read() as sql:
                held = [holdings.of(sql, image) for image in files.losing(sql, [file.id for file in gone])]
            rescued = [(one, received) for one in held if one and (received := await self._rescue(one))]
            held_no_more = []
            with self._catalog.write() as tx:
                marked = files.mark_missing(tx, gone)
                for image in {image for image in marked if image is not None}:
                    sidecars.refresh(tx, image)
                for holding, received in rescued:
                    held_no_more += self._settle(tx, holding, received)
            await trio.to_thread.run_sync(_unlink_all, held_no_more)
        return len(marked)

    async def rescue_lost(self) -> None:
        """Held contents without any present file get one: after a crash, a full disk, or a file lost unnoticed.

        Those are not lost whose files were edited: all that was said of them is said of what stands there now.
        """
        async with self._turn:
            with self._catalog.read() as sql:
                held = {holding.image: holding for holding in holdings.everything(sql)}
                gone = [image for image in held if not files.is_somewhere(sql, image)]
                lost = [held[image] for image in gone if images.shown_now(sql, image) == image]
            for holding in lost:
                await self._promote(holding)

    async def expire(self) -> None:
        """Drops what was held for a day, if another file is still whole, or the picture was edited; makes it a file of
        the inbox if none is."""
        with self._catalog.read() as sql:
            old = holdings.everything(sql, before=now_ms() - HELD_S * 1000)
        for holding in old:
            if self._was_edited(holding) or await self._is_whole_elsewhere(holding):
                with self._catalog.write() as tx:
                    holdings.drop(tx, holding)
                await trio.to_thread.run_sync(_unlink_all, [holding.path])
            else:
                async with self._turn:
                    await self._promote(holding)

    async def tidy(self) -> None:
        """Removes files of the holding folder that nobody refers to any more, after a day."""
        with self._catalog.read() as sql:
            known = {holding.path for holding in holdings.everything(sql)}
        await trio.to_thread.run_sync(_remove_strays, os.fsencode(self.folder), known)

    def record(self, tx: Transaction, received: Received, image: int) -> None:
        """Enters a file of the inbox as one of this content's."""
        volume, path = self._places.locate(received.path)
        root = self._watched.holding(received.path)
        if root is None:
            raise LookupError("the inbox lies in no root")
        known = files.at(tx.sql, volume, path)
        if known is None:
            files.insert(tx, volume, root.id, path, received.facts, image)
        else:  # the watcher was quicker
            files.refresh(tx, known, root.id, received.facts)
            files.assign(tx, known.id, image)

    async def _rescue(self, holding: Holding) -> Received | None:
        """Gives held bytes a file: of the inbox, or, if they were private, in the folder where they were that."""
        with self._catalog.read() as sql:
            (kind,) = sql.execute("SELECT type FROM images WHERE id = ?", (holding.image,)).fetchone()
            mount_point, path, private = files.last_place(sql, holding.image) or (None, b"", False)
        own = os.path.basename(path)
        name = own if own and holding.name.endswith(own) else holding.name  # `001 beach.jpg` is a name among results
        folder = os.path.dirname(absolute(mount_point, path)) if private and mount_point is not None else None
        try:
            if private and folder is None:
                raise Refused("it was private on a disk that is not here")
            return await self._inbox.receive(holding.path, name, kind, folder)
        except UserError as error:
            logger.error("a picture that is only held could not be put into the inbox yet: %s", error.message)
            return None

    def _settle(self, tx: Transaction, holding: Holding, received: Received) -> list[bytes]:
        """The library has these bytes as a file again: they are held no more. Returns which files are to be removed."""
        self.record(tx, received, holding.image)
        return holdings.drop_of(tx, holding.image)

    def _was_edited(self, holding: Holding) -> bool:
        with self._catalog.read() as sql:
            return images.shown_now(sql, holding.image) != holding.image

    async def _is_whole_elsewhere(self, holding: Holding) -> bool:
        with self._catalog.read() as sql:
            found = files.best_file(sql, holding.image)
            (wanted,) = sql.execute("SELECT hash FROM images WHERE id = ?", (holding.image,)).fetchone()
        if found is None:
            return False
        try:
            return await self._pool.digest(found[1]) == bytes(wanted)
        except (Unreadable, WorkersUnusable):
            return False

    async def _promote(self, holding: Holding) -> None:
        """Makes held bytes a file of the library, if that can be now."""
        received = await self._rescue(holding)
        if received is not None:
            with self._catalog.write() as tx:
                held_no_more = self._settle(tx, holding, received)
            await trio.to_thread.run_sync(_unlink_all, held_no_more)


def _unlink_all(paths: list[bytes]) -> None:
    for path in paths:
        _unlink(path)


def _unlink(path: bytes) -> None:
    try:
        os.unlink(path)
    except FileNotFoundError:
        logger.debug("held bytes were removed by somebody else")


def _remove_strays(folder: bytes, known: set[bytes]) -> None:
    late = time.time() - HELD_S  # by ctime: programs set the mtime of what they copy
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.path not in known and entry.is_file(follow_symlinks=False) and entry.stat().st_ctime < late:
                _unlink(entry.path)
