"""A model pack: a folder with two ONNX towers, a tokenizer, a background sample and the manifest that describes them.

The format (version 2), all files in one folder, each but the manifest listed in it with its sha256:

- `manifest.json`   a `Manifest`: what the model is, how pictures and words are prepared for it, how it was stored
- `image.onnx`      `pixels` float32 [n, 3, height, width] to `embedding` float32 [n, dimension]
- `text.onnx`       `tokens` int64 [n, context_length] to `embedding` float32 [n, dimension]; where the graph leaves the
                    second dimension free, padding cannot matter, and only the columns in use are fed
- `image.onnx.data`, `text.onnx.data`   the weights of a tower of more than 2 GB, which ONNX keeps beside the graph
- `tokenizer.json`  of the `tokenizers` library
- `background.npy`  float16 [at most 2048, dimension]: normalised embeddings of a fixed, varied sample of pictures
- the two files of the manifest's `torch` block, where there is one: open_clip's configuration and weights

Version 1 had none of the manifest's blocks from `background` on, and is no longer read.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vaultd.models.manifest import (
    AGAIN,
    FORMAT,
    MANIFEST,
    Cut,
    CutLevel,
    CutLevels,
    Manifest,
    PackError,
    Vague,
    read_manifest,
)

__all__ = [
    "FORMAT",
    "MANIFEST",
    "Cut",
    "CutLevel",
    "CutLevels",
    "Manifest",
    "Pack",
    "PackError",
    "Vague",
    "load_pack",
]

IMAGE = "image.onnx"
TEXT = "text.onnx"
TOKENIZER = "tokenizer.json"
BACKGROUND = "background.npy"
FILES = (IMAGE, TEXT, TOKENIZER, BACKGROUND)
BACKGROUND_ROWS = 2048


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
    """Reads a pack and checks its format version, its numbers, its files' hashes and its background's shape.

    Raises PackError with one sentence that names the folder and what is wrong.
    """
    manifest = read_manifest(folder)
    for name in _needed(manifest):
        if name not in manifest.files:
            raise PackError(f"The model pack {folder} is incomplete: {MANIFEST} gives no sha256 of {name}.", AGAIN)
    for name, expected in manifest.files.items():
        _check_file(folder, name, expected)
    _refuse_unlisted_weights(folder, manifest)
    pack = Pack(folder, manifest)
    _check_background(pack)
    return pack


def _needed(manifest: Manifest) -> Iterator[str]:
    """The files without which the pack cannot be used as it says."""
    yield from FILES
    if manifest.torch is not None:
        yield manifest.torch.config
        yield manifest.torch.weights


def _check_file(folder: Path, name: str, expected: str) -> None:
    """Raises PackError unless the file is there and has the manifest's sha256."""
    try:
        with (folder / name).open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise PackError(f"The model pack {folder} lacks {name} ({error.strerror}).", AGAIN) from error
    if found != expected:
        raise PackError(
            f"The model pack {folder} is damaged: {name} is not the file its manifest names (sha256 {found[:12]}…).",
            AGAIN,
        )


def _refuse_unlisted_weights(folder: Path, manifest: Manifest) -> None:
    """Raises PackError if a tower may read weights from a file that no hash was checked of."""
    for path in sorted(folder.glob("*.onnx*")):
        if path.name not in manifest.files:
            raise PackError(f"The model pack {folder} holds {path.name}, which its manifest does not name.", AGAIN)


def _check_background(pack: Pack) -> None:
    """Raises PackError unless the background sample has the manifest's dimension and rows that have a direction."""
    path = pack.folder / BACKGROUND
    try:
        rows = np.load(path, mmap_mode="r", allow_pickle=False)
        shape, kind = rows.shape, rows.dtype.kind
    except (ValueError, OSError, EOFError) as error:
        raise PackError(f"The model pack {pack.folder} has a damaged {BACKGROUND}: {error}.", AGAIN) from error
    if len(shape) != 2 or not 0 < shape[0] <= BACKGROUND_ROWS or shape[1] != pack.manifest.dimension:
        raise PackError(
            f"The model pack {pack.folder} does not fit together: {BACKGROUND} has the shape {shape}, "
            f"the model's dimension is {pack.manifest.dimension}.",
            AGAIN,
        )
    if kind != "f" or not np.isfinite(rows).all() or not np.any(rows, axis=1).all():
        raise PackError(f"The model pack {pack.folder} has a damaged {BACKGROUND}: not all rows are directions.", AGAIN)
