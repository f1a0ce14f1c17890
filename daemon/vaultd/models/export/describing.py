"""The manifest of an exported pack."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import msgspec

from vaultd.models.export.order import ExportError, Order
from vaultd.models.export.source import CONFIG, WEIGHTS, Plan, Source
from vaultd.models.export.tokenizer import Words
from vaultd.models.manifest import FORMAT, MANIFEST, Cut, CutLevel, Manifest, TorchFiles

# In names of architectures and tokenizers; everything else that open_clip publishes learnt English.
_MANY_LANGUAGES = ("siglip2", "i18n", "xlm", "nllb", "mt5", "multilingual", "worldwide")
_NO_CUT = CutLevel(0, 0, 0)


def drafted(order: Order, plan: Plan, source: Source, words: Words, *, photographs: bool) -> Manifest:
    """All that is known before the towers were written; cut, files and revision stand empty."""
    height, width = _size(source.preprocess["size"])
    named = f"{order.architecture} {order.pretrained} {plan.text_config.get('hf_tokenizer_name', '')}".lower()
    bias = getattr(source.model, "logit_bias", None)
    draft = Manifest(
        format=FORMAT,
        name=order.name,
        revision="draft",
        dimension=int(plan.config["embed_dim"]),
        image_size=(height, width),
        resize=source.preprocess["resize_mode"],
        interpolation="bilinear" if source.preprocess["interpolation"] == "bilinear" else "bicubic",
        mean=tuple(source.preprocess["mean"]),
        std=tuple(source.preprocess["std"]),
        context_length=words.length,
        pad_token=words.pad,
        languages=("mul",) if any(part in named for part in _MANY_LANGUAGES) else ("en",),
        licence=order.licence,
        logit_scale=float(source.model.logit_scale.detach().exp()),
        logit_bias=0.0 if bias is None else float(bias.detach()),
        cut=Cut(_NO_CUT, _NO_CUT, _NO_CUT),
        files={},
        background="photographs" if photographs else "drawings",
        origin=order.origin or source.origin,
    )
    try:
        return msgspec.convert(msgspec.to_builtins(draft), Manifest)
    except msgspec.ValidationError as error:
        raise ExportError(f"The model does not fit into a pack: {error}.") from error


def store_weights(plan: Plan, source: Source, folder: Path) -> TorchFiles:
    """Writes the model in open_clip's own format, for the engine torch."""
    from safetensors.torch import save_file

    both = {"model_cfg": plan.config, "preprocess_cfg": source.preprocess}
    (folder / CONFIG).write_text(json.dumps(both, indent=2) + "\n", encoding="utf-8")
    save_file({name: value.contiguous() for name, value in source.model.state_dict().items()}, folder / WEIGHTS)
    return TorchFiles(source.origin.architecture, CONFIG, WEIGHTS)


def described(folder: Path, draft: Manifest) -> Manifest:
    """Writes the manifest of all files that lie in the folder, and returns it."""
    files = {path.name: _sha256(path) for path in sorted(folder.iterdir())}
    manifest = msgspec.structs.replace(draft, files=files, revision=_revision(draft, files))
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
    (folder / MANIFEST).write_bytes(text + b"\n")
    return manifest


def _revision(draft: Manifest, files: dict[str, str]) -> str:
    """A name for all that decides which vectors the pack gives: the same for the same, another for another."""
    towers = {name: value for name, value in files.items() if ".onnx" in name or name == "tokenizer.json"}
    eyes = [draft.image_size, draft.resize, draft.interpolation, draft.mean, draft.std]
    words = [draft.context_length, draft.pad_token]
    return hashlib.sha256(msgspec.json.encode([towers, eyes, words])).hexdigest()[:12]


def _size(size: int | tuple[int, int] | list[int]) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else (int(size[0]), int(size[-1]))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
