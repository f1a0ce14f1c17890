"""What was done, and taking it back."""

from __future__ import annotations

import trio

from vaultd.catalog import undo as undoing
from vaultd.domain.ids import is_id
from vaultd.handlers import references, trash, writing_files
from vaultd.handlers.vault import Vault
from vaultipc.errors import NotFound, UserError
from vaultipc.messages import Actions, LogParams, UndoParams


async def undo(vault: Vault, params: UndoParams) -> Actions:
    """Undoes the newest actions, or the one named; with `dry_run` it only tells what it would do.

    Files that were moved to the trash are brought back first, and those that were written get their bytes back, so that
    no action is undone that is not. What the request's own group did last is taken back in that action, so that the
    gesture stays one.
    """
    if params.count < 1:
        raise UserError(f"cannot undo {params.count} actions", hint="give a number from 1")
    if params.action and not is_id(params.action):
        raise NotFound(f"there is no action {params.action}", hint="`vvault log` lists them")
    with vault.catalog.read() as sql:
        wanted = [int(params.action)] if params.action else undoing.newest(sql, params.count)
    astray = await trash.bring_back_all(vault, wanted, dry_run=params.dry_run)
    wrote = writing_files.wrote(vault, wanted)
    astray |= await writing_files.give_back(vault, wanted, dry_run=params.dry_run)
    with vault.catalog.write() as tx:
        done = undoing.undo(
            tx, wanted, params.origin, astray, group=params.group, within_s=params.within_s, dry_run=params.dry_run
        )
    if wrote:
        await vault.ingest.upkeep.writing_files.sweep()
    return Actions(actions=done)


async def log(vault: Vault, params: LogParams) -> Actions:
    """The newest actions, or of those the ones that changed what is said of one picture."""
    named = params.image or isinstance(params.image_b64, str)
    image = references.one(vault, params.image, params.image_b64) if named else None

    def read() -> Actions:
        with vault.catalog.read() as sql:
            return Actions(actions=undoing.log(sql, params.limit, image))

    return await trio.to_thread.run_sync(read)


HANDLERS = {"undo": undo, "log": log}
