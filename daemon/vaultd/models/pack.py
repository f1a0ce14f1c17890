"""A model pack: a folder with two ONNX towers, a tokenizer, a background sample and the manifest that describes them.

The format (version 1), all files in one folder:

- `manifest.json`   a `Manifest`: what the model is, how pictures and words are prepared for it, the sha256 of each file
- `image.onnx`      `pixels` float32 [n, 3, height, width] to `embedding` float32 [n, dimension]
- `text.onnx`       `tokens` int64 [n, context_length] to `embedding` float32 [n, dimension]
- `tokenizer.json`  of the `tokenizers` library
- `background.npy`  float16 [at most 2048, dimension]: normalised embeddings of a fixed, varied sample of photographs
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from vaultipc.errors import UserError

FORMAT = 1
MANIFEST = "manifest.json"
IMAGE = "image.onnx"
TEXT = "text.onnx"
TOKENIZER = "tokenizer.json"
BACKGROUND = "background.npy"
FILES = (IMAGE, TEXT, TOKENIZER, BACKGROUND)
BACKGROUND_ROWS = 2048

Positive = Annotated[int, msgspec.Meta(gt=0)]


class PackError(UserError):
    """The pack cannot be used; the sentence says which file of which folder and why."""


class CutLevel(msgspec.Struct, frozen=True):
    """When a picture counts as a match of a query, at one level of strictness: both conditions must hold.

    `z`: the similarity is at least the mean plus z standard deviations of the query's similarities to the background.
    `similarity`: the similarity is at least this (the cosine at which the model's own probability is `probability`).
    """

    z: float
    similarity: float
    probability: float


class Cut(msgspec.Struct, frozen=True):
    """The cut's levels, calibrated on pictures held out from the model's training."""

    strict: CutLevel
    default: CutLevel
    loose: CutLevel


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What manifest.json holds. Unknown fields belong to another format version and are refused."""

    format: int
    name: str
    revision: str
    dimension: Positive
    image_size: tuple[Positive, Positive]
    """Height and width of the image tower's input, in pixels."""
    resize: Literal["shortest", "longest", "squash"]
    """Scale the short side and crop the centre; scale the long side and pad with the mean; or scale each side alone."""
    interpolation: Literal["bilinear", "bicubic"]
    mean: tuple[float, float, float]
    """Of the RGB channels in 0..1, subtracted before the division by `std`."""
    std: tuple[float, float, float]
    context_length: Positive
    """Tokens of a text, start and end included; longer texts are cut, shorter ones padded with `pad_token`."""
    pad_token: int
    languages: tuple[str, ...]
    licence: str
    logit_scale: float
    """The logit of "this text describes this picture" is logit_scale * cosine + logit_bias."""
    logit_bias: float
    cut: Cut
    files: dict[str, str]
    """File name to sha256 in hexadecimal."""


@dataclass(frozen=True)
class Pack:
    """A pack whose files were found to be those that its manifest names."""

    folder: Path
    manifest: Manifest

    @property
    def image_onnx(self) -> Path:
        """The image tower."""
        return self.folder / IMAGE

    @property
    def text_onnx(self) -> Path:
        """The text tower."""
        return self.folder / TEXT

    @property
    def tokenizer(self) -> Path:
        """The tokenizer."""
        return self.folder / TOKENIZER

    @cached_property
    def background(self) -> NDArray[np.float32]:
        """The background sample, float32 [n, dimension], rows of length one."""
        rows = np.load(self.folder / BACKGROUND, allow_pickle=False).astype(np.float32)
        normalised: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        return normalised


def load_pack(folder: Path) -> Pack:
    """Reads a pack and checks its format version, its files' hashes and its background's shape.

    Raises PackError with one sentence that names the folder and what is wrong.
    """
    manifest = _read_manifest(folder)
    for name in FILES:
        _check_file(folder, name, manifest.files.get(name, ""))
    pack = Pack(folder, manifest)
    _check_background(pack)
    return pack


def _read_manifest(folder: Path) -> Manifest:
    """The manifest, its format version checked before anything else in it is believed."""
    path = folder / MANIFEST
    try:
        raw = path.read_bytes()
        version = msgspec.json.decode(raw, type=_Version).format
    except OSError as error:
        raise PackError(f"{folder} is no model pack: {MANIFEST} cannot be read ({error.strerror}).") from error
    except msgspec.MsgspecError as error:
        raise PackError(f"The model pack {folder} has a damaged {MANIFEST}: {error}.") from error
    if version != FORMAT:
        raise PackError(
            f"The model pack {folder} is of format {version}, and this version reads format {FORMAT}.",
            "Update Visionary Vault, or fetch the pack again." if version > FORMAT else "Export the pack again.",
        )
    try:
        return msgspec.json.decode(raw, type=Manifest)
    except msgspec.MsgspecError as error:
        raise PackError(f"The model pack {folder} has a damaged {MANIFEST}: {error}.") from error


class _Version(msgspec.Struct):
    """The one field that every format version has."""

    format: int


def _check_file(folder: Path, name: str, expected: str) -> None:
    """Raises PackError unless the file is there and has the manifest's sha256."""
    try:
        with (folder / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PackError(f"The model pack {folder} lacks {name} ({error.strerror}).", "Fetch the pack again.") from error
    if found != expected:
        raise PackError(
            f"The model pack {folder} is damaged: {name} is not the file its manifest names (sha256 {found[:12]}…).",
            "Fetch the pack again.",
        )


def _check_background(pack: Pack) -> None:
    """Raises PackError unless the background sample has the manifest's dimension."""
    path = pack.folder / BACKGROUND
    try:
        shape = np.load(path, mmap_mode="r", allow_pickle=False).shape
    except (ValueError, OSError) as error:
        raise PackError(f"The model pack {pack.folder} has a damaged {BACKGROUND}: {error}.") from error
    if len(shape) != 2 or not 0 < shape[0] <= BACKGROUND_ROWS or shape[1] != pack.manifest.dimension:
        raise PackError(
            f"The model pack {pack.folder} does not fit together: {BACKGROUND} has the shape {shape}, "
            f"the model's dimension is {pack.manifest.dimension}."
        )
