"""`backup`, `export`, `restore`: what a person said, out of the library and into it."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import trio

from vaultd.handlers.gesture import gesture
from vaultd.handlers.vault import Vault
from vaultd.ingest.mountinfo import is_within
from vaultd.safekeeping import daily, export, importing
from vaultd.safekeeping.daily import Made
from vaultipc.codec import display, exact
from vaultipc.errors import Conflict, DiskFull, NotFound, Refused, UserError
from vaultipc.messages import BackupParams, ExportParams, ItemError, Kept, RestoreParams, TakenIn


async def backup(vault: Vault, params: BackupParams) -> Kept:
    """Writes a backup of the catalog while it is in use."""
    target = _place(vault, params.to, params.to_b64)
    if target is not None and await trio.to_thread.run_sync(target.is_dir):
        target /= f"visionary-vault-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.db"
    with _writing(target or vault.config.library.data):
        return _kept(await vault.backups.make(target, full=params.full))


async def export_said(vault: Vault, params: ExportParams) -> Kept:
    """Writes a folder with everything the person said, as JSON and as XMP sidecars."""
    target = _place(vault, params.to, params.to_b64)
    if target is None:
        raise UserError("no folder is named", hint="`vvault export --to FOLDER`")

    def write() -> export.Exported:
        with vault.catalog.read() as sql:
            return export.write(sql, target, daily.is_wanted, subscriptions=params.subscriptions)

    try:
        with _writing(target):
            return _kept(await trio.to_thread.run_sync(write))
    except InterruptedError:
        await trio.lowlevel.checkpoint()
        raise


async def restore(vault: Vault, params: RestoreParams) -> TakenIn:
    """Adds what an export says to the library; undone as one action. A backup is put in place by `vvault restore`."""
    source = Path(os.fsdecode(exact(params.source, params.source_b64)))
    if not source.is_absolute():
        raise UserError("no export is named", hint="`vvault restore --from FOLDER`")
    said = await trio.to_thread.run_sync(importing.read, source)
    with vault.catalog.read() as sql:
        wanted = importing.Import(sql, said)
    group = params.group or secrets.token_hex(8)
    action, changed = None, 0
    for step in wanted.steps():
        asked = msgspec.structs.replace(params, group=group)
        with gesture(vault, "restore", "take in an export", asked) as done:
            changed += step(done)
        action = done.id or action
        await trio.lowlevel.checkpoint()
    errors = [ItemError(item=source.name, message=problem) for problem in wanted.problems]
    path, path_b64 = display(bytes(source))
    size, digest = await trio.to_thread.run_sync(importing.measure, source)
    return TakenIn(
        path=path,
        path_b64=path_b64,
        bytes=size,
        images=len(said.images),
        tags=len(said.tags),
        sha256=digest,
        action=action,
        changed=changed,
        errors=errors,
    )


def _place(vault: Vault, to: str, to_b64: str | msgspec.UnsetType) -> Path | None:
    """Where something is to be written. Raises Refused for a place in a mount of ours, which would wait for us."""
    named = exact(to, to_b64)
    if not named:
        return None
    path = os.path.normpath(named)
    shown = display(path)[0]
    if not os.path.isabs(path):
        raise UserError(f"“{shown}” is not an absolute path", hint="give the full path")
    mounts = [os.fsencode(mount.path) for mount in vault.mounts]
    if any(is_within(path, mount) for mount in mounts):
        raise Refused(f"{shown} lies in the mounted vault", hint="name a place outside of it")
    if os.path.lexists(path) and not os.path.isdir(path):
        raise Conflict(f"there is a {shown} already", hint="choose another name; nothing is overwritten")
    if not os.path.isdir(os.path.dirname(path)):
        raise NotFound(f"there is no folder {display(os.path.dirname(path))[0]}", hint="make it first")
    return Path(os.fsdecode(path))


@contextmanager
def _writing(place: Path) -> Iterator[None]:
    """Says of a place that cannot be written why it is so. Raises DiskFull, Refused."""
    try:
        yield
    except InterruptedError:
        raise  # nobody waits for it any more
    except OSError as error:
        shown = display(bytes(place))[0]
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFull(f"there is no room for {shown}", hint="make room there, or name another place") from error
        raise Refused(f"{shown} cannot be written: {error.strerror}", hint="name another place") from error


def _kept(made: Made | export.Exported) -> Kept:
    path, path_b64 = display(bytes(made.path))
    return Kept(path=path, path_b64=path_b64, bytes=made.size, images=made.images, tags=made.tags, sha256=made.sha256)


HANDLERS = {"backup": backup, "export": export_said, "restore": restore}
