"""The one way to a pack's towers, whichever engine runs them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from vaultd.models import cuda
from vaultd.models import torch as torch_engine
from vaultd.models.encoder import Device, ImageEncoder, TextEncoder
from vaultd.models.onnx import OnnxImageEncoder, OnnxTextEncoder
from vaultd.models.pack import Pack

Wanted = Literal["auto", "onnx", "cuda", "torch"]


@dataclass(frozen=True)
class Encoders:
    """Both towers of a pack on one engine; each is opened when it is first asked for.

    `name` and `device` say what runs them and on what; `note` is a sentence where that is not what was asked for.
    """

    pack: Pack
    threads: int
    name: Literal["onnxruntime", "torch"]
    device: Device
    note: str = ""

    @cached_property
    def image(self) -> ImageEncoder:
        """The image tower. Using it raises PackError where it cannot be opened."""
        if self.name == "torch":
            return torch_engine.TorchImageEncoder(self._torch)
        return OnnxImageEncoder(self.pack, self.threads, self.device)

    @cached_property
    def text(self) -> TextEncoder:
        """The text tower. Raises PackError where the tokenizer cannot be read; using it, where the tower cannot."""
        if self.name == "torch":
            return torch_engine.TorchTextEncoder(self._torch)
        return OnnxTextEncoder(self.pack, self.threads, self.device)

    @cached_property
    def _torch(self) -> torch_engine.TorchModel:
        return torch_engine.TorchModel(self.pack, self.threads, self.device)


def open_encoders(pack: Pack, engine: Wanted = "auto", threads: int = 1) -> Encoders:
    """The towers of a pack. `threads` is the number of cores that one call may use.

    `auto` is CUDA where it can be used. An engine that cannot be used is replaced by ONNX Runtime on the CPU, and
    `note` says why.
    """
    if engine == "torch":
        problem = torch_engine.problem(pack)
        if not problem:
            return Encoders(pack, threads, "torch", torch_engine.device())
    elif engine == "cuda" or (engine == "auto" and cuda.offered()):
        problem = cuda.problem()
        if not problem:
            return Encoders(pack, threads, "onnxruntime", "cuda")
    else:
        return Encoders(pack, threads, "onnxruntime", "cpu")
    return Encoders(pack, threads, "onnxruntime", "cpu", f"{_TITLES[engine]} cannot be used: {problem}.")


def apart(engine: Wanted) -> bool:
    """Whether pictures go through a process of their own, because an accelerator may run them.

    An accelerator maps more address space than a decoder may have, and serves many decoders at once.
    """
    return engine in ("cuda", "torch") or (engine == "auto" and cuda.offered())


_TITLES: dict[Wanted, str] = {"auto": "CUDA", "cuda": "CUDA", "torch": "torch"}
