"""How the vault is."""

from __future__ import annotations

from fastapi import APIRouter, Response

from vaultipc.messages import Status
from vaultweb.asking import Daemon, passed_on
from vaultweb.described import gives

router = APIRouter(tags=["vault"])


@router.get("/api/status", **gives(Status))
async def status(daemon: Daemon) -> Response:
    """The daemon's state: what is being read, how much is known, which model answers."""
    return await passed_on(daemon, "status")
