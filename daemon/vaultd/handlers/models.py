"""`model.list`, `model.info`, `model.use`, `model.forget`: the models, and which of them answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Literal

import msgspec
import trio
from msgspec import UNSET

from vaultd.catalog import embeddings, models, tallies
from vaultd.catalog.models import Model
from vaultd.handlers.vault import Vault
from vaultd.models.hub.curated import Curated, curated
from vaultd.switching.shelf import Found
from vaultipc.errors import NotFound, Refused
from vaultipc.messages import (
    Empty,
    ModelDetails,
    ModelForgetParams,
    ModelForgotten,
    ModelInfo,
    ModelNameParams,
    Models,
    ModelTold,
    ModelUsed,
    ModelUseParams,
)

_ORDER = ("active", "building", "bundled", "local", "remote")
HALF = 2
"""Bytes of one number of a stored vector."""


async def model_list(vault: Vault, params: Empty) -> Models:
    """Every pack found, every model whose vectors are kept, and those that are recommended; the active one first."""
    found = await trio.to_thread.run_sync(vault.models.shelf.everything)
    kept = _kept(vault)
    infos = [_info(vault, one, kept) for one in found]
    infos += _without_pack(vault, kept, infos)
    here = {info.name for info in infos}
    infos += [_recommended(model) for model in curated() if model.name not in here]
    return Models(models=sorted(infos, key=lambda info: (_ORDER.index(info.state), info.name, info.revision)))


async def model_info(vault: Vault, params: ModelNameParams) -> ModelTold:
    """Everything that is known of one model."""
    found = await trio.to_thread.run_sync(vault.models.shelf.find, params.name)
    kept = _kept(vault)
    if found is not None:
        return ModelTold(model=_details(_info(vault, found, kept), found))
    others = [*_without_pack(vault, kept, []), *map(_recommended, curated())]
    for info in others:
        if info.name == params.name:
            return ModelTold(model=_details(info, None))
    raise NotFound(f"there is no model named {params.name!r}", hint="`vvault model list` lists them")


async def model_use(vault: Vault, params: ModelUseParams) -> ModelUsed:
    """Makes a model the one that answers, as soon as it has a vector of every picture at hand."""
    chosen = await vault.models.use(params.name, wait=params.wait)
    with vault.catalog.read() as sql:
        away = tallies.count(sql).offline
    found = await trio.to_thread.run_sync(vault.models.shelf.find, chosen.model.pack or chosen.model.name)
    if found is None:
        raise NotFound(f"the pack of {chosen.model.title} was removed meanwhile")
    info = _info(vault, found, _kept(vault))
    return ModelUsed(model=info, reembed=progress(vault) if info.state == "building" else UNSET, away=away)


async def model_forget(vault: Vault, params: ModelForgetParams) -> ModelForgotten:
    """Frees the vectors of a model that does not answer; its pack stays."""
    if not params.yes:
        free, kept = vault.models.free_to_forget(params.name), _kept(vault)
        count = sum(kept.get(model, 0) for model in free)
        raise Refused(
            f"this would free {count:,} vectors of {params.name}, and making them again takes as long as reading every"
            " picture anew",
            hint="say --yes to do it",
        )
    vectors, size = await vault.models.forget(params.name)
    return ModelForgotten(model=params.name, vectors=vectors, bytes=size)


def progress(vault: Vault) -> dict[str, int] | msgspec.UnsetType:
    """How far the vectors of the next model are."""
    made = vault.models.progress
    return {"done": made[0], "total": made[1]} if made else UNSET


def _kept(vault: Vault) -> dict[Model, int]:
    """The models of the catalog, and how many vectors of each are kept."""
    with vault.catalog.read() as sql:
        return {model: embeddings.count(sql, model) for model in models.everything(sql)}


def _info(vault: Vault, found: Found, kept: dict[Model, int]) -> ModelInfo:
    if found.pack is None:
        return ModelInfo(
            name=found.name, revision="", dim=0, state="local", bytes=found.size, licence="", languages=[],
            problem=found.problem,
        )  # fmt: skip
    manifest = found.pack.manifest
    key = (manifest.name, manifest.revision)
    state = _state(vault, key) or ("bundled" if found.is_bundled else "local")
    return ModelInfo(
        name=found.name,
        revision=manifest.revision,
        dim=manifest.dimension,
        state=state,
        bytes=found.size,
        licence=manifest.licence,
        languages=list(manifest.languages),
        vectors=sum(count for model, count in kept.items() if (model.name, model.revision) == key),
    )


def _state(vault: Vault, key: tuple[str, str]) -> Literal["active", "building"] | None:
    """What a model of this name and revision is doing."""
    switch = vault.models
    if (switch.active.model.name, switch.active.model.revision) == key:
        return "active"
    following = switch.next.model if switch.next else None
    return "building" if following and (following.name, following.revision) == key else None


def _without_pack(vault: Vault, kept: dict[Model, int], found: list[ModelInfo]) -> Iterator[ModelInfo]:
    """Models of the catalog whose pack was not found: one in a folder of its own, one that was removed or replaced."""
    here = {(info.name, info.revision) for info in found}
    for model, count in kept.items():
        state = _state(vault, (model.name, model.revision))
        if (model.name, model.revision) in here or not (count or state):
            continue
        yield ModelInfo(
            name=model.name,
            revision=model.revision,
            dim=model.dimension,
            state=state or ("local" if "/" in model.pack else "remote"),
            bytes=0,
            licence="",
            languages=[],
            vectors=count,
            problem=UNSET if "/" in model.pack else "its pack is not here any more; its vectors are kept",
        )


def _recommended(model: Curated) -> ModelInfo:
    return ModelInfo(
        name=model.name,
        revision=model.revision,
        dim=model.dimension,
        state="remote",
        bytes=model.download_mb * 1_000_000,
        licence=model.licence,
        languages=model.languages,
    )


def _details(info: ModelInfo, found: Found | None) -> ModelDetails:
    return ModelDetails(
        **msgspec.structs.asdict(info),
        folder=os.fsencode(found.folder).decode(errors="replace") if found else "",
        vector_bytes=HALF * info.dim * info.vectors,
        manifest=msgspec.to_builtins(found.pack.manifest) if found and found.pack else {},
    )


HANDLERS = {
    "model.list": model_list,
    "model.info": model_info,
    "model.use": model_use,
    "model.forget": model_forget,
}
