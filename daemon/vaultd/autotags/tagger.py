"""Keeping the model's tags as the vocabulary, the model and the settings say: a follower of the change log.

It reads vectors from the catalog and never a picture. When anything that the tags depend on changes, one pass over all
images writes what differs; after that, only images whose vector is new are looked at. How far it has come is written in
the transaction that writes the tags, so that it goes on where it was, whenever it is killed. Scoring runs in a thread,
a few hundred images at a time with a rest after each, and is held up by searches rather than holding them up.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import trio

from vaultd.autotags import plan as plans
from vaultd.autotags import vocabulary as vocabularies
from vaultd.autotags import wording
from vaultd.autotags.plan import Answering, Plan
from vaultd.autotags.vocabulary import Vocabulary, VocabularyError
from vaultd.catalog import autotags, changes, embeddings
from vaultd.catalog.autotags import Difference, Standing
from vaultd.catalog.changes import Change
from vaultd.catalog.store import Catalog
from vaultd.config import Config

BATCH = 256
ENTRIES = 2000
"""Lines of the change log looked at together."""
ROWS = 500
"""Rows written in one transaction: for so long nobody else writes, and the daemon answers nobody."""
REST_S = 0.02
PACE_S = 0.5
"""Between two looks at the change log, so that pictures that come one by one are tagged a few at a time."""
NOTE_S = 30.0
"""How often the position is kept while it moves and nothing is tagged: it holds back the trimming of the log."""
LOOK_S = 5.0
"""How often the vocabulary's file is looked at."""
RETRY_S = 30.0
VECTORS = "autotags"
"""Folder of the vocabulary's vectors, below the data folder."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Progress:
    """`done` of `total` images have been looked at in a pass over all; equal when it is over."""

    done: int
    total: int


class Tagger:
    """The one writer of auto-tags. `answering` tells which model answers now, `problem` what is wrong, if anything."""

    def __init__(self, catalog: Catalog, config: Config, answering: Callable[[], Answering]) -> None:
        self._catalog = catalog
        self._settings = config.autotags
        self._data = config.library.data
        self._answering = answering
        self._wake = trio.Event()
        self._moved = trio.Event()
        self._plan: Plan | None = None
        self._made_of: tuple[Vocabulary | None, Answering] | None = None
        self._vocabulary: Vocabulary | None = None
        self._stamp: tuple[Path, int, int] | None = None
        self._seen = 0
        self._noted_at = -NOTE_S
        self.problem = ""
        catalog.on_commit(lambda topics, seq: self._wake.set())

    # ---- what others ask -----------------------------------------------------------------------------------------

    @property
    def file(self) -> Path:
        """Where the vocabulary is read from now: the key's file, else the user's copy, else the one that is shipped."""
        own = self._settings.vocabulary or self.own_file
        return own if self._settings.vocabulary is not None or own.is_file() else vocabularies.SHIPPED

    @property
    def own_file(self) -> Path:
        """Where the user's own vocabulary is looked for."""
        return self._settings.vocabulary or self._data / vocabularies.NAME

    @property
    def vocabulary(self) -> Vocabulary | None:
        """The vocabulary in use, None before one could be read."""
        return self._vocabulary

    @property
    def settled(self) -> bool:
        """Whether every image with a vector has the tags it should have."""
        if not self._has_work():
            return True
        plan = self._plan
        if plan is None or not self._is_current():
            return False
        with self._catalog.read() as sql:
            reached, position = autotags.standing(sql)
            after = changes.after(sql, max(position, self._seen), 1)
        return reached == Standing(plan.name, None) and not after

    def progress(self) -> Progress:
        """How far the pass over all images is."""
        with self._catalog.read() as sql:
            reached, _ = autotags.standing(sql)
            last = 2**62 if reached.image is None else reached.image
            total, done = sql.execute(
                "SELECT count(*), count(*) FILTER (WHERE image <= ?) FROM embeddings WHERE model = ?",
                (last, self._answering().model.id),
            ).fetchone()
        return Progress(done, total)

    async def run(self) -> None:
        """Compares all tags with what they should be, and returns when they are. Raises VocabularyError."""
        self._stamp = None
        await self.look()
        if self.problem:
            raise VocabularyError(self.problem)
        if self.settled:
            self._note(Standing(), self._seen)
        self._wake.set()
        while not self.settled:
            await self._moved.wait()

    # ---- the service ---------------------------------------------------------------------------------------------

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Follows until cancelled. Ready at once."""
        with self._catalog.write() as tx:
            changes.join(tx, autotags.FOLLOWER)
        task_status.started()
        while True:
            try:
                await self._follow()
            except sqlite3.OperationalError as error:  # a full disk, for one
                log.error("nothing can be tagged at present, trying again in %.0f s: %s", RETRY_S, error)
            except Exception:
                log.exception("tagging failed; it is tried again in %.0f s", RETRY_S)
            self._made_of = None
            await trio.sleep(RETRY_S)

    async def _follow(self) -> None:
        while True:
            self._wake = trio.Event()
            if not (await self._renewed() and await self._step()):
                self._tell()
                with trio.move_on_after(LOOK_S):
                    await self._wake.wait()

    async def _step(self) -> bool:
        """Does the next piece of work; returns whether there was any."""
        plan = self._plan
        if plan is None:
            return False
        with self._catalog.read() as sql:
            reached, position = autotags.standing(sql)
            reaches = changes.reaches(sql, position)
        if reached.plan != plan.name or not reaches:
            self._seen = 0
            self._begin(plan)
            return True
        work = self._follow_log if reached.image is None else self._pass
        return await work(plan, position, reached)

    def _begin(self, plan: Plan) -> None:
        """Starts a pass over all images; what changes meanwhile is followed after it."""
        log.info("tagging all pictures by %s with %d words", plan.model.title, len(plan.words))
        with self._catalog.write() as tx:
            autotags.regroup(tx, plan.words)
            autotags.note(tx, Standing(plan.name, 0), self._catalog.seq())

    async def _pass(self, plan: Plan, position: int, reached: Standing) -> bool:
        """The next images of the pass over all."""
        images = await trio.to_thread.run_sync(self._images_after, reached.image or 0)
        await self._tag(plan, images, Standing(plan.name, images[-1] if images else None), position)
        return True

    async def _follow_log(self, plan: Plan, position: int, reached: Standing) -> bool:
        """The images named by the next lines of the log; returns whether there were any lines."""
        self._seen = max(self._seen, position)
        with self._catalog.read() as sql:
            entries = changes.after(sql, self._seen, ENTRIES)
        if entries:
            self._seen = entries[-1].seq
        images = _with_new_vector(entries, plan)
        if images:
            await self._tag(plan, images, reached, self._seen)
            await trio.sleep(PACE_S)
        elif self._seen > position and trio.current_time() - self._noted_at >= NOTE_S:
            self._note(reached, self._seen)
        return bool(entries)

    async def _tag(self, plan: Plan, images: Sequence[int], reached: Standing, position: int) -> None:
        """Writes what differs for these images in short transactions, and with the last one how far that is."""
        for start in range(0, len(images), BATCH):
            began = trio.current_time()
            change = await trio.to_thread.run_sync(self._difference, plan, images[start : start + BATCH])
            for part in _parts(change):
                with self._catalog.write() as tx:
                    autotags.write(tx, part)
                await trio.lowlevel.checkpoint()
            await trio.sleep(REST_S + trio.current_time() - began)
        self._note(reached, position)

    def _difference(self, plan: Plan, images: Sequence[int]) -> Difference:
        with self._catalog.read() as sql:
            found, vectors = embeddings.of(sql, plan.model, images)
            wanted = dict(zip(found.tolist(), plan.tags(vectors), strict=True))
            return autotags.difference(sql, images, wanted)

    def _note(self, reached: Standing, position: int) -> None:
        with self._catalog.write() as tx:
            autotags.note(tx, reached, position)
            changes.trim(tx)
        self._noted_at = trio.current_time()

    def _images_after(self, image: int) -> list[int]:
        """The next images of a pass: all of them, as those without a vector must lose their tags."""
        with self._catalog.read() as sql:
            rows = sql.execute("SELECT id FROM images WHERE id > ? ORDER BY id LIMIT ?", (image, BATCH))
            return [found for (found,) in rows]

    def _tell(self) -> None:
        """Wakes whoever waits for the tags."""
        self._moved.set()
        self._moved = trio.Event()

    # ---- what is followed ----------------------------------------------------------------------------------------

    async def _renewed(self) -> bool:
        """Sees to it that the plan is that of the vocabulary and the model; returns whether there is one."""
        if self._settings.enabled:
            await self.look()
        if not self._is_current() and self._has_work():
            basis = (self._vocabulary, self._answering())
            self._plan, self._made_of = await self._made(*basis), basis
        return self._plan is not None

    def _has_work(self) -> bool:
        """Whether there are vectors, or tags from before: without them, the words need not even be read."""
        with self._catalog.read() as sql:
            asked = "SELECT EXISTS (SELECT 1 FROM embeddings) OR EXISTS (SELECT 1 FROM tags WHERE name = 'auto')"
            return bool(sql.execute(asked).fetchone()[0])

    def _is_current(self) -> bool:
        """Whether the plan was made of the vocabulary and the model that are there now."""
        basis = self._made_of
        return basis is not None and basis[0] is self._vocabulary and basis[1] is self._answering()

    async def look(self) -> None:
        """Reads the vocabulary if its file changed; one with a mistake leaves the one that was read before."""
        file = self.file
        stamp = _stamp(file)
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._vocabulary = await trio.to_thread.run_sync(vocabularies.read, file)
            self.problem = ""
        except VocabularyError as error:
            self.problem = error.message
            log.warning("%s The pictures keep their tags.", error.message)

    async def _made(self, vocabulary: Vocabulary | None, active: Answering) -> Plan | None:
        """The plan of what is there now. The terms' vectors are made a few at a time, so that searches come between."""
        if not self._settings.enabled:
            return plans.none("off", active.model)
        if vocabulary is None:
            return None
        folder, key = self._data / VECTORS, wording.key(vocabulary, active.model.title)
        shape = (len(vocabulary.terms), active.model.dimension)
        vectors = await trio.to_thread.run_sync(wording.remembered, folder, key, *shape)
        if vectors is None:
            steps = wording.steps(vocabulary, active.text.embed)
            while (made := await trio.to_thread.run_sync(next, steps, None)) is not None:
                vectors = made
            if vectors is None:
                return None
            await trio.to_thread.run_sync(wording.remember, folder, key, vectors)
        return await trio.to_thread.run_sync(plans.made, self._settings, vocabulary, vectors, active.pack, active.model)


def _parts(change: Difference) -> list[Difference]:
    """A difference in pieces of a transaction each."""
    pieces = [Difference([], change.unsaid[start : start + ROWS]) for start in range(0, len(change.unsaid), ROWS)]
    return pieces + [Difference(change.said[start : start + ROWS], []) for start in range(0, len(change.said), ROWS)]


def _with_new_vector(entries: Sequence[Change], plan: Plan) -> list[int]:
    """The images whose vector these lines say is new."""
    mine = (e.entity_id for e in entries if e.entity == "embedding" and e.model == plan.model.id)
    return list(dict.fromkeys(mine))


def _stamp(file: Path) -> tuple[Path, int, int]:
    """What tells one state of a file from another."""
    try:
        seen = file.stat()
    except OSError:
        return file, 0, 0
    return file, seen.st_mtime_ns, seen.st_size
