"""Pictures made smaller for a screen: kept by content in a folder of their own, made when somebody looks.

However many ask for one, it is made once; whoever began goes away without harm to the others. Workers of their own make
them, so that a gallery stays quick while the library is read. Where the original is away, another preview serves, the
larger ones first, or what file managers have.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import trio

from vaultd.catalog import files
from vaultd.catalog.store import Catalog
from vaultd.ingest.kept_previews import KeptPreviews
from vaultd.ingest.pool import WorkerPool
from vaultd.ingest.process import Worker, WorkerLost, WorkersUnusable
from vaultd.worker import thumbnail_files
from vaultd.worker.messages import Failed, HasRead, Read, Render, Rendered
from vaultd.worker.preview_files import Named
from vaultd.worker.thumbnail_copies import mtime, read
from vaultipc.errors import DiskFull, NotFound, Paused, UserError

SIZES = (256, 512, 1024)
THUMBNAIL = "large"
_SECOND = 1_000_000_000


class Found(NamedTuple):
    """Where a preview is, and for how many pixels of the longer side it was made."""

    place: Path
    size: int


class _UnderWay:
    """A preview that is being made. `failure`: why it was not; None after `done` if it was, or its maker went away."""

    def __init__(self) -> None:
        self.done = trio.Event()
        self.failure: UserError | None = None


class Previews:
    """Makes and keeps previews. Everything in it belongs to the trio thread."""

    def __init__(self, catalog: Catalog, pool: WorkerPool, kept: KeptPreviews, thumbnails: Path) -> None:
        """`thumbnails`: where those of file managers are."""
        self._catalog = catalog
        self._pool = pool
        self._kept = kept
        self._thumbnails = thumbnails
        self._under_way: dict[Named, _UnderWay] = {}

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Looks what is kept, and returns; previews are made before that, too."""
        await self._kept.serve(task_status=task_status)

    async def of(self, image: int, wanted: Named) -> Found:
        """The preview of an image, which exists and has that content; a smaller one where that cannot be made.

        Raises NotFound where there is none and none can be made, Paused where no picture can be read at present, and
        DiskFull.
        """
        try:
            return Found(await self._of_that_size(image, wanted), wanted.size)
        except NotFound:
            for size in reversed([size for size in SIZES if size < wanted.size]):
                place = await self._kept.shown(wanted._replace(size=size))
                if place is not None:
                    return Found(place, size)
            if wanted.size == SIZES[0]:
                raise
            return await self.of(image, wanted._replace(size=SIZES[0]))  # which file managers may have

    async def _of_that_size(self, image: int, wanted: Named) -> Path:
        while True:
            place = await self._kept.shown(wanted)
            if place is not None:
                return place
            other = self._under_way.get(wanted)
            if other is None:
                return await self._make_for_all(image, wanted)
            await other.done.wait()
            if other.failure is not None:
                raise type(other.failure)(other.failure.message, other.failure.hint)

    async def _make_for_all(self, image: int, wanted: Named) -> Path:
        here = self._under_way[wanted] = _UnderWay()
        try:
            return await self._make(image, wanted)
        except UserError as failure:
            here.failure = failure
            raise
        finally:
            del self._under_way[wanted]
            here.done.set()

    async def _make(self, image: int, wanted: Named) -> Path:
        try:
            async with self._pool.lease("viewer", blind=True) as worker:
                made = await self._rendered(worker, image, wanted)
        except WorkerLost as lost:
            raise NotFound(f"no preview can be made of image {image}: {lost.reason}") from lost
        except WorkersUnusable as error:
            raise Paused("No picture can be read at present, and so no preview be made.", hint="try later") from error
        if made.problem:
            raise DiskFull(f"the preview of image {image} cannot be written: {made.problem}")
        return await self._kept.add(wanted, made.size)

    async def _rendered(self, worker: Worker, image: int, wanted: Named) -> Rendered:
        for smaller in await trio.to_thread.run_sync(self._smaller, image, wanted):
            made = await self._try(worker, smaller, wanted)
            if isinstance(made, Rendered):
                return made
        with self._catalog.read() as sql:
            file = files.best_file(sql, image)
        if file is None:
            raise NotFound(f"image {image} is not there now", hint="its disk may be away")
        made = await self._try(worker, file[1], wanted, whole=True)
        if isinstance(made, Failed):
            raise NotFound(f"no preview can be made of image {image}: {made.reason}")
        return made

    async def _try(self, worker: Worker, path: bytes, wanted: Named, *, whole: bool = False) -> Rendered | Failed:
        """`whole`: the file must hold the content itself, and not something that was made of it."""
        has_read = await worker.ask(Read(path))
        if isinstance(has_read, HasRead) and whole and has_read.hash.hex() != wanted.content:
            return Failed("changed", "its file holds something else by now")
        if not isinstance(has_read, HasRead):
            return has_read if isinstance(has_read, Failed) else Failed("crash", "the worker gave a strange answer")
        target = wanted.place(self._kept.folder)
        answer = await worker.ask(Render(wanted.size, wanted.format, bytes(target)))
        return answer if isinstance(answer, Rendered | Failed) else Failed("crash", "the worker gave a strange answer")

    def _smaller(self, image: int, wanted: Named) -> list[bytes]:
        """Files of the same picture that are large enough and sooner read than it is. Runs in a thread."""
        return [*self._thumbnail(image, wanted), *self._larger(wanted)]

    def _thumbnail(self, image: int, wanted: Named) -> list[bytes]:
        """Those of file managers, if they are of its files as they are, or were when their drive went."""
        if wanted.size > thumbnail_files.SIZES[THUMBNAIL]:
            return []
        with self._catalog.read() as sql:
            found = files.of_image(sql, image)
        places = [(one, thumbnail_files.place(self._thumbnails, THUMBNAIL, one.path)) for one in found]
        return [bytes(place) for one, place in places if _is_of(place, one.mtime_ns)]

    def _larger(self, wanted: Named) -> list[bytes]:
        larger = [wanted._replace(size=size) for size in SIZES if size > wanted.size]
        places = [one.place(self._kept.folder) for one in larger]
        return [bytes(place) for place in places if place.exists()]


def _is_of(place: Path, mtime_ns: int) -> bool:
    try:
        return mtime(read(place)) == mtime_ns // _SECOND
    except OSError:
        return False
