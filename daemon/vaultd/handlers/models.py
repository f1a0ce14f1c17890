"""`model.list`: the packs at hand."""

from __future__ import annotations

from pathlib import Path

import trio

from vaultd.handlers.vault import Vault
from vaultd.models.bundled import BUNDLED, find_packs
from vaultd.models.pack import Pack, load_pack
from vaultipc.messages import Empty, ModelInfo, Models


async def model_list(vault: Vault, params: Empty) -> Models:
    """Every pack found, the active one first. Hashing their files takes a moment, so it happens in a thread."""
    local = vault.config.library.data / "models"
    packs = await trio.to_thread.run_sync(lambda: [load_pack(folder) for folder in find_packs(local).values()])
    infos = [_info(pack, active=pack.folder == vault.pack.folder) for pack in packs]
    return Models(models=sorted(infos, key=lambda info: (info.state != "active", info.name)))


def _info(pack: Pack, *, active: bool) -> ModelInfo:
    manifest = pack.manifest
    return ModelInfo(
        name=manifest.name,
        revision=manifest.revision,
        dim=manifest.dimension,
        state="active" if active else ("bundled" if pack.folder.is_relative_to(BUNDLED) else "local"),
        bytes=_size(pack.folder),
        licence=manifest.licence,
        languages=list(manifest.languages),
    )


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.iterdir() if file.is_file())


HANDLERS = {"model.list": model_list}
