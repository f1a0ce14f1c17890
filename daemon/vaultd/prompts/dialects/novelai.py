"""NovelAI: PNG texts Description, Software, Source and Comment, the last a JSON object; the same in WebP's EXIF, and
hidden in the lowest bits of the pixels (there as one object that holds them all).

Source: NovelAI/novelai-image-metadata (nai_meta.py) for what is hidden; the keys of Comment are those of its web API
(image.novelai.net), where `v4_prompt` came with its fourth model.
"""

from __future__ import annotations

from typing import Any

from vaultd.domain.generation import Generation
from vaultd.prompts.generation import made
from vaultd.prompts.texts import Texts, decoded
from vaultd.prompts.values import first, mapping, objects, words

NAME = "NovelAI"
_MARKS = frozenset({"v4_prompt", "uc", "uncond_scale", "request_type", "noise_schedule"})


def read(texts: Texts) -> Generation | None:
    """The comment; what it lacks is taken from the other texts."""
    named = texts.get("Software").startswith(NAME)
    for text, data in texts.objects(_like):
        outer = data if "Comment" in data else {}
        said = decoded(words(outer["Comment"], len(text.text))) if outer else data
        return made(
            NAME,
            text.text,
            prompt=_captions(said, "v4_prompt") or first(said, "prompt") or first(outer, "Description"),
            negative=_captions(said, "v4_negative_prompt") or first(said, "uc", "negative_prompt"),
            model=texts.get("Source") or outer.get("Source"),
            seed=said.get("seed"),
            steps=said.get("steps"),
            cfg=said.get("scale"),
            sampler=said.get("sampler"),
            scheduler=said.get("noise_schedule"),
            size=(said.get("width"), said.get("height")),
        )
    described = texts.get("Description") if named else ""
    return made(NAME, described, prompt=described, model=texts.get("Source")) if described else None


def _like(data: dict[str, Any]) -> bool:
    if "Comment" in data:
        return words(data.get("Software")).startswith(NAME)
    return "prompt" in data and len(_MARKS & data.keys()) >= (1 if "v4_prompt" in data or "sampler" in data else 2)


def _captions(said: dict[str, Any], key: str) -> str:
    """The caption of all, and then that of each character."""
    caption = mapping(mapping(said.get(key)).get("caption"))
    characters = [words(each.get("char_caption")) for each in objects(caption.get("char_captions"))]
    return "\n".join(part for part in (words(caption.get("base_caption")), *characters) if part)
