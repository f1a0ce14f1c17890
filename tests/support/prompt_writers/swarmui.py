"""SwarmUI: src/Text2Image/T2IParamInput.cs (GenRawMetadata), src/Utils/Image.cs (ConvertTo, by ImageSharp)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from support.prompt_writers.case import Case
from support.prompt_writers.files import ASCII, MODEL, commented, exif, png, saved
from vaultd.prompts import Generation, Lora

SAID = Generation(
    generator="SwarmUI", prompt="an office by the lake, evening", negative="pov, feet", model="sd_xl_base_1.0",
    loras=(Lora("styleA", 0.4), Lora("turbo-v0.2", 0.7)), seed=1755497345, steps=16, cfg=2.0, sampler="er_sde",
    scheduler="beta",
    size=(1248, 1824),
)  # fmt: skip
SETTINGS: dict[str, Any] = {
    "prompt": SAID.prompt, "negativeprompt": SAID.negative, "model": "OfficialStableDiffusion/sd_xl_base_1.0",
    "seed": 1755497345, "steps": 16, "cfgscale": 2.0, "aspectratio": "Custom", "width": 1248, "height": 1824,
    "sampler": "er_sde", "scheduler": "beta", "loras": ["styleA", "sets/turbo-v0.2"], "loraweights": ["0.4", "0.7"],
    "swarm_version": "0.9.8.1",
}  # fmt: skip


def metadata(settings: dict[str, Any]) -> str:
    """As Newtonsoft prints it, indented."""
    models = [{"name": "sd_xl_base_1.0.safetensors", "param": "model", "hash": "0x31e35c80fc"}]
    extra = {"date": "2026-02-01", "generation_time": "0.02 (prep) and 3.10 (gen) seconds"}
    return json.dumps({"sui_image_params": settings, "sui_extra_data": extra, "sui_models": models}, indent=2)


def cases() -> Iterator[Case]:
    """PNG, EXIF of ImageSharp, and older names."""
    text = metadata(SETTINGS)
    yield Case("SwarmUI PNG", "png", png({"parameters": text}), SAID)
    for kind in ("JPEG", "WEBP"):
        yield Case(f"SwarmUI {kind}", kind.lower(), commented(kind, text, "utf-16-le", order="<"), SAID)
    legacy = exif({MODEL: (ASCII, text.encode() + b"\0")}, order="<")
    yield Case("StableSwarmUI JPEG, at first in EXIF Model", "jpeg", saved("JPEG", exif=legacy), SAID)
    older = {key: value for key, value in SETTINGS.items() if key != "sampler"} | {
        "comfyuisampler": "er_sde", "loras": "styleA,turbo-v0.2", "loraweights": "0.4,0.7"}  # fmt: skip
    yield Case("StableSwarmUI PNG, sampler and loras as they were", "png", png({"parameters": metadata(older)}), SAID)
    bare = {key: value for key, value in SETTINGS.items() if not key.startswith("lora") and key != "negativeprompt"}
    said = replace(SAID, negative="", loras=())
    yield Case("SwarmUI PNG without negative prompt and loras", "png", png({"parameters": metadata(bare)}), said)
