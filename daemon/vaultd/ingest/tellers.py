"""Which programs find words for pictures here: what is installed, pulled and wanted."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from vaultd.catalog.telling import Kind, Teller
from vaultd.config import Config
from vaultd.models.captioners import find_captioners, read_note
from vaultd.models.manifest import PackError
from vaultd.worker.messages import TellSetup

MODELS = "models"
OCR_SOURCE = "ocr:rapidocr"
OCR_WAY, CAPTION_WAY = 1, 1
"""Of how we ask: a greater one has everything asked anew."""
NEEDED: dict[Kind, tuple[str, ...]] = {"ocr": ("rapidocr", "cv2"), "caption": ("torch", "transformers")}
EXTRAS: dict[Kind, str] = {"ocr": "ocr", "caption": "caption"}
NICENESS = 19
MORE_MB = 2048
"""What one picture may take beyond the model, whatever `ingest.decode_memory_mb` leaves to a decoder, in MiB."""
ONE_S = 900
"""For one picture. `ingest.decode_timeout_s` is meant for decoding: a caption takes half a minute of a slow processor,
a screen full of text some seconds; and these workers give way, so on a busy machine a minute of work takes many."""


@dataclass(frozen=True)
class Plan:
    """A teller and how its worker is started."""

    teller: Teller
    setup: TellSetup


def missing(kind: Kind) -> list[str]:
    """The libraries that a kind needs and that are not installed. Imports nothing."""
    return [name for name in NEEDED[kind] if not _is_installed(name)]


def is_wanted(config: Config, kind: Kind) -> bool:
    """Whether the configuration lets it find words."""
    return config.captions.enabled if kind == "caption" else config.ocr.enabled


def plans(config: Config) -> list[Plan]:
    """The tellers that can be at work now, in the order of their turns: reading is quicker than describing."""
    found = [_ocr(config), _caption(config)]
    return [plan for plan in found if plan is not None]


def caption_folder(config: Config) -> Path | None:
    """The folder of the model that is to write captions, None where it was not pulled."""
    return find_captioners(config.library.data / MODELS).get(config.captions.model)


def _ocr(config: Config) -> Plan | None:
    if not is_wanted(config, "ocr") or missing("ocr"):
        return None
    return Plan(
        Teller("ocr", OCR_SOURCE, f"{_version('rapidocr')}/{OCR_WAY}"),
        _setup(config, "ocr", b""),
    )


def _caption(config: Config) -> Plan | None:
    folder = caption_folder(config)
    if not is_wanted(config, "caption") or missing("caption") or folder is None:
        return None
    try:
        note = read_note(folder)
    except PackError:  # told by `doctor`, which reads it, too
        return None
    return Plan(
        Teller("caption", note.source, f"{note.revision}/{CAPTION_WAY}"),
        _setup(config, "caption", os.fsencode(folder)),
    )


def _setup(config: Config, task: Kind, folder: bytes) -> TellSetup:
    return TellSetup(
        task=task,
        folder=folder,
        threads=max(1, min((os.cpu_count() or 1) // 2, 4)),
        max_pixels=config.ingest.max_pixels,
        memory_mb=max(config.ingest.decode_memory_mb, MORE_MB),
        timeout_s=max(ONE_S, config.ingest.decode_timeout_s),
        niceness=NICENESS,
    )


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:  # a folder on the path, without what an installation writes beside it
        return "unknown"


def _is_installed(name: str) -> bool:
    spec = find_spec(name)
    return spec is not None and spec.origin is not None  # a folder that happens to have the name has no origin
