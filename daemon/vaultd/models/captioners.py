"""Models that describe pictures: folders as the library transformers keeps them, and what we noted when they came.

A folder holds `config.json`, `preprocessor_config.json`, `tokenizer.json` and the weights as the hub has them, and our
`captioner.json`: what the model is, and the sha256 of each of its files. Code from the hub is never read: what is not
among ARCHITECTURES cannot be used.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Literal

import msgspec

from vaultd.models.manifest import AGAIN, PackError

NOTE = "captioner.json"
CONFIG = "config.json"
PREPROCESSOR = "preprocessor_config.json"
TOKENIZER = "tokenizer.json"
SAFE, PICKLE = "model.safetensors", "pytorch_model.bin"
"""The weights. A pickle is taken only where its sha256 was known before it was fetched, and what reads it (torch, with
`weights_only`) runs nothing that stands in it."""
NEEDED = (CONFIG, PREPROCESSOR, TOKENIZER)
FORMAT = 1

Architecture = Literal["blip", "florence2"]
ARCHITECTURES: tuple[Architecture, ...] = ("blip", "florence2")
"""As `model_type` of config.json names them."""


class CaptionModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What captioner.json holds. `revision`: the hub's commit; `origin`: its repository."""

    format: int
    name: str
    architecture: Architecture
    revision: str
    licence: str
    origin: str
    files: dict[str, str]

    @property
    def source(self) -> str:
        """The source of the texts that it writes."""
        return f"model:{self.name}"

    @property
    def weights(self) -> str:
        """The file of the weights."""
        return SAFE if SAFE in self.files or PICKLE not in self.files else PICKLE


def architecture_of(config: bytes) -> str:
    """`model_type` of a config.json, '' where it says none or is damaged."""
    try:
        found: Any = msgspec.json.decode(config)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return ""
    kind = found.get("model_type") if isinstance(found, dict) else None
    return kind if isinstance(kind, str) else ""


def read_note(folder: Path) -> CaptionModel:
    """What a folder says it holds; its files are not looked at. Raises PackError."""
    try:
        note = msgspec.json.decode((folder / NOTE).read_bytes(), type=CaptionModel)
    except OSError as error:
        raise PackError(f"{folder} holds no caption model: {NOTE} cannot be read ({error.strerror}).") from error
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise PackError(f"The caption model {folder} has a damaged {NOTE}: {error}.", AGAIN) from error
    if note.format != FORMAT:
        raise PackError(f"The caption model {folder} is of format {note.format}; this version reads {FORMAT}.", AGAIN)
    return note


def load_note(folder: Path) -> CaptionModel:
    """The same, once every file was found to be the one that was pulled. Raises PackError."""
    note = read_note(folder)
    for name in sorted({*NEEDED, note.weights, *note.files}):
        _check(folder, name, note.files.get(name, ""))
    return note


def find_captioners(models: Path) -> dict[str, Path]:
    """Name to folder of every caption model in the folder of the models."""
    if not models.is_dir():
        return {}
    return {
        folder.name: folder
        for folder in sorted(models.iterdir())
        if not folder.name.startswith(".") and (folder / NOTE).is_file()
    }


def write_note(folder: Path, note: CaptionModel) -> None:
    """Makes a folder a caption model."""
    (folder / NOTE).write_bytes(msgspec.json.format(msgspec.json.encode(note), indent=2))


def _check(folder: Path, name: str, expected: str) -> None:
    """Raises PackError unless the file is there and has this sha256."""
    if name != Path(name).name:
        raise PackError(f"The caption model {folder} names a file that is not in it: {name!r}.", AGAIN)
    try:
        with (folder / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PackError(f"The caption model {folder} lacks {name} ({error.strerror}).", AGAIN) from error
    if found != expected:
        raise PackError(f"The caption model {folder} is damaged: {name} is not the file that was pulled.", AGAIN)
