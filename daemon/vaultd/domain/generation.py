"""How a picture was generated, as far as it is said."""

from __future__ import annotations

from msgspec import Struct


class Lora(Struct, frozen=True):
    """A small model that was added to the model. `weight`: how much of it, None if not said."""

    name: str
    weight: float | None = None


class Generation(Struct, frozen=True, kw_only=True):
    """What a program wrote of how it made a picture; empty or None: it did not say.

    `generator`: the program, as in docs/prompts.md; empty where a text beside a picture does not name it. `model`,
    `loras`: without folders and file type. `seed`: below 2**64. `cfg`: guidance scale. `sampler`, `scheduler`: as the
    program calls them. `size`: width and height in pixels that were asked for, which an upscaler may have changed
    afterwards. `raw`: the text all this was read from. `workflow`: the graph that ComfyUI and InvokeAI keep to be
    opened again, as JSON.
    """

    generator: str
    prompt: str = ""
    negative: str = ""
    model: str = ""
    loras: tuple[Lora, ...] = ()
    seed: int | None = None
    steps: int | None = None
    cfg: float | None = None
    sampler: str = ""
    scheduler: str = ""
    size: tuple[int, int] | None = None
    raw: str = ""
    workflow: str = ""


class Packed(Struct, frozen=True):
    """A generation as it travels and is kept: `said` is without its texts.

    The two long ones are UTF-8, deflated; `workflow_size`: bytes of the graph when inflated. The prompts are texts like
    others.
    """

    said: Generation
    raw: bytes = b""
    workflow: bytes = b""
    workflow_size: int = 0
