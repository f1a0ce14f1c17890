"""Repositories for the loopback hub."""

from __future__ import annotations

import hashlib
import io
import json
import random
from typing import Any

import numpy as np

from vaultd.models.bundled import BUNDLED

COMMIT, NEXT_COMMIT = "1" * 40, "2" * 40


def real_pack(name: str) -> dict[str, bytes]:
    """The bundled model under another name: what is pulled of it can be used."""
    files = {path.name: path.read_bytes() for path in (BUNDLED / "mini").iterdir()}
    files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) | {"name": name}).encode()
    return files


def small_pack(name: str = "small", seed: int = 0, **changes: Any) -> dict[str, bytes]:
    """A pack of some 400 KB, whole in every way but that its towers are noise. `changes` go into its manifest."""
    noise = random.Random(seed)
    background = io.BytesIO()
    np.save(background, np.eye(8, 256, dtype=np.float16))
    files = {
        "image.onnx": noise.randbytes(300_000),
        "text.onnx": noise.randbytes(100_000),
        "tokenizer.json": b"{}",
        "background.npy": background.getvalue(),
    }
    manifest = json.loads((BUNDLED / "mini" / "manifest.json").read_bytes())
    manifest |= {"name": name, "files": {file: sha256(body) for file, body in files.items()}} | changes
    return {"manifest.json": json.dumps(manifest).encode(), "README.md": b"# A pack\n", **files}


def checkpoint(seed: int = 0) -> dict[str, bytes]:
    """What an open_clip repository holds, with noise for weights."""
    return {
        "open_clip_config.json": b'{"model_cfg": {}, "preprocess_cfg": {}}',
        "open_clip_model.safetensors": random.Random(seed).randbytes(200_000),
        "open_clip_pytorch_model.bin": b"a pickle that nobody should fetch" * 100,
        "tokenizer.json": b"{}",
        "model.safetensors": bytes(5000),
    }


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
