"""What a daemon is doing at an instant, told to whoever is about to kill it.

The daemon is the real one; around some of its functions a line is written when they are entered (`+commit`) and one
when they are left (`-commit`). What was open when it died is what the kill hit.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec, TypeVar

import msgspec

from vaultd.catalog import store
from vaultd.catalog.store import Catalog, Transaction
from vaultd.config import Config
from vaultd.handlers.registry import HANDLERS
from vaultd.index import followed, growing
from vaultd.index.followed import FollowedTexts, FollowedVectors
from vaultd.index.growing import GrowingIndex
from vaultd.ingest import service
from vaultd.ingest.process import Worker
from vaultd.ingest.scan import Scanner
from vaultd.switching.switch import ModelSwitch
from vaultd.worker.messages import Answer, Decode, Embed, Read, Request, Setup

PHASES = (
    "scan", "decode", "embed", "commit", "tag", "index commit", "model switch", "migration", "compaction", "backup",
)  # fmt: skip
TAGGING = ("tag", "untag", "tags.rename", "tags.delete", "undo", "rate", "fav", "album.add")

P = ParamSpec("P")
R = TypeVar("R")


class Teller:
    """Writes the lines to a descriptor, each at once."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def say(self, line: str) -> None:
        os.write(self._descriptor, f"{line}\n".encode())

    @contextmanager
    def during(self, phase: str) -> Iterator[None]:
        self.say(f"+{phase}")
        try:
            yield
        finally:
            self.say(f"-{phase}")

    def around(self, phase: str, function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def told(*args: P.args, **kwargs: P.kwargs) -> R:
            with self.during(phase):
                return function(*args, **kwargs)

        return told

    def around_async(self, phase: str, function: Callable[P, Awaitable[R]]) -> Callable[P, Awaitable[R]]:
        @functools.wraps(function)
        async def told(*args: P.args, **kwargs: P.kwargs) -> R:
            with self.during(phase):
                return await function(*args, **kwargs)

        return told


def tell(descriptor: int) -> Teller:
    """Makes the daemon of this process tell its phases; its indexes are kept and made anew far more often."""
    teller = Teller(descriptor)
    _set(Scanner, "scan", teller.around_async("scan", Scanner.scan))
    _set(ModelSwitch, "_build", teller.around_async("model switch", ModelSwitch._build))
    for index in (FollowedTexts, FollowedVectors):
        _set(index, "commit", teller.around("index commit", index.commit))
    for module, name, phase in ((store, "_migrate", "migration"), (store, "_keep_before_migration", "backup")):
        _set(module, name, teller.around(phase, getattr(module, name)))
    for method in TAGGING:
        HANDLERS[method] = teller.around_async("tag", HANDLERS[method])
    _set(Worker, "ask", _asking(teller))
    _set(Catalog, "write", _writing(teller))
    _set(GrowingIndex, "compact", _compacting(teller))
    _set(service, "_setup", _eager(service._setup))
    _set(growing, "WASTE", 2)
    _set(followed, "KEEP_AFTER_ROWS", 1)
    return teller


def _set(owner: object, name: str, value: object) -> None:
    assert hasattr(owner, name), f"{owner} has no {name} any more"
    setattr(owner, name, value)


def _eager(setup: Callable[[Config], Setup]) -> Callable[[Config], Setup]:
    """Workers that do not give way: the machine is ours."""
    return lambda config: msgspec.structs.replace(setup(config), niceness=0)


def _asking(teller: Teller) -> Callable[[Worker, Request], Awaitable[Answer]]:
    ask = Worker.ask

    async def told(worker: Worker, request: Request) -> Answer:
        if isinstance(request, Decode | Read | Embed):
            with teller.during("embed" if isinstance(request, Embed) else "decode"):
                return await ask(worker, request)
        return await ask(worker, request)

    return told


def _writing(teller: Teller) -> Callable[[Catalog], Any]:
    write = Catalog.write

    @contextmanager
    def told(catalog: Catalog) -> Iterator[Transaction]:
        with teller.during("commit"), write(catalog) as tx:
            yield tx

    return told


def _compacting(teller: Teller) -> Callable[[GrowingIndex], None]:
    compact = GrowingIndex.compact

    def told(index: GrowingIndex) -> None:
        rows = index._body.rows
        if rows.count - rows.alive > max(growing.WASTE, rows.count // 4):
            with teller.during("compaction"):
                return compact(index)
        return compact(index)

    return told
