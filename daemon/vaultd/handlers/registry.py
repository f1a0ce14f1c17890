"""Every method that the daemon answers, gathered from the modules of this package."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from vaultd.handlers import (
    accept,
    actions,
    albums,
    autotags,
    complete,
    config,
    doctor,
    duplicates,
    edits,
    feedback,
    fetch,
    folders,
    gallery,
    generations,
    history,
    images,
    marks,
    model_bench,
    models,
    parsing,
    rules,
    safekeeping,
    saved,
    search,
    sidecars,
    status,
    tags,
    trash,
    views,
    writing,
)
from vaultd.handlers.vault import Vault

Handler = Callable[[Vault, Any], Awaitable[Any]]

HANDLERS: dict[str, Handler] = {}
for _module in (
    accept,
    actions,
    albums,
    autotags,
    complete,
    config,
    doctor,
    duplicates,
    edits,
    feedback,
    fetch,
    folders,
    gallery,
    generations,
    history,
    images,
    marks,
    model_bench,
    models,
    parsing,
    rules,
    safekeeping,
    saved,
    search,
    sidecars,
    status,
    tags,
    trash,
    views,
    writing,
):
    HANDLERS.update(_module.HANDLERS)
