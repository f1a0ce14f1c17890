"""A pack of a small model with random weights that also holds them for torch; skips where torch is not installed."""

from __future__ import annotations

import hashlib
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest

from vaultd.models.bundled import BUNDLED
from vaultd.models.manifest import MANIFEST, Cut, CutLevel, TorchFiles, read_manifest
from vaultd.models.pack import Pack, load_pack

SIDE = 64
NEEDED = ("torch", "torchvision", "timm", "open_clip", "onnx", "safetensors")


def torch_pack(folder: Path) -> Pack:
    """The pack, written to `folder`. Its towers are our own architecture's."""
    # A folder of tests has torch's name, but no file: that is no package to import.
    missing = [name for name in NEEDED if (spec := find_spec(name)) is None or spec.origin is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    root = str(Path(__file__).parents[2])
    sys.path.insert(0, root)
    try:
        return _written(folder / "small")
    finally:
        sys.path.remove(root)


def _written(folder: Path) -> Pack:
    import torch
    from safetensors.torch import save_file

    from training.export import write_pack
    from training.model import EMBED, Student, configuration

    torch.manual_seed(1)
    student = Student(SIDE, traits=3).eval()
    level = CutLevel(1.0, 0.1, 0.5)
    cut = Cut(level, level, level)
    background = np.eye(8, EMBED, dtype=np.float32)
    words = BUNDLED / "mini" / "tokenizer.json"
    write_pack(student, words, background, cut, folder, name="small", revision="1", side=SIDE, resize="squash")
    files = TorchFiles("small", "open_clip_config.json", "open_clip_model.safetensors")
    model: dict[str, Any] = {**configuration(SIDE), "custom_text": True}
    (folder / files.config).write_bytes(msgspec.json.encode({"model_cfg": model, "preprocess_cfg": {}}))
    save_file(student.clip.state_dict(), folder / files.weights)
    _add(folder, files)
    return load_pack(folder)


def _add(folder: Path, files: TorchFiles) -> None:
    """Puts the block and its files into the manifest."""
    manifest = read_manifest(folder)
    sums = {
        name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (files.config, files.weights)
    }  # fmt: skip
    changed = msgspec.structs.replace(manifest, torch=files, files={**manifest.files, **sums})
    (folder / MANIFEST).write_bytes(msgspec.json.encode(changed))
