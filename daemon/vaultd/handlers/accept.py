"""`accept`: a picture whose bytes were written into the mount."""

from __future__ import annotations

from vaultd.handlers.vault import Vault
from vaultipc.messages import Accepted, AcceptParams


async def accept(vault: Vault, params: AcceptParams) -> Accepted:
    """Keeps the picture and puts it where it belongs; when this returns, it is durable, searchable and there."""
    return await vault.ingest.accept(params)


HANDLERS = {"accept": accept}
