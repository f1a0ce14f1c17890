"""Fooocus and its kin, as JSON. What they write as A1111's text is read as that (a1111).

Sources: lllyasviel/Fooocus modules/meta_parser.py (PNG `parameters`, JPEG and WebP UserComment); fawzia86/Fooocus-MRE
modules/async_worker.py (PNG `Comment`); runew0lf/RuinedFooocus modules/async_worker.py (PNG `parameters`). Their keys
differ, and so they did over the years: `Base Model`, `base_model`, `base_model_name`. An empty prompt is filled from
the full one, which styles made of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from vaultd.domain.generation import Generation, Lora
from vaultd.prompts.generation import lora, made
from vaultd.prompts.texts import Texts
from vaultd.prompts.values import first, words

_MODELS = ("base_model", "base_model_name")
_MARKS = ("performance", "sharpness", "software", "loras", "cfg", "guidance_scale", "metadata_scheme")
_COMBINED = re.compile(r"lora(?:_combined)?_\d{1,3}")
_HASHED = re.compile(r"\s*([-+.\d]{1,20})\s+-\s+(.{1,500})")
_LISTED = re.compile(r"<([^<>:]{1,200}):([^<>]{0,40})>")


def read(texts: Texts) -> Generation | None:
    """The object with a base model and something that only these programs have."""
    for text, data in texts.objects(_like):
        said = _lowered(data)
        return made(
            _name(said),
            text.text,
            prompt=first(said, "prompt", "full_prompt"),
            negative=first(said, "negative_prompt", "negative", "full_negative_prompt"),
            model=first(said, *_MODELS),
            loras=[*_numbered(said), *_combined(said), *_listed(said.get("loras"))],
            seed=said.get("seed"),
            steps=said.get("steps"),
            cfg=first(said, "guidance_scale", "cfg"),
            sampler=first(said, "sampler", "sampler_name"),
            scheduler=said.get("scheduler"),
            size=said.get("resolution") or (said.get("width"), said.get("height")),
        )
    return None


def _like(data: dict[str, Any]) -> bool:
    said = _lowered(data)
    return "prompt" in said and any(key in said for key in _MODELS) and any(key in said for key in _MARKS)


def _lowered(data: dict[str, Any]) -> dict[str, Any]:
    """With keys of one form: `Base Model` and `base_model` are the same."""
    return {key.lower().replace(" ", "_"): value for key, value in list(data.items())[:500]}


def _name(said: dict[str, Any]) -> str:
    software = words(first(said, "software", "version"))
    return next((kin for kin in ("RuinedFooocus", "Fooocus-MRE") if kin in software), "Fooocus")


def _numbered(said: dict[str, Any]) -> Iterator[Lora]:
    """Fooocus-MRE: `l1` and its weight `w1`."""
    for number in range(1, 10):
        yield from lora(said.get(f"l{number}"), said.get(f"w{number}"))


def _combined(said: dict[str, Any]) -> Iterator[Lora]:
    """Fooocus: `name : weight`, or `True : name : weight` where loras can be switched off."""
    for key, value in said.items():
        if _COMBINED.fullmatch(key):
            *switch, called, weight = ["", *words(value).split(" : ")][-3:]
            if "False" not in switch:
                yield from lora(called, weight)


def _listed(value: Any) -> Iterator[Lora]:
    """Fooocus: `[name, weight, hash]`; RuinedFooocus: `[hash, "weight - name"]`, once `Loras:<name:weight>,...`."""
    if isinstance(value, str):
        yield from (each for found in _LISTED.finditer(value[:65_536]) for each in lora(found[1], found[2]))
    for entry in value if isinstance(value, list) else ():
        if isinstance(entry, list) and len(entry) == 2 and isinstance(entry[1], str):
            hashed = _HASHED.fullmatch(entry[1])
            yield from lora(hashed[2], hashed[1]) if hashed else ()
        elif isinstance(entry, list) and len(entry) >= 2:
            yield from lora(entry[0], entry[1])
