"""The one way to a pack's towers, whichever engine runs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from vaultd.models.encoder import ImageEncoder, TextEncoder
from vaultd.models.onnx import OnnxImageEncoder, OnnxTextEncoder
from vaultd.models.pack import Pack

EngineName = Literal["auto", "onnx", "cuda", "torch"]


@dataclass(frozen=True)
class Encoders:
    """Both towers of a pack on one engine; each is opened when it is first asked for.

    `name` says which engine runs them, `device` on what; `note` is a sentence where that is not what was asked for.
    """

    pack: Pack
    threads: int
    name: str
    device: str
    note: str = field(default="")

    @cached_property
    def image(self) -> ImageEncoder:
        """The image tower. Using it raises PackError where it cannot be opened."""
        return OnnxImageEncoder(self.pack, self.threads)

    @cached_property
    def text(self) -> TextEncoder:
        """The text tower. Raises PackError where the tokenizer cannot be read; using it, where the tower cannot."""
        return OnnxTextEncoder(self.pack, self.threads)


def open_encoders(pack: Pack, engine: EngineName = "auto", threads: int = 1) -> Encoders:
    """The towers of a pack. `threads` is the number of cores that one call may use.

    An engine that cannot be used here is replaced by ONNX Runtime on the CPU, and `note` says why.
    """
    return Encoders(pack, threads, "onnxruntime", "cpu")
