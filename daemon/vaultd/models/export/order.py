"""What is to be exported, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from vaultd.models.manifest import Agreement, Manifest, Origin
from vaultipc.errors import Refused, UserError

Say = Callable[[str], None]
"""Takes one line of progress."""


class ExportError(UserError):
    """The model cannot be exported as asked; the sentence says why."""

    exit_code = Refused.exit_code


@dataclass(frozen=True)
class Order:
    """One model to export, as the command line gives it.

    `architecture`: open_clip's name, `hf-hub:owner/name`, a folder with open_clip_config.json, or a file like that one.
    `pretrained`: a file of weights, a tag of open_clip's, or owner/name of a repository in the hub's cache; ""
    where `architecture` brings its own. Without any, `random_weights` must say that this is meant.
    `tokenizer`: a tokenizer.json, or a folder with one; None for what the configuration names.
    `images`: folders whose pictures try the model; empty means drawn ones.
    `keep_torch`: also store the weights for the engine torch, which doubles the pack.
    `origin`: where the weights are from, where the caller knows better than `architecture` and `pretrained` tell.
    """

    architecture: str
    target: Path
    name: str
    pretrained: str = ""
    random_weights: bool = False
    tokenizer: Path | None = None
    images: tuple[Path, ...] = ()
    precision: Literal["auto", "fp32", "int8"] = "auto"
    keep_torch: bool = False
    replace: bool = False
    licence: str = "unknown"
    origin: Origin | None = None


@dataclass(frozen=True)
class Exported:
    """A pack that was written. `notes` are sentences that a person should read."""

    folder: Path
    manifest: Manifest
    agreement: Agreement
    size: int
    notes: list[str] = field(default_factory=list)
