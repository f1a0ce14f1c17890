"""How generated pictures were made, and the texts that say so."""

from __future__ import annotations

from msgspec import Struct

from vaultipc.messages.shared import Params


class LoraOnImage(Struct, kw_only=True):
    """A small model that was added to the model. `weight`: how much of it, if that is said."""

    name: str
    weight: float | None


class GenerationOnImage(Struct, kw_only=True):
    """As a picture's file or a text beside it says; '' or null where nothing is said. Its prompts are texts.

    `seed`: in digits, since it may have twenty, and many decoders of JSON keep fifteen. `width`, `height`: what was
    asked of the generator, in pixels.
    """

    generator: str
    model: str
    loras: list[LoraOnImage]
    seed: str
    steps: int | None
    cfg: float | None
    sampler: str
    scheduler: str
    width: int | None
    height: int | None


class GenerationTexts(Struct, kw_only=True):
    """`prompt`: prompts and settings in the lines that A1111 and its kin read, the user's own prompt before others.

    `raw`: the text that they were read from. `workflow`: the graph that ComfyUI or InvokeAI opens again, as JSON.
    """

    prompt: str
    raw: str
    workflow: str


class GeneratedParams(Params, kw_only=True):
    """`images`: ids."""

    images: list[str]


class GeneratedImage(Struct, kw_only=True):
    """The bytes of an image's texts in UTF-8, 0 where it has none."""

    image: str
    prompt: int
    workflow: int


class Generated(Struct, kw_only=True):
    """Those of the images that have such texts, in their order."""

    images: list[GeneratedImage]
