"""Taking in bytes that were written into the mount: known contents are held, unknown ones become files.

The bytes are hashed here first: what is known, whole, need not be decoded, and waits for no worker while many pictures
are being read.
"""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import trio

from vaultd.catalog import actions, albums, attached, embeddings, files, holdings, images, lookup, marks, room, tags
from vaultd.catalog.store import Catalog, Transaction
from vaultd.ingest.inbox import Inbox, Received
from vaultd.ingest.keeper import Keeper
from vaultd.ingest.pool import Inspected, WorkerPool
from vaultd.ingest.process import WorkersUnusable
from vaultd.worker import reading
from vaultd.worker.messages import Unreadable
from vaultipc.codec import exact
from vaultipc.errors import DiskFull, NotFound, Refused
from vaultipc.messages import Accepted, AcceptParams


class Receiver:
    """Answers `accept`. When it returns, everything about the picture is durable and visible; when it raises, nothing
    happened."""

    def __init__(
        self, catalog: Catalog, pool: WorkerPool, keeper: Keeper, inbox: Inbox, incomplete: Callable[[], None]
    ) -> None:
        self._catalog = catalog
        self._pool = pool
        self._keeper = keeper
        self._inbox = inbox
        self._incomplete = incomplete
        self._turn = trio.Lock()

    async def accept(self, params: AcceptParams) -> Accepted:
        """Keeps a picture and puts it where it belongs. The same bytes may be given again.

        Raises Refused for what is no picture or lies elsewhere, NotFound, DiskFull.
        """
        path = os.fsencode(params.holding)
        await trio.to_thread.run_sync(_check, path, os.fsencode(self._keeper.folder))
        name = exact(params.name, params.name_b64)
        with _refusing():
            content_hash = await trio.to_thread.run_sync(_digest, path)
        image = self._hold_known(params, path, name, content_hash)
        if image is not None:
            return self._accepted(image, known=True)
        with _refusing():
            inspected = await self._pool.inspect(path)
        async with self._turn:
            received = None
            if not self._is_online(inspected.content.hash):
                received = await self._inbox.receive(path, name, inspected.content.type)
            image = await self._keep(params, path, name, inspected, received)
        if inspected.model != self._pool.sight_model:
            self._incomplete()  # the model was changed while the picture was being read
        return self._accepted(image, known=received is None)

    def _accepted(self, image: int, *, known: bool) -> Accepted:
        with self._catalog.read() as sql:
            hit = lookup.hit(sql, image)
        if hit is None:
            raise AssertionError("a content just kept has a file")
        return Accepted(image=str(image), known=known, hit=hit)

    def _hold_known(self, params: AcceptParams, path: bytes, name: bytes, content_hash: bytes) -> int | None:
        """Keeps the bytes of a picture that has a file and everything else that it needs; None if it lacks any."""
        model = self._pool.sight_model
        with self._catalog.read() as sql:
            image = images.find(sql, content_hash)
            whole = image is not None and images.is_complete(sql, image, model.id if model else None)
        if image is None or not whole or not self._is_online(content_hash):
            return None
        with self._writing() as tx:
            holdings.put(tx, image, path, name)
            _put(tx, params, image)
        return image

    def _is_online(self, content_hash: bytes) -> bool:
        with self._catalog.read() as sql:
            image = images.find(sql, content_hash)
            return image is not None and files.best_file(sql, image) is not None

    async def _keep(
        self, params: AcceptParams, path: bytes, name: bytes, inspected: Inspected, received: Received | None
    ) -> int:
        try:
            with self._writing() as tx:
                image, _ = images.put(tx, inspected.content)
                if inspected.vector is not None and inspected.model is not None:
                    embeddings.put(tx, image, inspected.model, inspected.vector)
                if received is None:  # else a file of the library has them, and who deletes that means it
                    holdings.put(tx, image, path, name)
                else:
                    attached.add(tx, image, inspected.attached)
                    self._keeper.record(tx, received, image)
                _put(tx, params, image)
                return image
        except BaseException:
            if received is not None:
                with trio.CancelScope(shield=True):
                    await trio.to_thread.run_sync(os.unlink, received.path)
            raise

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        """A transaction. Raises DiskFull, or what else a person can mend, where the catalog cannot be written."""
        try:
            with self._catalog.write() as tx:
                yield tx
        except sqlite3.OperationalError as error:
            cause = f"the catalog cannot be written ({error})"
            raise room.mistake(error, self._catalog.path) or DiskFull(cause, hint="make room on its disk") from error


@contextmanager
def _refusing() -> Iterator[None]:
    """Tells who gave the bytes why they are no picture, or cannot be looked at."""
    try:
        yield
    except Unreadable as problem:
        raise Refused(f"this cannot be taken in as a picture: {problem.reason}") from problem
    except WorkersUnusable as error:
        raise Refused(f"no picture can be taken in at present: {error}") from error


def _digest(path: bytes) -> bytes:
    """The hash of the bytes. Raises Unreadable."""
    with reading.open_file(path) as file:
        return reading.digest(file).hash


def _put(tx: Transaction, params: AcceptParams, image: int) -> None:
    """Says of the picture what the folder says into which it was written, and no more of the one it replaces."""
    replaced = [int(params.replaces)] if params.replaces.isdecimal() and int(params.replaces) != image else []
    maker = (params.origin, params.group, params.within_s)
    if params.tag:
        with actions.recorded(tx, "tag", f"tag with {params.tag}", *maker) as action:
            tag = tags.create(action, params.tag)
            tags.apply(action, tag, [image])
            tags.remove(action, tag, replaced)
    if params.album:
        with actions.recorded(tx, "album-add", f"add to album {params.album}", *maker) as action:
            album = albums.create(action, params.album)
            inside = [other for other in replaced if other in albums.images(tx.sql, album)]
            albums.add(action, album, [image], before=inside[0] if inside else None)
            albums.remove(action, album, inside)
    if params.favourite:
        with actions.recorded(tx, "fav", "add to favourites", *maker) as action:
            marks.favour(action, [image])
            marks.unfavour(action, replaced)


def _check(path: bytes, folder: bytes) -> None:
    """Raises unless the path is a file of this user's directly in the holding folder."""
    if os.path.dirname(path) != folder:
        raise Refused("only files of the holding folder can be taken in")
    try:
        status = os.lstat(path)
    except OSError as error:
        raise NotFound(f"the held bytes are not there ({error.strerror})") from error
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid():
        raise Refused("the held bytes are not a file of this user's")
