"""Draw Things: XMP with a JSON object in exif:UserComment, and the same as text in dc:description.

The app is not public; its format is known from its readers (receyuki/stable-diffusion-prompt-reader and others), which
agree on the keys: `c` and `uc` are prompt and negative prompt.
"""

from __future__ import annotations

from typing import Any

from vaultd.domain.generation import Generation
from vaultd.prompts.dialects import a1111
from vaultd.prompts.generation import lora, made
from vaultd.prompts.texts import Texts
from vaultd.prompts.values import first, mapping, objects

NAME = "Draw Things"
_PROMPT, _NEGATIVE = "c", "uc"


def read(texts: Texts) -> Generation | None:
    """The JSON object, or else the description, if the file names the app."""
    for text, data in texts.objects(lambda each: _PROMPT in each and not each.keys().isdisjoint(("uc", "seed", "v2"))):
        return made(
            NAME,
            text.text,
            prompt=data.get(_PROMPT),
            negative=data.get(_NEGATIVE),
            model=data.get("model"),
            loras=[each for said in _loras(data) for each in lora(first(said, "file", "model"), said.get("weight"))],
            seed=data.get("seed"),
            steps=data.get("steps"),
            cfg=first(data, "scale", "guidanceScale"),
            sampler=data.get("sampler"),
            size=data.get("size"),
        )
    return _described(texts.get("description")) if texts.get("CreatorTool") == NAME else None


def _loras(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [*objects(data.get("lora")), *objects(data.get("loras")), *objects(mapping(data.get("v2")).get("loras"))]


def _described(text: str) -> Generation | None:
    """The prompt, the negative prompt after a hyphen, and a line of settings."""
    said, settings = a1111.split(text)
    if not settings:
        return None
    prompt, _, negative = said.partition("\n-")
    return made(
        NAME,
        text,
        prompt=prompt,
        negative=negative,
        model=settings.get("Model"),
        loras=lora(settings.get("LoRA Model"), settings.get("LoRA Weight")),
        seed=settings.get("Seed"),
        steps=settings.get("Steps"),
        cfg=settings.get("Guidance Scale"),
        sampler=settings.get("Sampler"),
        size=settings.get("Size"),
    )
