"""Keeping the indexes up to date: following the change log of the catalog, or rebuilding when there is no way back.

A follower re-reads what the log names, shows and keeps the result, and only then moves its position; so whenever it is
killed, it applies some changes again, which changes nothing. An index that is missing, damaged, of another catalog or
behind the trimmed log is filled again from the catalog, while searches already use what is there.
"""

from __future__ import annotations

import logging
import shutil
from pathlib import Path

import trio

from vaultd.catalog import changes
from vaultd.catalog.models import Model
from vaultd.catalog.store import Catalog
from vaultd.index.followed import UNBUILT, Followed, FollowedTexts, FollowedVectors, vectors_path
from vaultd.index.growing import GrowingIndex
from vaultd.index.kept import Unusable
from vaultd.index.text import TextIndex

BATCH = 2000
PACE_S = 0.25
"""Between two batches, so that a stream of single changes becomes a few commits a second."""
NOTE_S = 30.0
LONGEST_RETRY_S = 60.0

log = logging.getLogger(__name__)


class Follower:
    """Keeps one index up to date. Everything up to `seq` in the log can be searched; it is UNBUILT at first."""

    def __init__(self, catalog: Catalog, index: Followed) -> None:
        self.seq = UNBUILT
        self._catalog = catalog
        self._index = index
        self._generation = catalog.meta("generation")
        self._wake = trio.Event()
        self._moved = trio.Event()
        self._noted_at = -NOTE_S
        catalog.on_commit(lambda topics, seq: self._wake.set())

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled, then keeps what it has. Ready at once: the index fills in the background."""
        with self._catalog.write() as tx:
            is_known = changes.join(tx, self._index.name)
        task_status.started()
        try:
            await self._follow_for_ever(restore=is_known)
        finally:
            with trio.CancelScope(shield=True):
                await trio.to_thread.run_sync(self._index.finish, self._generation, self.seq)
            self._note(self.seq)

    async def caught_up(self, seq: int) -> None:
        """Returns when everything up to this position can be searched."""
        while self.seq < seq:
            await self.moved()

    async def moved(self) -> None:
        """Returns when `seq` may have changed."""
        await self._moved.wait()

    def stir(self) -> None:
        """Wakes whoever waits for it, who may have to wait for another one now."""
        self._moved.set()
        self._moved = trio.Event()

    async def _follow_for_ever(self, *, restore: bool) -> None:
        """Whatever breaks in an index, it is a cache: after a while it is built again."""
        retry_s = 1.0
        while True:
            try:
                self._move(await self._restored() if restore else UNBUILT)
                restore = self.seq != UNBUILT
                if not restore:
                    self._move(await self._rebuilt())
                async with trio.open_nursery() as nursery:
                    if restore:
                        nursery.start_soon(self._check, nursery.cancel_scope)
                    await self._follow()
                restore = False
            except Exception:
                log.exception("the %s index failed; it is rebuilt in %.0f s", self._index.name, retry_s)
                self.seq = UNBUILT
                await trio.sleep(retry_s)
                restore, retry_s = False, min(2 * retry_s, LONGEST_RETRY_S)

    async def _restored(self) -> int:
        """The position of what was kept, UNBUILT if it is of no use."""
        try:
            position = await trio.to_thread.run_sync(self._index.restore, self._generation)
        except Unusable as reason:
            log.info("building the %s index: %s", self._index.name, reason)
            return UNBUILT
        with self._catalog.read() as sql:
            if changes.reaches(sql, position):
                return position
        log.info("building the %s index: the change log does not reach back to it", self._index.name)
        return UNBUILT

    async def _check(self, follow: trio.CancelScope) -> None:
        """Looks at what was taken up unread; what is damaged is followed no more, but built again."""
        try:
            await trio.to_thread.run_sync(self._index.check, abandon_on_cancel=True)
        except Unusable as reason:
            log.info("building the %s index: %s", self._index.name, reason)
            follow.cancel()

    async def _rebuilt(self) -> int:
        """Fills the index from the catalog; returns the position at which that began, from which to follow."""
        await trio.to_thread.run_sync(self._index.clear)
        position = self._catalog.seq()
        last: int | None = 0
        while last is not None:
            last = await trio.to_thread.run_sync(self._apply_images_after, last)
            await trio.to_thread.run_sync(self._index.commit, self._generation, UNBUILT)
        await trio.to_thread.run_sync(self._index.commit, self._generation, position)
        return position

    async def _follow(self) -> None:
        while True:
            self._wake = trio.Event()
            position = await trio.to_thread.run_sync(self._apply_changes_after, self.seq)
            kept = await trio.to_thread.run_sync(self._index.commit, self._generation, position)
            if kept and trio.current_time() - self._noted_at >= NOTE_S:
                self._note(position)
            if position == self.seq:
                with trio.move_on_after(NOTE_S):
                    await self._wake.wait()
            else:
                self._move(position)
                await trio.sleep(PACE_S)

    def _apply_changes_after(self, position: int) -> int:
        """Applies the next batch of the log; returns the position it reaches."""
        with self._catalog.read() as sql:
            entries = changes.after(sql, position, BATCH)
            images = dict.fromkeys(entry.entity_id for entry in entries if self._index.concerns(entry))
            if images:
                self._index.apply(sql, list(images))
        return entries[-1].seq if entries else position

    def _apply_images_after(self, image: int) -> int | None:
        """Applies the next batch of all images; returns the last one, None when there are no more."""
        with self._catalog.read() as sql:
            rows = sql.execute("SELECT id FROM images WHERE id > ? ORDER BY id LIMIT ?", (image, BATCH)).fetchall()
            if rows:
                self._index.apply(sql, [found for (found,) in rows])
        return rows[-1][0] if rows else None

    def _move(self, position: int) -> None:
        self.seq = position
        self.stir()

    def _note(self, position: int) -> None:
        """Tells the catalog what was kept, and lets it trim what nobody needs any more."""
        if position == UNBUILT:
            return
        with self._catalog.write() as tx:
            changes.follow(tx, self._index.name, position)
            changes.trim(tx)
        self._noted_at = trio.current_time()


class _Vectors:
    """The vectors of one model and what keeps them up to date; `scope` ends it."""

    def __init__(self, catalog: Catalog, folder: Path, model: Model) -> None:
        self.index = GrowingIndex(model.dimension, vectors_path(folder, model.id))
        self.follower = Follower(catalog, FollowedVectors(self.index, model))
        self.scope = trio.CancelScope()
        self.ended = trio.Event()

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        try:
            with self.scope:
                await self.follower.serve(task_status=task_status)
        finally:
            self.ended.set()


class Followers:
    """The indexes of the model that answers, and what keeps them up to date. `folder` is theirs alone.

    The index of another model can be filled beside the active one, and take its place at once.
    """

    def __init__(self, catalog: Catalog, folder: Path, model: Model) -> None:
        self.texts = TextIndex(folder / "text")
        self._catalog = catalog
        self._folder = folder
        self._of_texts = Follower(catalog, FollowedTexts(self.texts))
        self._active = _Vectors(catalog, folder, model)
        self._next: _Vectors | None = None
        self._retired: list[_Vectors] = []
        self._nursery: trio.Nursery | None = None

    @property
    def vectors(self) -> GrowingIndex:
        """The index of the model that answers."""
        return self._active.index

    @property
    def vector_seq(self) -> int:
        """Everything up to this position can be searched by meaning; 0 while the index is being built."""
        return max(0, self._active.follower.seq)

    @property
    def seq(self) -> int:
        """Everything up to this position can be searched; 0 while an index is being built."""
        return min(self.vector_seq, self.text_seq)

    @property
    def text_seq(self) -> int:
        """Everything up to this position can be searched by text; 0 while the index is being built."""
        return max(0, self._of_texts.seq)

    async def caught_up(self, seq: int) -> None:
        """Returns when everything up to this position can be searched."""
        while self.vector_seq < seq:
            await self._active.follower.moved()
        await self._of_texts.caught_up(seq)

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled. The catalog must stay open until this has returned."""
        try:
            async with trio.open_nursery() as nursery:
                self._nursery = nursery
                await nursery.start(self._active.serve)
                await nursery.start(self._of_texts.serve)
                task_status.started()
        finally:
            self._nursery = None

    # ---- another model -------------------------------------------------------------------------------------------

    async def prepare(self, model: Model) -> GrowingIndex:
        """Starts to follow the vectors of another model beside the active one's; returns its index, still empty."""
        self.give_up()
        await self._retired_ended()
        if self._nursery is None:
            raise RuntimeError("the followers are not running")
        self._next = _Vectors(self._catalog, self._folder, model)
        await self._nursery.start(self._next.serve)
        return self._next.index

    async def prepared(self, seq: int) -> None:
        """Returns when the index of the other model holds everything up to this position."""
        if self._next is None:
            raise RuntimeError("no other model is being followed")
        await self._next.follower.caught_up(seq)

    def switch(self) -> None:
        """The index of the other model answers from here on; the old one is kept on disk and followed no more."""
        if self._next is None:
            raise RuntimeError("no other model is being followed")
        old, self._active, self._next = self._active, self._next, None
        self._retire(old)
        old.follower.stir()

    def give_up(self) -> None:
        """Follows the other model no more, if there is one."""
        if self._next is not None:
            self._retire(self._next)
            self._next = None

    async def _retired_ended(self) -> None:
        """Returns when none of them writes its file any more, which is about to be read or deleted."""
        while self._retired:
            await self._retired[0].ended.wait()
            self._retired.pop(0)

    def _retire(self, vectors: _Vectors) -> None:
        vectors.scope.cancel()
        self._retired.append(vectors)

    async def forget(self, model: int) -> None:
        """Deletes what is kept on disk of a model that is not followed."""
        await self._retired_ended()
        with self._catalog.write() as tx:
            changes.leave(tx, changes.of_vectors(model))
        path = vectors_path(self._folder, model)
        await trio.to_thread.run_sync(lambda: shutil.rmtree(path, ignore_errors=True))
