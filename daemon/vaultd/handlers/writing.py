"""`write-metadata`: what the user says of pictures, written to sidecars beside them, shown before it is done."""

from __future__ import annotations

import os
from typing import Literal

import trio

from vaultd.catalog import files as catalog_files
from vaultd.catalog import written
from vaultd.catalog.written import Due
from vaultd.domain.sidecar import NOTHING, Traces, Wish
from vaultd.handlers import references, writing_files
from vaultd.handlers.difference import told
from vaultd.handlers.vault import Vault
from vaultd.ingest.writing_back import WritingBack
from vaultd.ingest.writing_sidecars import Plan, Sidecars
from vaultipc.errors import UserError
from vaultipc.messages import ItemError, SidecarWritten, WriteMetadataParams, WrittenMetadata

_File = Due[Wish, Traces]


async def write_metadata(vault: Vault, params: WriteMetadataParams) -> WrittenMetadata:
    """Says what would be written, and writes it if it is asked to."""
    if params.take_back and vault.config.library.write_sidecars != "off":
        raise UserError(
            "what is taken back would be written again at once",
            hint="`vvault config set library.write_sidecars off`, and then again",
        )
    if params.into == "files":
        return await writing_files.write_files(vault, params)
    images, errors = await references.meant(vault, params.images, params.images_b64, params.query)
    writer = WritingBack(vault.catalog, Sidecars(vault.catalog, "all"), enabled=False)

    def due() -> tuple[list[_File], int, list[ItemError]]:
        with vault.catalog.read() as sql:
            asked = written.SIDECARS.taken_back if params.take_back else written.SIDECARS.due
            there = sum(len(catalog_files.everywhere(sql, image)) for image in images)
            return asked(sql, images), there, references.away(sql, images)

    files, there, away = await trio.to_thread.run_sync(due)
    plans = await writer.preview(files)
    wanted = [(file, plan) for file, plan in plans if not plan.is_nothing]
    done = await writer.write([file for file, _ in plans]) if params.write else set()
    errors += away + [ItemError(item=os.fsdecode(file.path), message=reason) for file, reason in writer.refused(files)]
    told = await trio.to_thread.run_sync(_all_told, wanted)
    return WrittenMetadata(
        files=told,
        written=sum(file.file in done for file, _ in wanted),
        unchanged=max(there - len(wanted) - len(errors), 0),
        errors=errors,
    )


def _all_told(plans: list[tuple[_File, Plan]]) -> list[SidecarWritten]:
    return [_told(file, plan) for file, plan in plans]


def _told(file: _File, plan: Plan) -> SidecarWritten:
    before = NOTHING if plan.was is None else plan.was
    after = NOTHING if plan.data == b"" else plan.said
    does: Literal["make", "change", "remove"] = "remove" if plan.data == b"" else "change" if plan.before else "make"
    return told(file.path, plan.path, does, before, after)


HANDLERS = {"write-metadata": write_metadata}
