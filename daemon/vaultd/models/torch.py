"""The second engine: open_clip's own towers in torch (extra `[torch]`), on a GPU where torch finds one.

It reads the weights that a pack may hold beside its ONNX files. torch and open_clip are imported at the first use:
together they cost seconds and some 400 MB.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vaultd.models.encoder import Device, normalise
from vaultd.models.pack import Pack, PackError
from vaultd.models.tokens import PackTokenizer


def problem(pack: Pack) -> str:
    """Why torch cannot run this pack, as the end of a sentence; '' if nothing speaks against it. Imports nothing."""
    missing = [name for name in ("torch", "torchvision", "open_clip") if not _is_installed(name)]
    if missing:
        return f"{' and '.join(missing)} cannot be imported (extra `[torch]`)"
    if pack.manifest.torch is None:
        return f"the pack {pack.manifest.name} holds no weights for it (`vvault model export --torch` writes them)"
    return ""


def _is_installed(name: str) -> bool:
    spec = find_spec(name)
    return spec is not None and spec.origin is not None  # a folder that happens to have the name has no origin


def device() -> Device:
    """Where torch would compute."""
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


class TorchModel:
    """The model of a pack's `torch` block, loaded at its first use; both towers share it."""

    def __init__(self, pack: Pack, threads: int, device: Device) -> None:
        self.pack = pack
        self._threads = threads
        self._device = device
        self._model: Any = None

    def embed(self, tower: str, feed: NDArray[np.float32] | NDArray[np.int64]) -> NDArray[np.float32]:
        """float32 [n, dimension], rows of length one, by the method `tower` of open_clip's model. Raises PackError."""
        dimension = self.pack.manifest.dimension
        if len(feed) == 0:
            return np.empty((0, dimension), np.float32)
        if self._model is None:
            self._model = self._load()
        import torch

        with torch.inference_mode():
            found = getattr(self._model, tower)(torch.from_numpy(feed).to(self._device)).float().cpu().numpy()
        if found.shape != (len(feed), dimension):
            raise PackError(f"{tower} of {self.pack.folder} answers with the shape {found.shape}.")
        return normalise(found)

    def unload(self) -> None:
        """Frees the model; the next use loads it again."""
        self._model = None

    def _load(self) -> Any:
        open_clip = import_open_clip()
        import torch

        torch.set_num_threads(self._threads)
        try:
            model = open_clip.create_model(
                f"local-dir:{self.pack.folder}", device=self._device, require_pretrained=True
            )
        except Exception as error:  # torch, safetensors and open_clip raise what they like
            reason = str(error).splitlines()[0].rstrip(".")
            raise PackError(f"torch cannot open the weights of {self.pack.folder}: {reason}.") from error
        return model.eval()


class TorchImageEncoder:
    """The image tower of a pack, in torch."""

    def __init__(self, model: TorchModel) -> None:
        self._model = model

    def embed(self, batch: NDArray[np.float32]) -> NDArray[np.float32]:
        """See `ImageEncoder.embed`. Raises PackError where the weights cannot be loaded."""
        return self._model.embed("encode_image", batch)

    def unload(self) -> None:
        """Frees the memory of both towers; the next `embed` loads them again."""
        self._model.unload()


class TorchTextEncoder:
    """The text tower of a pack, in torch, behind the pack's own tokenizer."""

    def __init__(self, model: TorchModel) -> None:
        self._model = model
        self._tokenizer = PackTokenizer(model.pack)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """See `TextEncoder.embed`. Raises PackError where the weights cannot be loaded."""
        return self._model.embed("encode_text", self._tokenizer.tokens(texts))


def import_open_clip() -> Any:
    """open_clip, without its leave to reach a hub, and beside a torchvision that was built for another torch."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    bear_with_torchvision()
    import open_clip

    return open_clip


def bear_with_torchvision() -> None:
    """Lets what imports torchvision go on where that was built for another torch.

    The registry's torchvision registers the kernels of two operators with a library that a CPU-only torch cannot load.
    No model here calls them; declaring their schemas lets the import go on.
    """
    import torch

    if not _is_installed("torchvision"):
        return

    try:
        import torchvision  # noqa: F401
    except RuntimeError as error:
        if "operator torchvision::nms does not exist" not in str(error):
            raise
        declared = torch.library.Library("torchvision", "DEF")
        declared.define("nms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        declared.define("qnms(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
        _kept.append(declared)


_kept: list[Any] = []
"""A library's schemas are withdrawn when its object is collected."""
