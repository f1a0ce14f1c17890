"""`model.list`, `model.info`, `model.use`, `model.forget`: the models, and which of them answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import trio
from msgspec import UNSET

from vaultd.catalog import embeddings, models, tallies
from vaultd.catalog.models import Model
from vaultd.handlers import captioners
from vaultd.handlers.vault import Vault
from vaultd.models.hub.curated import Curated, curated, recommended
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
    infos += _without_pack(vault, kept, {model for one in found if (model := _model_of(one, kept))})
    here = {info.name for info in infos}
    infos += [_recommended(model) for model in curated() if model.name not in here]
    infos += await trio.to_thread.run_sync(captioners.infos, vault)
    return Models(models=sorted(infos, key=lambda info: (_ORDER.index(info.state), info.name, info.revision)))


async def model_info(vault: Vault, params: ModelNameParams) -> ModelTold:
    """Everything that is known of one model."""
    found = await trio.to_thread.run_sync(vault.models.shelf.find, params.name)
    kept = _kept(vault)
    if found is not None:
        return ModelTold(model=_details(_info(vault, found, kept), found))
    for info in _without_pack(vault, kept, set()):
        if info.name == params.name:
            return ModelTold(model=_details(info, None))
    writes = await trio.to_thread.run_sync(captioners.details, vault, params.name)
    if writes is not None:
        return ModelTold(model=writes)
    to_pull = recommended(params.name)
    if to_pull is not None:
        return ModelTold(model=_details(_recommended(to_pull), None))
    raise NotFound(f"there is no model named {params.name!r}", hint="`vvault model list` lists them")


async def model_use(vault: Vault, params: ModelUseParams) -> ModelUsed:
    """Makes a model the one that answers, as soon as it has a vector of every picture at hand."""
    if await trio.to_thread.run_sync(captioners.is_known, vault, params.name):
        raise Refused(
            f"{params.name} writes captions and answers no searches",
            hint=f"`vvault config set captions.model {params.name}` lets it write",
        )
    chosen = await vault.models.use(params.name, wait=params.wait)
    with vault.catalog.read() as sql:
        away = tallies.count(sql).offline
    found = await trio.to_thread.run_sync(vault.models.shelf.find, chosen.model.pack or chosen.model.name)
    if found is None:
        raise NotFound(f"the pack of {chosen.model.title} was removed meanwhile")
    info = _info(vault, found, _kept(vault))
    return ModelUsed(model=info, reembed=progress(vault) if info.state == "building" else UNSET, away=away)


async def model_forget(vault: Vault, params: ModelForgetParams) -> ModelForgotten:
    """Frees the vectors of a model that does not answer, or takes away the captions of one that writes no more; its
    pack stays."""
    words = await captioners.forget(vault, params)
    if words is not None:
        return words
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
    model, manifest = _model_of(found, kept), found.pack.manifest if found.pack else None
    revision = manifest.revision if manifest else model.revision if model else ""
    name = manifest.name if manifest else model.name if model else ""
    return ModelInfo(
        name=found.name,
        revision=revision,
        dim=manifest.dimension if manifest else model.dimension if model else 0,
        state=_state(vault, (name, revision)) or ("bundled" if found.is_bundled else "local"),
        bytes=found.size,
        licence=manifest.licence if manifest else "",
        languages=list(manifest.languages) if manifest else [],
        vectors=kept[model] if model else 0,
        problem=found.problem or UNSET,
    )


def _model_of(found: Found, kept: dict[Model, int]) -> Model | None:
    """The model of the catalog that a pack holds; of a damaged one, the newest that was opened from there."""
    if found.pack is not None:
        key = (found.pack.manifest.name, found.pack.manifest.revision)
        return next((model for model in kept if (model.name, model.revision) == key), None)
    return next((model for model in kept if _was_in(found, model)), None)


def _was_in(found: Found, model: Model) -> bool:
    """Whether a model was opened from this folder."""
    return Path(model.pack).expanduser() == found.folder if "/" in model.pack else model.pack == found.folder.name


def _state(vault: Vault, key: tuple[str, str]) -> Literal["active", "building"] | None:
    """What a model of this name and revision is doing."""
    switch = vault.models
    if (switch.active.model.name, switch.active.model.revision) == key:
        return "active"
    following = switch.next.model if switch.next else None
    return "building" if following and (following.name, following.revision) == key else None


def _without_pack(vault: Vault, kept: dict[Model, int], found: set[Model]) -> Iterator[ModelInfo]:
    """Models of the catalog whose pack was not found: it was removed or replaced."""
    to_pull = {model.name for model in curated() if model.repo}
    for model, count in kept.items():
        state = _state(vault, (model.name, model.revision))
        if model in found or not (count or state):
            continue
        yield ModelInfo(
            name=model.name,
            revision=model.revision,
            dim=model.dimension,
            state=state or ("remote" if model.name in to_pull else "local"),
            bytes=0,
            licence="",
            languages=[],
            vectors=count,
            problem=f"its pack is not {_place(model)} any more; its vectors are kept",
        )


def _place(model: Model) -> str:
    return f"in {model.pack}" if "/" in model.pack else "here"


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
