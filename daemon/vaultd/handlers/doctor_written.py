"""`doctor` on what stands in the attributes of files and beside them: can it be read, and is it written if asked?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from vaultd.catalog import sidecars, volumes
from vaultd.handlers.vault import Vault
from vaultd.ingest.writing_back import WritingBack
from vaultipc.codec import display
from vaultipc.messages import Check

_SHOWN = 3
"""Reasons that are named; there may be as many as sidecars."""


def checks(vault: Vault) -> Iterator[Check]:
    """Both places of writing, and the sidecars that are there."""
    ingest = vault.ingest
    yield _written(vault, "attributes of files", ingest.writing_back, "in their files, too", "library.write_xattrs")
    yield _written(vault, "writing sidecars", ingest.writing_sidecars, "beside them, too", "library.write_sidecars")
    yield _sidecars(vault)


def _written(vault: Vault, name: str, writing: WritingBack[Any, Any, Any], where: str, key: str) -> Check:
    """Whether what the user says of pictures stands there, too, where that is asked for."""
    if not writing.enabled:
        return Check(name=name, state="skip", message=f"what you say of pictures is not written {where} ({key})")
    if not writing.problems:
        return Check(name=name, state="ok", message=f"what you say of pictures stands {where}")
    with vault.catalog.read() as sql:
        places = {volume.id: display(volume.mount_point or b"(away)")[0] for volume in volumes.everything(sql)}
    told = [f"{count} files on {places[volume]}: {reason}" for (volume, reason), count in writing.problems.items()]
    return Check(
        name=name,
        state="warn",
        message=f"could not be written: {'; '.join(sorted(told))}",
        fix="nothing is lost, the catalog keeps it; make the place writable, then restart the daemon",
    )


def _sidecars(vault: Vault) -> Check:
    """Whether all sidecars can be read."""
    with vault.catalog.read() as sql:
        problems = sidecars.problems(sql)
    if not problems:
        return Check(name="sidecars", state="ok", message="every sidecar can be read")
    told = [f"{reason} ({count}, such as {display(path)[0]})" for reason, count, path in problems[:_SHOWN]]
    return Check(
        name="sidecars",
        state="warn",
        message=f"some cannot be read, what they said before counts on: {'; '.join(told)}",
        fix="save them again with the program that wrote them, or delete them",
    )
