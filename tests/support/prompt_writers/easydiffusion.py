"""Easy Diffusion: save_utils.py (get_metadata_entries_for_request), and sdkit's file_utils.py (save_dicts)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from support.prompt_writers.case import Case
from support.prompt_writers.files import commented, png
from vaultd.prompts import Generation, Lora

SAID = Generation(
    generator="Easy Diffusion", prompt="a paper boat, macro", negative="blurry, hands", model="sd-v1-5",
    loras=(Lora("ink", 0.5), Lora("grain", 0.25)), seed=4124, steps=25, cfg=7.5, sampler="euler_a", size=(512, 640),
)  # fmt: skip
SETTINGS: dict[str, Any] = {
    "prompt": SAID.prompt, "negative_prompt": SAID.negative, "seed": 4124,
    "use_stable_diffusion_model": "C:\\models\\sd-v1-5.ckpt", "clip_skip": False, "use_vae_model": None,
    "sampler_name": "euler_a", "width": 512, "height": 640, "num_inference_steps": 25, "guidance_scale": 7.5,
    "use_lora_model": ["ink", "grain"], "lora_alpha": [0.5, 0.25], "tiling": "none",
}  # fmt: skip
SHOWN = {
    "prompt": "Prompt", "negative_prompt": "Negative Prompt", "seed": "Seed",
    "use_stable_diffusion_model": "Stable Diffusion model", "clip_skip": "Clip Skip", "use_vae_model": "VAE model",
    "sampler_name": "Sampler", "width": "Width", "height": "Height", "num_inference_steps": "Steps",
    "guidance_scale": "Guidance Scale", "use_lora_model": "LoRA model", "lora_alpha": "LoRA Strength",
    "tiling": "Seamless Tiling",
}  # fmt: skip


def shown() -> dict[str, Any]:
    """With the names of its page, as it writes them once text files are among the formats asked for."""
    lists = {key: ", ".join(map(str, value)) if isinstance(value, list) else value for key, value in SETTINGS.items()}
    return {SHOWN[key]: value for key, value in lists.items()}


def texts(settings: Mapping[str, Any]) -> dict[str, str]:
    """Each a text chunk, as Python prints it."""
    return {key: str(value) for key, value in settings.items()}


def cases() -> Iterator[Case]:
    """PNG by both names, and EXIF."""
    yield Case("Easy Diffusion PNG", "png", png(texts(SETTINGS)), SAID)
    yield Case("Easy Diffusion PNG by the names shown", "png", png(texts(shown())), SAID)
    for kind in ("JPEG", "WEBP"):
        yield Case(f"Easy Diffusion {kind}", kind.lower(), commented(kind, json.dumps(SETTINGS)), SAID)
    one = SETTINGS | {"use_lora_model": "ink", "lora_alpha": 0.5}
    yield Case("Easy Diffusion PNG with one lora", "png", png(texts(one)), replace(SAID, loras=(Lora("ink", 0.5),)))
    none = SETTINGS | {"use_lora_model": None, "negative_prompt": "", "lora_alpha": 0}
    yield Case("Easy Diffusion JPEG without loras", "jpeg", commented("JPEG", json.dumps(none)),
               replace(SAID, loras=(), negative=""))  # fmt: skip


def text_file(settings: Mapping[str, Any]) -> str:
    """save_dicts, txt."""
    return "".join(f"{key}: {value}\n" for key, value in settings.items())
