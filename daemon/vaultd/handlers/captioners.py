"""The models that write captions, as `model.list`, `model.info` and `model.forget` tell of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from vaultd.catalog import telling
from vaultd.catalog.telling import Kind
from vaultd.handlers.vault import Vault
from vaultd.ingest import tellers
from vaultd.models.captioners import CaptionModel, find_captioners, read_note
from vaultd.models.hub.curated import Curated, captioning
from vaultd.models.manifest import PackError
from vaultipc.errors import Refused
from vaultipc.messages import ModelDetails, ModelForgetParams, ModelForgotten, ModelInfo

KINDS: tuple[Kind, ...] = ("caption", "ocr")


def infos(vault: Vault) -> list[ModelInfo]:
    """Every such model: those at hand, those whose captions are kept, and the recommended ones. Reads the disk."""
    with vault.catalog.read() as sql:
        told = telling.tellers(sql)
    here = [_local(name, folder, told) for name, folder in sorted(find_captioners(_folder(vault)).items())]
    names = {info.name for info in here}
    return [*here, *(_remote(model, told) for model in captioning() if model.name not in names)]


def details(vault: Vault, name: str) -> ModelDetails | None:
    """Everything that is known of one, None where the name is none of theirs. Reads the disk."""
    info = next((info for info in infos(vault) if info.name == name), None)
    role = next((model.name for model in captioning() if model.role == name), "")
    if info is None:
        return details(vault, role) if role else None
    folder = find_captioners(_folder(vault)).get(name)
    note = _note(folder)[0] if folder else None
    return ModelDetails(
        **msgspec.structs.asdict(info),
        folder=str(folder) if folder else "",
        vector_bytes=0,
        manifest=_shown(note) if note else {},
    )


async def forget(vault: Vault, params: ModelForgetParams) -> ModelForgotten | None:
    """Takes away what a model wrote, or `rapidocr` read, that is at work no more; None where the name is none of
    theirs. Raises Refused for one that is at work, which would only write it again."""
    found = next(_sources(vault, params.name), None)
    if found is None:
        return None
    kind, source, count = found
    if _is_at_work(vault, kind, source):
        key = "captions.enabled" if kind == "caption" else "ocr.enabled"
        raise Refused(
            f"{params.name} is at work, and would find the same words again",
            hint=f"`vvault config set {key} false` switches it off; its words go with the next start of the daemon",
        )
    if not params.yes:
        raise Refused(
            f"this would take away the words that {params.name} found for {count:,} pictures", hint="say --yes"
        )
    await vault.ingest.upkeep.finding_words.forget(kind, source)
    return ModelForgotten(model=params.name, vectors=0, bytes=0, texts=count)


def is_known(vault: Vault, name: str) -> bool:
    """Whether a model of this name writes captions. Reads the disk."""
    return any(name in (model.name, model.role) for model in captioning()) or name in find_captioners(_folder(vault))


def _sources(vault: Vault, name: str) -> Iterator[tuple[Kind, str, int]]:
    with vault.catalog.read() as sql:
        told = telling.tellers(sql)
    for kind in KINDS:
        source = telling.PREFIX[kind] + name
        if source in told:
            yield kind, source, told[source]


def _is_at_work(vault: Vault, kind: Kind, source: str) -> bool:
    if not tellers.is_wanted(vault.config, kind):
        return False
    chosen = f"model:{vault.config.captions.model}" if kind == "caption" else tellers.OCR_SOURCE
    return source == chosen


def _local(name: str, folder: Path, told: dict[str, int]) -> ModelInfo:
    note, problem = _note(folder)
    return ModelInfo(
        name=name,
        revision=note.revision[:12] if note else "",
        dim=0,
        state="local",
        bytes=sum(file.stat().st_size for file in folder.iterdir() if file.is_file()),
        licence=note.licence if note else "",
        languages=["en"],
        problem=problem or UNSET,
        kind="caption",
        texts=told.get(f"model:{name}", 0),
    )


def _remote(model: Curated, told: dict[str, int]) -> ModelInfo:
    return ModelInfo(
        name=model.name,
        revision=model.revision,
        dim=0,
        state="remote",
        bytes=model.download_mb * 1_000_000,
        licence=model.licence,
        languages=model.languages,
        kind="caption",
        texts=told.get(f"model:{model.name}", 0),
    )


def _note(folder: Path) -> tuple[CaptionModel | None, str]:
    try:
        return read_note(folder), ""
    except PackError as error:
        return None, error.message


def _shown(note: CaptionModel) -> dict[str, Any]:
    shown: dict[str, Any] = msgspec.to_builtins(note)
    return shown


def _folder(vault: Vault) -> Path:
    return vault.config.library.data / tellers.MODELS
