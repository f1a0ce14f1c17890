"""NovelAI: PNG texts of its files, and its web API's names for settings; what it hides is `stealth`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from support.prompt_writers.case import Case
from support.prompt_writers.files import (
    ASCII,
    DESCRIPTION,
    SOFTWARE,
    UNDEFINED,
    USER_COMMENT,
    comment,
    exif,
    png,
    saved,
)
from vaultd.prompts import Generation

PROMPT, NEGATIVE = "1girl, rain, {{umbrella}}, [city]", "lowres, bad anatomy"
SETTINGS: dict[str, Any] = {
    "prompt": PROMPT, "steps": 28, "height": 1216, "width": 832, "scale": 5.0, "uncond_scale": 0.0, "cfg_rescale": 0.0,
    "seed": 3071474384, "n_samples": 1, "noise_schedule": "karras", "sampler": "k_euler_ancestral", "sm": False,
    "uc": NEGATIVE, "request_type": "PromptGenerateRequest", "signed_hash": "aGFzaA==",
}  # fmt: skip
SAID = Generation(
    generator="NovelAI", prompt=PROMPT, negative=NEGATIVE, model="NovelAI Diffusion V4.5 4BB8B1D7", seed=3071474384,
    steps=28, cfg=5.0, sampler="k_euler_ancestral", scheduler="karras", size=(832, 1216),
)  # fmt: skip


def captions(base: str, *characters: str) -> dict[str, Any]:
    """`v4_prompt` and its negative."""
    each = [{"char_caption": said, "centers": [{"x": 0.5, "y": 0.5}]} for said in characters]
    return {"caption": {"base_caption": base, "char_captions": each}, "use_coords": False, "use_order": True}


def texts(settings: dict[str, Any] = SETTINGS, source: str = SAID.model) -> dict[str, str]:
    """The texts of a file, which are also what is hidden in its pixels, all but the title."""
    return {"Title": "NovelAI generated image", "Description": settings["prompt"], "Software": "NovelAI",
            "Source": source, "Generation time": "4.21", "Comment": json.dumps(settings)}  # fmt: skip


def cases() -> Iterator[Case]:
    """By its models, and by what was lost."""
    fourth = SETTINGS | {"v4_prompt": captions(PROMPT, "girl, red hair", "boy, hat"),
                         "v4_negative_prompt": captions(NEGATIVE, "", "beard")}  # fmt: skip
    several = replace(SAID, prompt=f"{PROMPT}\ngirl, red hair\nboy, hat", negative=f"{NEGATIVE}\nbeard")
    yield Case("NovelAI PNG of its fourth model, with characters", "png", png(texts(fourth)), several)
    third = texts(source="Stable Diffusion XL 7BCCAA2C")
    yield Case("NovelAI PNG of its third model", "png", png(third), replace(SAID, model="Stable Diffusion XL 7BCCAA2C"))
    bare = png({"Comment": json.dumps(SETTINGS)})
    yield Case("NovelAI PNG with nothing but the comment", "png", bare, replace(SAID, model=""))
    lost = png({"Software": "NovelAI", "Description": PROMPT, "Source": "NovelAI Diffusion V4"})
    only = Generation(generator="NovelAI", prompt=PROMPT, model="NovelAI Diffusion V4")
    yield Case("NovelAI PNG without the comment", "png", lost, only)
    for name, said in (("its settings", json.dumps(SETTINGS)), ("all its texts", json.dumps(texts()))):
        entries = {SOFTWARE: (ASCII, b"NovelAI\0"), DESCRIPTION: (ASCII, b"\0\0\0\0" + PROMPT.encode() + b"\0")}
        file = saved("WEBP", exif=exif(entries, {USER_COMMENT: (UNDEFINED, comment(said, "unicode-utf-8"))}))
        expected = replace(SAID, model="") if said.startswith('{"prompt"') else SAID
        yield Case(f"NovelAI WEBP UserComment of {name} (reconstruction)", "webp", file, expected)
