"""Writing what the user says of pictures to the attributes of their files, where `library.write_xattrs` asks for it.

It follows the change log, so undoing, editing in place and copying need nothing of their own, and nothing is lost when
the daemon ends in between. A file is written only when what the *user* says of it has changed: what another program
writes there is never fought over. Only attributes are written, which leaves bytes and modification time alone.
"""

from __future__ import annotations

import errno
import logging
import os
import sqlite3
from collections import Counter
from itertools import islice

import trio

from vaultd.catalog import changes, written
from vaultd.catalog.changes import Change
from vaultd.catalog.store import Catalog
from vaultd.catalog.written import Due
from vaultd.domain.attached import NAMES
from vaultd.ingest.merging import Merged, merged
from vaultd.worker.attachments import values

FOLLOWER = "attributes"
ENTRIES = 500
"""Entries of the change log, or contents, that are looked at together."""
TOGETHER = 50
"""Files that are noted in one transaction."""
RETRY_S = 30.0

logger = logging.getLogger(__name__)


class _Another(Exception):
    """The file is not the one that the catalog means, any more or yet: it will be met again when it is known."""


class WritingBack:
    """The one writer of originals' attributes. Make it, `serve` it."""

    def __init__(self, catalog: Catalog, enabled: bool) -> None:
        self._catalog = catalog
        self.enabled = enabled
        self._changed = trio.Event()
        self._problems: dict[int, tuple[int, str]] = {}
        """Files that could not be written: volume and reason."""
        self._told: set[tuple[int, str]] = set()

    @property
    def problems(self) -> dict[tuple[int, str], int]:
        """How many files of a volume could not be written, by volume and reason."""
        return dict(Counter(list(self._problems.values())))

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled; ready at once. Where it is off, nothing is followed and nothing written."""
        task_status.started()
        if not self.enabled:
            with self._catalog.write() as tx:
                changes.leave(tx, FOLLOWER)
            return
        self._catalog.on_commit(self._hear)
        try:
            position = self._join()
            while True:
                position = await self._survive(position)
        finally:
            self._catalog.off_commit(self._hear)

    def _hear(self, topics: frozenset[str], seq: int) -> None:
        self._changed.set()

    def _join(self) -> int | None:
        """From where to go on; None where everything has to be looked at."""
        with self._catalog.write() as tx:
            changes.join(tx, FOLLOWER)
        return None  # files may have come and gone, and what failed is tried again

    async def _survive(self, position: int | None) -> int | None:
        try:
            return await self._follow(position)
        except sqlite3.OperationalError as error:
            logger.error("what was written to files cannot be noted; it is tried again: %s", error)
            await trio.sleep(RETRY_S)
            return position

    async def _follow(self, position: int | None) -> int:
        """Does what the next entries of the change log ask for, waiting for some; returns how far it came."""
        self._changed = trio.Event()
        seq = self._catalog.seq()
        if position is None:
            await self._write_of(None)
            return self._done(seq)
        with self._catalog.read() as sql:
            entries = changes.after(sql, position, ENTRIES)
        if entries:
            await self._write_of(entries)
            return self._done(entries[-1].seq)
        await self._changed.wait()
        return position

    def _done(self, position: int) -> int:
        with self._catalog.write() as tx:
            changes.follow(tx, FOLLOWER, position)
        return position

    async def _write_of(self, entries: list[Change] | None) -> None:
        """Writes the files that these changes concern, or of the whole library."""
        images = iter(await trio.to_thread.run_sync(self._spoken_of, entries))
        while some := list(islice(images, ENTRIES)):
            await self._write(await trio.to_thread.run_sync(self._due, some))

    def _spoken_of(self, entries: list[Change] | None) -> list[int]:
        """The contents to be looked at after these changes; a folder or volume that comes brings any."""
        with self._catalog.read() as sql:
            if entries is None or any(entry.entity == "root" for entry in entries):
                return written.ATTRIBUTES.spoken_of(sql)
            images = {entry.entity_id for entry in entries if entry.entity == "image"}
            for entry in entries:
                if entry.entity == "tag" and entry.op == "upsert":
                    images.update(written.carrying(sql, entry.entity_id))
            return written.ATTRIBUTES.spoken_of(sql, images)

    def _due(self, images: list[int]) -> list[Due]:
        with self._catalog.read() as sql:
            return written.ATTRIBUTES.due(sql, images)

    async def _write(self, files: list[Due]) -> None:
        """Notes, writes, and notes that it is written; what cannot be written now keeps what was known of it."""
        waiting = iter(files)
        while some := list(islice(waiting, TOGETHER)):
            plans = await trio.to_thread.run_sync(self._plan, some)
            with self._catalog.write() as tx:
                for file, plan in plans:
                    written.ATTRIBUTES.note(tx, file.file, plan.traces, None)
            done = await trio.to_thread.run_sync(self._carry_out, plans)
            with self._catalog.write() as tx:
                for file, plan in plans:
                    is_done = file.file in done
                    written.ATTRIBUTES.note(tx, file.file, *((plan.traces, file.wish) if is_done else (file.traces, None)))

    def _plan(self, files: list[Due]) -> list[tuple[Due, Merged]]:
        """What is to be written to each, but for those that cannot be opened. Runs in a thread, as all that asks the
        disk."""
        plans = [(file, self._attempt(file, None)) for file in files]
        return [(file, plan) for file, plan in plans if plan is not None]

    def _carry_out(self, plans: list[tuple[Due, Merged]]) -> set[int]:
        """Writes, and returns the ids of the files that were written."""
        return {file.file for file, plan in plans if self._attempt(file, plan) is not None}

    def _attempt(self, file: Due, plan: Merged | None) -> Merged | None:
        """What is to be written to a file; with a plan, writes it. None where that cannot be."""
        try:
            found = _open_and(file, plan)
        except (_Another, FileNotFoundError):
            return None
        except OSError as error:
            self._tell(file, error)
            return None
        if plan is not None or not found.changes:
            self._problems.pop(file.file, None)
        return found

    def _tell(self, file: Due, error: OSError) -> None:
        """Says once for each volume what is the matter there."""
        reason = _reason(error)
        self._problems[file.file] = file.volume, reason
        if (file.volume, reason) not in self._told:
            self._told.add((file.volume, reason))
            logger.warning(
                "what you say of pictures cannot be written to files of volume %d: %s; the catalog keeps it",
                file.volume,
                reason,
            )
        logger.debug("the attributes of %a: %s", os.fsdecode(file.path), reason)


def _open_and(file: Due, plan: Merged | None) -> Merged:
    """Plans, or does what was planned, on the very file that is meant. No byte is read: no access time changes.

    Raises _Another if it is another file or says something else meanwhile, OSError.
    """
    descriptor = os.open(file.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if (status.st_ino, status.st_mtime_ns, status.st_size) != file.bytes_of:
            raise _Another
        now = merged(values(descriptor), file.traces, file.wish)
        if plan is not None and now != plan:
            raise _Another
        for name, value in plan.changes.items() if plan is not None else ():
            _set(descriptor, name, value)
        return now
    finally:
        os.close(descriptor)


def _set(descriptor: int, name: str, value: bytes | None) -> None:
    if name not in NAMES:
        raise AssertionError(f"{name} is no attribute of ours to write")
    if value is None:
        os.removexattr(descriptor, name)
    else:
        os.setxattr(descriptor, name, value)


def _reason(error: OSError) -> str:
    if error.errno in (errno.ENOTSUP, errno.EOPNOTSUPP):
        return "its file system has no extended attributes"
    return (error.strerror or str(error)).lower()
