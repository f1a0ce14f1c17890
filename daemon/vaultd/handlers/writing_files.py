"""`write-metadata --into files`: what the user says, written into the pictures' own files; shown first, allowed by a
setting, and taken back by `undo`, bit for bit."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from typing import Literal

import trio

from vaultd.catalog import actions, rewritten
from vaultd.catalog import files as catalog_files
from vaultd.catalog.actions import LONGEST_S
from vaultd.catalog.rewritten import Entry
from vaultd.catalog.store import Transaction
from vaultd.catalog.written import FILES, Due
from vaultd.domain.sidecar import NOTHING, Traces, Wish
from vaultd.handlers import references
from vaultd.handlers.difference import told
from vaultd.handlers.vault import Vault
from vaultd.ingest.rewrite_plans import Plan
from vaultipc.errors import Refused
from vaultipc.messages import ItemError, SidecarWritten, WriteMetadataParams, WrittenMetadata

_SUMMARY = "write what you say into files"


class Writing:
    """The one action of a request, however many transactions it takes."""

    def __init__(self, params: WriteMetadataParams) -> None:
        self._origin = params.origin
        self._group = f"{params.group}/{secrets.token_hex(4)}"
        self.action: str | None = None

    def begin(self, tx: Transaction, entries: Sequence[Entry]) -> None:
        """Notes that these files will be written, so that it can be undone."""
        with actions.recorded(tx, "write-files", _SUMMARY, self._origin, self._group, LONGEST_S) as action:
            for entry in entries:
                rewritten.record(action, entry)
        self.action = action.id


async def write_files(vault: Vault, params: WriteMetadataParams) -> WrittenMetadata:
    """Says what would be written into the files of pictures, and writes it if it is asked to, and allowed."""
    if params.write and not vault.config.library.write_files:
        raise Refused(
            "the pictures' own files are not written, unless a setting allows it",
            hint="`vvault config set library.write_files true`, and then again; or `--into sidecars`",
        )
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)

    def due() -> tuple[list[Due[Wish, Traces]], int, list[ItemError]]:
        with vault.catalog.read() as sql:
            asked = FILES.taken_back if params.take_back else FILES.due
            there = sum(len(catalog_files.everywhere(sql, image)) for image in images)
            return asked(sql, images), there, references.away(sql, images)

    dues, there, away = await trio.to_thread.run_sync(due)
    writing = Writing(params)
    done = await vault.ingest.upkeep.writing_files.write(dues, writing.begin if params.write else None)
    errors += away + [ItemError(item=os.fsdecode(file.path), message=reason) for file, reason in done.refused]
    refused = {file.file for file, _ in done.refused}
    plans = [plan for plan in done.plans if plan.file.file not in refused]
    return WrittenMetadata(
        files=[_told(plan) for plan in plans],
        written=len(done.written),
        unchanged=max(there - len(plans) - len(errors), 0),
        errors=errors,
        action=writing.action,
        kept=done.kept,
    )


def wrote(vault: Vault, wanted: Sequence[int]) -> bool:
    """Whether any of these actions wrote into files."""
    with vault.catalog.read() as sql:
        return bool(rewritten.of_actions(sql, wanted))


async def give_back(vault: Vault, wanted: Sequence[int], *, dry_run: bool) -> dict[tuple[str, int], str]:
    """Gives the files that these actions wrote the bytes that they had before; of what cannot be, why, by its row."""
    with vault.catalog.read() as sql:
        rows = rewritten.of_actions(sql, wanted)
    outcomes = [(row.id, await vault.ingest.upkeep.writing_files.take_back(row, dry_run=dry_run)) for row in rows]
    return {("rewritten", row): reason for row, reason in outcomes if reason}


def _told(plan: Plan) -> SidecarWritten:
    does: Literal["make", "change", "remove"] = (
        "remove" if plan.packet == b"" else "make" if plan.was == NOTHING else "change"
    )
    return told(plan.file.path, b"", does, plan.was, plan.said)
