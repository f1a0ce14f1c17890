"""From one model to the next: its vectors are made while the old one answers, then it answers from one moment on."""

from __future__ import annotations

import logging
import os
import sqlite3

import trio

from vaultd.catalog import embeddings, files, models
from vaultd.catalog.models import Model
from vaultd.catalog.store import Catalog
from vaultd.config import Config
from vaultd.index.follower import Followers
from vaultd.ingest.process import WorkersUnusable
from vaultd.ingest.reembedding import Reembedding, Useless
from vaultd.ingest.service import Ingest
from vaultd.models.pack import Pack, PackError
from vaultd.search.engine import SearchEngine
from vaultd.switching.choice import Beginning, Chosen, InUse, check_fits, registered
from vaultd.switching.shelf import PackShelf, is_of, open_text
from vaultipc.errors import NotFound, Refused

log = logging.getLogger(__name__)

RETRY_S = 10.0
AT_ONCE_S = 15.0
"""How long `use` waits for a switch that has nothing left to make."""
FREED_AT_ONCE = 500


class ModelSwitch:
    """Knows which model answers and which one shall, and leads from one to the other. `serve` it.

    `active`: the model that answers; `problem`: why the one that was chosen does not, '' if there is no reason.
    """

    def __init__(
        self,
        catalog: Catalog,
        config: Config,
        shelf: PackShelf,
        beginning: Beginning,
        parts: tuple[Ingest, SearchEngine, Followers],
    ) -> None:
        self.active: InUse = beginning.active
        self.next: Chosen | None = beginning.next
        self.shelf = shelf
        self._problem = beginning.problem
        self._catalog = catalog
        self._config = config
        self._ingest, self._engine, self._followers = parts
        self._reembedding: Reembedding | None = None
        self._turn = trio.Lock()
        self._decided = trio.Event()
        self._ordered = trio.Event()
        self._building = trio.CancelScope()

    async def serve(self, *, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED) -> None:
        """Makes what is to be made, until cancelled."""
        task_status.started()
        while True:
            self._ordered = trio.Event()
            if self.next is None:
                await self._ordered.wait()
                continue
            with trio.CancelScope() as self._building:
                await self._attempt(self.next)

    # ---- how it is doing -----------------------------------------------------------------------------------------

    @property
    def progress(self) -> tuple[int, int] | None:
        """Pictures that have a vector of the next model, and all that shall have one; None if none is being made."""
        if self.next is None:
            return None
        at_work = self._reembedding
        return (at_work.done, at_work.total) if at_work else (0, 0)

    @property
    def problem(self) -> str:
        """Why the model that was chosen does not answer, or does not get on; '' if there is no reason."""
        held_up = self._reembedding.problem if self._reembedding else ""
        if self.next is not None and held_up:
            return f"The vectors of {self.next.model.title} cannot be made at present: {held_up}."
        return self._problem

    # ---- what it is asked to do ----------------------------------------------------------------------------------

    async def use(self, named: str, *, wait: bool = False) -> Chosen:
        """Makes a model the one that shall answer; what was being made for another one is kept, and given up.

        Returns when it answers already, or is on the way; with `wait`, when it answers. Raises PackError where the pack
        cannot be used, and then nothing has changed; Refused if waiting was in vain.
        """
        async with self._turn:
            chosen = await self._choose(named)
        if wait or await self._lacks_nothing(chosen.model):
            with trio.move_on_after(float("inf") if wait else AT_ONCE_S):
                await self._answering(chosen)
        return chosen

    async def forget(self, name: str) -> tuple[int, int]:
        """Frees the vectors of every model of this name that does not answer; returns how many, and their bytes.

        Raises NotFound if none are kept, Refused for a model that answers or is on the way.
        """
        async with self._turn:
            free = self.free_to_forget(name)
            counts = [await self._free(model) for model in free]
        vectors = sum(counts)
        return vectors, sum(2 * model.dimension * count for model, count in zip(free, counts, strict=True))

    def free_to_forget(self, name: str) -> list[Model]:
        """The models of this name that do not answer. Raises as `forget`."""
        with self._catalog.read() as sql:
            known = [model for model in models.everything(sql) if name in (model.name, model.pack)]
        if not known:
            raise NotFound(f"no vectors of a model named {name!r} are kept", hint="`vvault model list` lists models")
        free = [model for model in known if not self._is_needed(model)]
        if not free:
            raise self._refusal(known[0])
        return free

    # ---- choosing ------------------------------------------------------------------------------------------------

    async def _choose(self, named: str) -> Chosen:
        pack = await trio.to_thread.run_sync(self.shelf.open, named)
        if is_of(pack, self.active.model):
            return self._stay(named)
        if self.next is not None and is_of(pack, self.next.model):
            return self.next
        await trio.to_thread.run_sync(check_fits, self._catalog, pack)
        try:
            await self._ingest.pool.try_out(os.fsencode(pack.folder))
        except WorkersUnusable as error:
            raise PackError(f"The model pack {named} cannot be used: {_trimmed(error)}.") from error
        chosen = Chosen(self._want(pack, named), pack)
        self._order(chosen)
        return chosen

    def _stay(self, named: str) -> Chosen:
        """The model that answers is the one to answer; whatever else was on the way is given up."""
        self._want(self.active.pack, named)
        self._order(None)
        return self.active

    def _want(self, pack: Pack, named: str) -> Model:
        with self._catalog.write() as tx:
            model = registered(tx, pack, named)
            models.want(tx, model)
            models.configured(tx, self._config.model.name)
        return model

    def _order(self, chosen: Chosen | None) -> None:
        self.next, self._problem = chosen, ""
        self._building.cancel()
        self._ordered.set()
        self._decide()

    async def _lacks_nothing(self, model: Model) -> bool:
        def look() -> bool:
            with self._catalog.read() as sql:
                return not files.lacking(sql, model.id, 1)

        return await trio.to_thread.run_sync(look)

    async def _answering(self, chosen: Chosen) -> None:
        """Returns when this model answers. Raises Refused when it is clear that it will not."""
        while self.active.model.id != chosen.model.id:
            if self.next is not chosen:
                reason = self._problem or "another model was chosen meanwhile."
                raise Refused(f"{chosen.model.title} does not answer: {reason}")
            await self._decided.wait()

    def _decide(self) -> None:
        self._decided.set()
        self._decided = trio.Event()

    # ---- making vectors ------------------------------------------------------------------------------------------

    async def _attempt(self, chosen: Chosen) -> None:
        """One attempt; what breaks in it never ends the daemon, for the old model goes on answering."""
        try:
            await self._build(chosen)
        except (Useless, PackError) as error:
            told = error.message if isinstance(error, PackError) else f"it fails at picture after picture: {error}."
            self._fail(f"{chosen.model.title} cannot be used: {told} {self.active.model.title} answers instead.")
        except sqlite3.OperationalError as error:  # a full disk, for one
            log.error("the switch to %s is tried again: %s", chosen.model.title, error)
            await trio.sleep(RETRY_S)
        except Exception:
            log.exception("the switch to %s failed: this is a bug", chosen.model.title)
            self._fail(f"The switch to {chosen.model.title} failed because of a bug of ours; the log says more.")

    def _fail(self, problem: str) -> None:
        """The choice is kept: the next start tries again."""
        log.error("%s", problem)
        self.next, self._problem = None, problem
        self._decide()

    async def _build(self, chosen: Chosen) -> None:
        self._reembedding = making = self._ingest.upkeep.reembedding(chosen.sight)
        try:
            await making.fill()
            text = await trio.to_thread.run_sync(open_text, chosen.pack, self._config.model.threads)
            making.followed = True
            index = await self._followers.prepare(chosen.model)
            while True:
                await self._followers.prepared(self._catalog.seq())
                if making.is_complete:
                    break
                await making.fill()
            # No checkpoint from here on: every client sees the old model, or the new one.
            self._activate(InUse(chosen.model, chosen.pack, text))
            self._engine.use(chosen.pack, text, index)
            self._followers.switch()
        finally:
            making.close()
            self._reembedding = None
            self._followers.give_up()

    def _activate(self, active: InUse) -> None:
        with self._catalog.write() as tx:
            models.activate(tx, active.model)
        self._ingest.use(active.sight)
        self.active, self.next, self._problem = active, None, ""
        log.info("%s answers now", active.model.title)
        self._decide()

    # ---- freeing -------------------------------------------------------------------------------------------------

    def _is_needed(self, model: Model) -> bool:
        return model.id == self.active.model.id or (self.next is not None and model.id == self.next.model.id)

    def _refusal(self, model: Model) -> Refused:
        if model.id == self.active.model.id:
            return Refused(
                f"{model.title} answers now, so its vectors cannot be freed",
                hint="choose another one first: `vvault model use NAME`",
            )
        return Refused(
            f"the vectors of {model.title} are being made",
            hint=f"`vvault model use {self.active.model.name}` gives that up",
        )

    async def _free(self, model: Model) -> int:
        """In small steps, so that everybody else is answered meanwhile; after a crash it can be done again."""
        await self._followers.forget(model.id)
        count = 0
        while True:
            with self._catalog.write() as tx:
                freed = embeddings.forget(tx, model, FREED_AT_ONCE)
                if not freed:
                    models.forget(tx, model)
            if not freed:
                return count
            count += freed
            await trio.lowlevel.checkpoint()


def _trimmed(error: Exception) -> str:
    return str(error).rstrip(".")
