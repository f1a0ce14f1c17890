"""Every command of `vvault`, by name, in the order of its help."""

from __future__ import annotations

from vaultd.cli.command import Command
from vaultd.cli.commands import (
    albums,
    autotags,
    changes,
    completing,
    duplicates,
    feedback,
    fetching,
    folders,
    health,
    history,
    images,
    marks,
    model_bench,
    model_export,
    model_pull,
    models,
    processes,
    rules,
    safekeeping,
    saved,
    searching,
    settings,
    state,
    upkeep,
    web,
    writing,
)

_GROUPS = (
    processes,
    web,
    state,
    models,
    model_pull,
    model_export,
    model_bench,
    folders,
    searching,
    duplicates,
    completing,
    feedback,
    history,
    images,
    marks,
    writing,
    albums,
    autotags,
    changes,
    saved,
    rules,
    fetching,
    settings,
    health,
    safekeeping,
    upkeep,
)

COMMANDS: dict[str, Command] = {command.name: command for group in _GROUPS for command in group.COMMANDS}
