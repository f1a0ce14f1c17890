"""What `doctor --deep` looks at beside the catalog: the caches that follow it, and what was left behind.

Reading goes on meanwhile, so what looks wrong is looked at again once the indexes have caught up; only what stays
wrong is told.
"""

from __future__ import annotations

import os
from collections.abc import Callable

import trio

from vaultd.catalog import files, volumes
from vaultd.catalog.check import verdict
from vaultd.handlers.vault import Vault
from vaultd.index import audit
from vaultd.worker import thumbnail_files, thumbnail_orphans
from vaultipc.messages import Check

LOOKS = 3
CATCH_UP_S = 10.0
REBUILT = "stop the daemon and delete the index folder; it is made again"


async def checks(vault: Vault) -> list[Check]:
    """Every check that reads all of an index, or of the folder of thumbnails."""
    model = vault.models.active.model

    def vectors() -> set[int]:
        with vault.catalog.read() as sql:
            return audit.stale_vectors(sql, vault.followers.vectors, model)

    def texts() -> set[int]:
        with vault.catalog.read() as sql:
            return audit.stale_texts(sql, vault.followers.texts)

    return [
        await _missing_vectors(vault),
        await _index(vault, "vector index", "the vector index holds the catalog's vectors", vectors),
        await _index(vault, "text index", "the text index holds what the catalog says", texts),
        await trio.to_thread.run_sync(_thumbnails, vault),
        await trio.to_thread.run_sync(_whole_thumbnails, vault),
    ]


async def _missing_vectors(vault: Vault) -> Check:
    """Whether every picture has a vector of the model that answers, once nothing waits to be read."""
    name, model = "missing vectors", vault.models.active.model.id
    if vault.ingest.pending:
        return Check(name=name, state="skip", message="pictures are being read; ask again when `vvault wait` has ended")

    def look() -> list[str]:
        with vault.catalog.read() as sql:
            return [f"file {pending.id}" for pending in files.incomplete(sql, model)]

    lacking = await trio.to_thread.run_sync(look)
    fix = "restart the daemon; it reads them again"
    return verdict(name, "every picture has a vector of the model that answers", lacking, fix)


async def _index(vault: Vault, name: str, sentence: str, look: Callable[[], set[int]]) -> Check:
    stale: set[int] | None = None
    for _ in range(LOOKS):
        with trio.move_on_after(CATCH_UP_S) as patience:
            await vault.followers.caught_up(vault.catalog.seq())
        if patience.cancelled_caught:
            return Check(name=name, state="skip", message="it is being built; ask again when `vvault wait` has ended")
        found = await trio.to_thread.run_sync(look)
        stale = found if stale is None else stale & found
        if not stale:
            break
    return verdict(name, sentence, [f"image {image}" for image in sorted(stale or ())], REBUILT)


def _thumbnails(vault: Vault) -> Check:
    """Whether all our thumbnails are of files there are; of what is away, and in a mount, nothing can be said."""
    with vault.catalog.read() as sql:
        away = volumes.away(sql)
    unsaid = [*away, *(os.fsencode(mount.path) for mount in vault.mounts)]
    shown = [path.name for path in thumbnail_orphans.find(thumbnail_files.home(), unsaid)]
    return verdict("thumbnails", "every thumbnail we wrote is that of a file", shown, "`vvault rescan`", state="warn")


def _whole_thumbnails(vault: Vault) -> Check:
    """Whether no thumbnail of a picture of the library is torn, or has other bytes than were written."""
    torn = [path.name for path in vault.ingest.upkeep.thumbnailing.damaged()]
    return verdict("whole thumbnails", "no thumbnail is damaged", torn, "`vvault rescan`", state="warn")
