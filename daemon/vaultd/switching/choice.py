"""Which model answers when the daemon starts, and which one it is to become."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import trio

from vaultd.catalog import embeddings, models
from vaultd.catalog.models import Model
from vaultd.catalog.store import Catalog, Transaction
from vaultd.config import Config
from vaultd.ingest.pool import Sight
from vaultd.models.bundled import BUNDLED, DEFAULT
from vaultd.models.encoder import TextEncoder
from vaultd.models.pack import Pack, PackError, load_pack
from vaultd.switching.shelf import PackShelf, is_of, open_text

log = logging.getLogger(__name__)
T = TypeVar("T")


@dataclass(frozen=True)
class Chosen:
    """A model and its pack."""

    model: Model
    pack: Pack

    @property
    def sight(self) -> Sight:
        """How workers use it."""
        return Sight(self.model, os.fsencode(self.pack.folder))


@dataclass(frozen=True)
class InUse(Chosen):
    """A model that answers, its text tower at hand."""

    text: TextEncoder


@dataclass(frozen=True)
class Beginning:
    """What the daemon starts with. `next`: whose vectors are to be made; `problem`: why it is not what was chosen."""

    active: InUse
    next: Chosen | None
    problem: str


async def begin(catalog: Catalog, config: Config, shelf: PackShelf) -> Beginning:
    """Opens what can be opened. Raises PackError only where no pack can be, not even the bundled one."""
    remembered, opener = _remembered(catalog, config), _Opener(catalog, shelf, config.model.threads)
    choice = _Candidate(remembered.choice)
    chosen = await opener.pack(choice)
    for candidate in remembered.candidates(chosen):
        active = await opener.awake(candidate)
        if active is not None:
            problem = opener.problems.get(choice)
            return _recorded(catalog, remembered, active, None if problem else chosen, problem)
    raise opener.problems[choice]


def registered(tx: Transaction, pack: Pack, named: str) -> Model:
    """The row of the pack's model, made if it is new; `named` is what the pack was opened by.

    What is kept of it finds the folder again, even when the manifest cannot be read any more.
    """
    manifest = pack.manifest
    known = models.find(tx.sql, manifest.name, manifest.revision)
    lies_there = known is not None and "/" in known.pack and Path(known.pack).expanduser() == pack.folder
    opened_by = known.pack if known is not None and lies_there else named if "/" in named else pack.folder.name
    return models.register(tx, manifest.name, manifest.revision, manifest.dimension, opened_by)


def check_fits(catalog: Catalog, pack: Pack) -> None:
    """Raises PackError if the catalog has vectors of this name and revision, and of another dimension."""
    with catalog.read() as sql:
        known = models.find(sql, pack.manifest.name, pack.manifest.revision)
    if known is not None and known.dimension != pack.manifest.dimension:
        raise PackError(
            f"The model pack {pack.folder} is not what it was: vectors of {known.title} are known, and they have "
            f"{known.dimension} dimensions, not {pack.manifest.dimension}.",
            "Give the pack another revision.",
        )


@dataclass(frozen=True)
class _Candidate:
    """A model that could answer. `named`: what its pack is opened by; `model`: the one it must be, None for any."""

    named: str
    model: Model | None = None
    folder: Path | None = None


@dataclass(frozen=True)
class _Remembered:
    """What the catalog knows. `choice`: what the user wants; `kept`: models with vectors, those with most first."""

    configured: str
    choice: str
    active: Model | None
    kept: list[Model]

    def candidates(self, chosen: Pack | None) -> Iterator[_Candidate]:
        """Models to try, the best one first: what answered before, unless it has nothing to answer with."""
        if chosen is not None and (self.active not in self.kept or self.active is None or is_of(chosen, self.active)):
            yield _Candidate(self.choice)
        if self.active is not None:
            yield _Candidate(_name_of(self.active), self.active)
        yield _Candidate(self.choice)
        for model in self.kept:
            yield _Candidate(_name_of(model), model)
        yield _Candidate(DEFAULT, folder=BUNDLED / DEFAULT)


class _Opener:
    """Opens packs, and notes what is wrong with those that cannot be opened."""

    def __init__(self, catalog: Catalog, shelf: PackShelf, threads: int) -> None:
        self.problems: dict[_Candidate, PackError] = {}
        self._catalog = catalog
        self._shelf = shelf
        self._threads = threads

    async def pack(self, candidate: _Candidate) -> Pack | None:
        """The pack, its files whole, its towers not tried."""
        return await self._unless_damaged(candidate, lambda: self._open(candidate))

    async def awake(self, candidate: _Candidate) -> _Awake | None:
        """The pack, its text tower tried."""
        return await self._unless_damaged(candidate, lambda: self._awaken(candidate))

    def _open(self, candidate: _Candidate) -> Pack:
        pack = load_pack(candidate.folder) if candidate.folder else self._shelf.open(candidate.named)
        check_fits(self._catalog, pack)
        if candidate.model is not None and not is_of(pack, candidate.model):
            raise PackError(f"The model pack {pack.folder} holds another model than {candidate.model.title} now.")
        return pack

    def _awaken(self, candidate: _Candidate) -> _Awake:
        pack = self._open(candidate)
        return _Awake(candidate.named, pack, open_text(pack, self._threads))

    async def _unless_damaged(self, candidate: _Candidate, open_: Callable[[], T]) -> T | None:
        try:
            return await trio.to_thread.run_sync(open_)
        except PackError as error:
            if self.problems.setdefault(candidate, error) is error:
                log.warning("%s %s", error.message, error.hint)
        return None


@dataclass(frozen=True)
class _Awake:
    """A pack that can answer, and what it was opened by."""

    named: str
    pack: Pack
    text: TextEncoder


def _remembered(catalog: Catalog, config: Config) -> _Remembered:
    """The later one of `model use` and the key `model.name` is the choice."""
    with catalog.read() as sql:
        wanted, active = models.wanted(sql), models.active(sql)
        counts = {model: embeddings.count(sql, model) for model in models.everything(sql)}
    kept = sorted((model for model in counts if counts[model]), key=lambda model: -counts[model])
    obeyed = catalog.meta(models.CONFIGURED) == config.model.name
    choice = _name_of(wanted) if wanted is not None and obeyed else config.model.name
    return _Remembered(config.model.name, choice, active, kept)


def _recorded(
    catalog: Catalog, remembered: _Remembered, awake: _Awake, chosen: Pack | None, problem: PackError | None
) -> Beginning:
    """Writes down who answers, and who shall; a choice that cannot be opened stays the one that was made."""
    with catalog.write() as tx:
        model = registered(tx, awake.pack, awake.named)
        models.activate(tx, model)
        wanted = model
        if chosen is not None:
            wanted = registered(tx, chosen, remembered.choice)
            models.want(tx, wanted)
            models.configured(tx, remembered.configured)
    following = Chosen(wanted, chosen) if chosen is not None and wanted.id != model.id else None
    told = f"{problem.message} {model.title} answers instead." if problem else ""
    return Beginning(InUse(model, awake.pack, awake.text), following, told)


def _name_of(model: Model) -> str:
    return model.pack or model.name
