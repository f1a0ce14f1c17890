"""What `doctor` says of the backups, and of a catalog that had to be restored from one."""

from __future__ import annotations

from collections.abc import Iterator

from vaultd.catalog.backups.restoring import REPORT, UNREAD, kept_aside
from vaultd.domain.moments import rfc3339
from vaultd.handlers.vault import Vault
from vaultipc.messages import Check


def checks(vault: Vault) -> Iterator[Check]:
    """Without waiting: it looks into two folders of a few names."""
    yield _backups(vault)
    unread = [aside for aside in kept_aside(vault.catalog.path) if (aside / UNREAD).exists()]
    if unread:
        yield Check(
            name="restored catalog",
            state="warn",
            message=f"a backup took the place of a damaged catalog; what is missing stands in {unread[0] / REPORT}",
            fix=f"read it, then delete {unread[0] / UNREAD}; or all of {unread[0]}, if you need nothing of it any more",
        )


def _backups(vault: Vault) -> Check:
    name, problem, found = "backups", vault.backups.problem, vault.backups.shelf.all()
    if problem:
        fix = "make room there; or `vvault doctor --deep` says what is damaged, and `vvault restore` takes a backup"
        return Check(name=name, state="warn", message=problem, fix=fix)
    if not found:
        return Check(name=name, state="ok", message="the first one is made a minute after the start")
    newest = rfc3339(int(found[0].made_at.timestamp() * 1000))
    return Check(name=name, state="ok", message=f"{len(found)} in {vault.backups.shelf.folder}, the newest of {newest}")
