"""Looking after the library: its health, its settings, backups, and writing what you say beside the pictures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from vaultipc.messages import (
    BackupParams,
    ConfigValues,
    Doctor,
    DoctorParams,
    Kept,
    WriteMetadataParams,
    WrittenMetadata,
)
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import body, gives
from vaultweb.wanted import ORIGIN, Ids, Wanted

router = APIRouter(tags=["care"])


class WritingWanted(Wanted):
    """Pictures by id, or all that a query matches. Without `write` it is only told what would be written; `take_back`
    puts back what stood there before."""

    ids: Ids = []
    query: str = ""
    write: bool = False
    take_back: bool = False


@router.get("/api/doctor", **gives(Doctor))
async def doctor(
    daemon: Daemon, deep: Annotated[bool, Query(description="Also what takes minutes.")] = False
) -> Response:
    """Whether everything is as it should be, and what to do where it is not."""
    return await passed_on(daemon, "doctor", DoctorParams(deep=deep))


@router.get("/api/config", **gives(ConfigValues))
async def config(daemon: Daemon) -> Response:
    """The settings. They are changed by `vvault config set`, and not from a page."""
    return await passed_on(daemon, "config.show")


@router.post("/api/backup", **gives(Kept, fails=(409, 507)))
async def backup(
    daemon: Daemon, full: Annotated[bool, Query(description="Also what can be computed again.")] = False
) -> Response:
    """Make a backup of the catalog, among the daily ones."""
    return await passed_on(daemon, "backup", BackupParams(full=full))


@router.post(
    "/api/write-metadata",
    **gives(WrittenMetadata, takes=WritingWanted, sent={"ids": ["17"], "write": False}, fails=(400, 404, 409, 507)),
)
async def write_metadata(daemon: Daemon, wanted: Annotated[WritingWanted, Depends(body(WritingWanted))]) -> Response:
    """Write what you say of pictures to sidecars beside them."""
    params = WriteMetadataParams(
        images=wanted.ids,
        query=wanted.query,
        write=wanted.write,
        take_back=wanted.take_back,
        origin=ORIGIN,
    )
    return await passed_on(daemon, "write-metadata", params)
