"""From a trained student to a pack: two ONNX files, the tokenizer, the background sample and the manifest."""

import hashlib
import json
import shutil
import warnings
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn

from training.model import EMBED, Student
from training.tokenizer import CONTEXT, PAD
from vaultd.models.manifest import FORMAT, Cut

# As the teacher has it: pixels in -1..1.
MEAN, STD = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
OPSET = 17


class _Image(nn.Module):
    """The image tower as the pack's graph."""

    def __init__(self, student: Student) -> None:
        super().__init__()
        self.student = student

    def forward(self, pixels: Tensor) -> Tensor:
        return nn.functional.normalize(self.student.image(pixels), dim=-1)


class _Text(nn.Module):
    """The text tower as the pack's graph."""

    def __init__(self, student: Student) -> None:
        super().__init__()
        self.student = student

    def forward(self, tokens: Tensor) -> Tensor:
        return self.student.text(tokens)


def halve_weights(path: Path) -> None:
    """Stores a graph's larger weights as float16 behind a Cast, which ONNX Runtime folds away when it opens the file.

    The arithmetic stays float32: on processors without float16 units it is the faster one.
    """
    model = onnx.load(path)
    graph, casts = model.graph, []
    for weight in graph.initializer:
        values = numpy_helper.to_array(weight)
        if values.dtype == np.float32 and values.size >= 256:
            name, stored = weight.name, weight.name + ".f16"
            weight.CopyFrom(numpy_helper.from_array(values.astype(np.float16), stored))
            casts.append(helper.make_node("Cast", [stored], [name], to=TensorProto.FLOAT, name=name + ".cast"))
    for cast in reversed(casts):
        graph.node.insert(0, cast)
    onnx.checker.check_model(model)
    onnx.save(model, path)


def write_onnx(module: nn.Module, example: Tensor, path: Path, entry: str) -> None:
    """Writes a module of one input, named `entry`, as a graph with a free first dimension."""
    with warnings.catch_warnings(), torch.no_grad():
        # The tracing exporter is deprecated, and the only one whose graphs are the same from run to run.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module.eval(),
            (example,),
            str(path),
            input_names=[entry],
            output_names=["embedding"],
            dynamic_axes={entry: {0: "n"}, "embedding": {0: "n"}},
            opset_version=OPSET,
            dynamo=False,
        )


def export_towers(student: Student, folder: Path, side: int) -> None:
    """Writes image.onnx and text.onnx, each with a free first dimension."""
    student.eval()
    examples: dict[str, tuple[nn.Module, Tensor, str]] = {
        "image": (_Image(student), torch.zeros(2, 3, side, side), "pixels"),
        "text": (_Text(student), torch.full((2, CONTEXT), 2, dtype=torch.int64), "tokens"),
    }
    for name, (module, example, entry) in examples.items():
        write_onnx(module, example, folder / f"{name}.onnx", entry)
        halve_weights(folder / f"{name}.onnx")


def write_pack(
    student: Student,
    tokenizer: Path,
    background: NDArray[np.float32],
    cut: Cut,
    folder: Path,
    *,
    name: str,
    revision: str,
    side: int,
    resize: str,
    licence: str = "CC-BY-NC-4.0",
) -> None:
    """Writes the whole pack."""
    folder.mkdir(parents=True, exist_ok=True)
    export_towers(student, folder, side)
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    np.save(folder / "background.npy", background.astype(np.float16))
    files = ("image.onnx", "text.onnx", "tokenizer.json", "background.npy")
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "name": name,
        "revision": revision,
        "dimension": EMBED,
        "image_size": [side, side],
        "resize": resize,
        "interpolation": "bilinear",
        "mean": MEAN,
        "std": STD,
        "context_length": CONTEXT,
        "pad_token": PAD,
        "languages": ["en"],
        "licence": licence,
        "logit_scale": float(student.clip.logit_scale.detach().exp()),
        "logit_bias": float(student.clip.logit_bias.detach()),
        "cut": msgspec.to_builtins(cut),
        "files": {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files},
        "background": "photographs",
        "origin": {"architecture": f"{_tower(student)} and a text transformer, trained from nothing", "checkpoint": ""},
        "precision": {"image": "fp16", "text": "fp16"},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _tower(student: Student) -> str:
    """timm's name of the image tower."""
    return str(student.clip.visual.trunk.default_cfg["architecture"])
