"""How fast a model is on this machine."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from vaultipc.messages.shared import Params


class ModelBenchParams(Params, kw_only=True):
    """`name`: a model pack, '' for the active one. `engine`: '' for the configured one. 0 stands for what reading
    pictures uses: `threads` as there are workers, `batch` as configured."""

    name: str = ""
    engine: Literal["", "auto", "onnx", "cuda", "torch"] = ""
    threads: Annotated[int, Meta(ge=0, le=256)] = 0
    batch: Annotated[int, Meta(ge=0, le=256)] = 0


class ModelBench(Struct, kw_only=True):
    """Medians: prepared pictures through the image tower, in batches of `batch` on `threads` processor threads, and one
    query of two words. `first_image_ms`, `first_text_ms`: the first of each, which opens the tower. `peak_bytes`: the
    most memory that the measuring process held, both towers and the pictures. `note`: why it is another engine than
    was asked for, '' if it is not."""

    model: str
    images_per_s: float
    text_ms: float
    device: str
    engine: str
    batch: int
    threads: int
    first_image_ms: float
    first_text_ms: float
    peak_bytes: int
    note: str
