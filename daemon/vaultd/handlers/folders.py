"""`add`, `remove`, `roots`, `rescan`, `failed`: the watched folders and what is in them."""

from __future__ import annotations

import os

from vaultd.catalog import failures
from vaultd.domain.ids import is_id
from vaultd.handlers.vault import Vault
from vaultipc.codec import exact
from vaultipc.errors import NotFound, UserError
from vaultipc.messages import (
    Empty,
    Failed,
    FailedParams,
    FoldersParams,
    RemoveParams,
    Rescanned,
    RescanParams,
    Roots,
)


async def add(vault: Vault, params: FoldersParams) -> Roots:
    """Watches folders; their pictures are read in the background."""
    paths = [*map(exact, params.paths), *(exact("", encoded) for encoded in params.paths_b64)]
    if not paths:
        raise UserError("no folder was named", hint="`vvault add FOLDER`")
    await vault.ingest.noticing.add_roots(paths)
    return await roots(vault, Empty())


async def remove(vault: Vault, params: RemoveParams) -> Roots:
    """Watches a folder no more; with `forget` what was known of its pictures is dropped too, which cannot be undone."""
    path = exact(params.path, params.path_b64)
    if bool(path) == bool(params.root):
        raise UserError("name one folder, by its path or by its id", hint="`vvault roots` lists them")
    named = _id(params.root) if params.root else path
    await vault.ingest.noticing.remove_root(named, params.forget)
    return await roots(vault, Empty())


async def roots(vault: Vault, params: Empty) -> Roots:
    """The watched folders."""
    return Roots(roots=vault.ingest.root_states())


async def rescan(vault: Vault, params: RescanParams) -> Rescanned:
    """Looks through everything or one folder; with `wait`, also until what was found is read.

    If it is everything, thumbnails that are damaged or gone are made again, and those of files that are gone deleted:
    in the background, unless told to wait. For one folder nobody waits for thumbnails, which others may have asked for.
    """
    folder = exact(params.path, params.path_b64)
    found = await vault.ingest.rescan(folder or None)
    if not folder:
        vault.ingest.upkeep.thumbnailing.ask([os.fsencode(mount.path) for mount in vault.mounts])
    if params.wait:
        await vault.ingest.read()
        if not folder:
            await vault.ingest.upkeep.thumbnails_made()
        with vault.catalog.read() as sql:
            found.failed = len(failures.listing(sql))
    return found


async def failed(vault: Vault, params: FailedParams) -> Failed:
    """The quarantined files; with `retry` they are tried again, the private ones among them."""
    with vault.catalog.read() as sql:
        found = failures.listing(sql, private=params.private)
        hidden = 0 if params.private else len(failures.listing(sql)) - len(found)
    if params.retry:
        vault.ingest.retry_failed()
    return Failed(files=found, hidden=hidden)


def _id(text: str) -> int:
    if not is_id(text):
        raise NotFound(f"“{text}” is no id of a watched folder", hint="`vvault roots --json` tells them")
    return int(text)


HANDLERS = {"add": add, "remove": remove, "roots": roots, "rescan": rescan, "failed": failed}
