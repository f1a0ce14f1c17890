"""A model's towers as ONNX files, one at a time.

Weights of more than 2 GB do not fit into one ONNX file (a limit of protobuf) and go into one beside it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import onnx
import torch

from vaultd.models.export.attention import of_any_length
from vaultd.models.export.order import ExportError
from vaultd.models.export.quiet import quiet

Tower = Literal["image", "text"]
OPSET = 17
LARGEST = 1_900_000_000
"""Bytes from which on a tower's weights lie beside its graph."""


class _Image(torch.nn.Module):  # type: ignore[misc]  # torch is not installed where types are checked
    """The image tower as a pack's graph."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, pixels: Any) -> Any:
        return self.model.encode_image(pixels, normalize=True)


class _Text(torch.nn.Module):  # type: ignore[misc]
    """The text tower as a pack's graph; of free length, where what stands behind a text's end changes nothing."""

    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model
        self.causal = model.text.attn_mask if any_length(model) else None

    def forward(self, tokens: Any) -> Any:
        if self.causal is not None:
            length = tokens.shape[1]
            self.model.text.attn_mask = self.causal[:length, :length]
        return self.model.encode_text(tokens, normalize=True)


def any_length(model: Any) -> bool:
    """Whether the text tower may be fed less than its context: it only looks back, and reads its answer at the end."""
    text: Any = getattr(model, "text", None)
    return (
        type(text).__name__ == "TextTransformer"
        and getattr(text, "attn_mask", None) is not None
        and text.cls_emb is None
        and not text.use_pad_mask
        and text.pool_type in ("argmax", "eos")
        and all(module.batch_first for module in text.modules() if isinstance(module, torch.nn.MultiheadAttention))
    )


def write_tower(model: Any, tower: Tower, example: Any, path: Path) -> None:
    """Writes one tower, its first dimension free, a text tower's second too, where it may be.

    `example` is a batch of two. Raises ExportError where the architecture does what ONNX has no word for.
    """
    module = (_Image(model) if tower == "image" else _Text(model)).eval()
    entry = "pixels" if tower == "image" else "tokens"
    short = tower == "text" and any_length(model)
    free = {0: "n", 1: "length"} if short else {0: "n"}
    raw = path.parent / f"raw-{tower}"
    raw.mkdir()
    try:
        with quiet(), of_any_length(model) if short else _in_small_steps(), torch.no_grad():
            # The tracing exporter is deprecated, but alone gives the same graph for every batch size of all these
            # architectures without a package more.
            torch.onnx.export(
                module,
                (torch.from_numpy(example),),
                str(raw / "tower.onnx"),
                input_names=[entry],
                output_names=["embedding"],
                dynamic_axes={entry: free, "embedding": {0: "n"}},
                opset_version=OPSET,
                dynamo=False,
            )
    except Exception as error:  # the exporter raises what the model's code raises
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ExportError(f"The {tower} tower cannot be written as ONNX: {reason}.") from error
    save(onnx.load(raw / "tower.onnx"), path)
    for file in raw.iterdir():
        file.unlink()
    raw.rmdir()
    gc.collect()


def save(graph: onnx.ModelProto, path: Path) -> None:
    """Writes a graph, with its weights beside it (`NAME.data`) where they are too large for one file."""
    if graph.ByteSize() > LARGEST:
        onnx.save_model(graph, path, save_as_external_data=True, location=f"{path.name}.data", size_threshold=1024)
    else:
        onnx.save_model(graph, path)


def move(path: Path, to: Path) -> None:
    """Gives a tower another name; weights beside it are found by their name, so they are written anew."""
    if len(files_of(path)) == 1:
        path.rename(to)
        return
    save(onnx.load(path), to)
    for file in files_of(path):
        file.unlink()


def files_of(path: Path) -> list[Path]:
    """The files of a tower that was saved: the graph, and the weights beside it if there are any."""
    return [file for file in (path, path.with_name(f"{path.name}.data")) if file.exists()]


def reparameterise(model: Any) -> None:
    """Folds branches that only training needs (MobileCLIP's) into the convolution they add up to. Changes the model."""
    from timm.utils.model import reparameterize_model

    trunk = getattr(model.visual, "trunk", None)
    if trunk is not None and any(hasattr(module, "reparameterize") for module in trunk.modules()):
        model.visual.trunk = reparameterize_model(trunk, inplace=False).eval()


@contextmanager
def _in_small_steps() -> Iterator[None]:
    """Attention's fast path is one operator, and ONNX has no word for it."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
