"""Fooocus: modules/meta_parser.py (parse_string of both, get_exif); Fooocus-MRE, RuinedFooocus: async_worker.py."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace
from PIL import Image

from support.prompt_writers.case import Case
from support.prompt_writers.files import png, saved
from vaultd.prompts import Generation, Lora

PROMPT, NEGATIVE = "a tea house in the mist", "people"
SAID = Generation(
    generator="Fooocus", prompt=PROMPT, negative=NEGATIVE, model="juggernautXL_v8Rundiffusion",
    loras=(Lora("sd_xl_offset_example-lora_1.0", 0.1),), seed=8212341, steps=30, cfg=4.0, sampler="dpmpp_2m_sde_gpu",
    scheduler="karras",
    size=(1152, 896),
)  # fmt: skip
SETTINGS: dict[str, Any] = {
    "adm_guidance": "(1.5, 0.8, 0.3)", "base_model": "juggernautXL_v8Rundiffusion", "base_model_hash": "aeb7e9e689",
    "full_negative_prompt": [NEGATIVE, "ugly"], "full_prompt": [f"cinematic still {PROMPT}", f"{PROMPT}, epic"],
    "guidance_scale": 4.0, "lora_combined_1": "sd_xl_offset_example-lora_1.0 : 0.1",
    "loras": [["sd_xl_offset_example-lora_1.0", 0.1, "4852686128"]], "metadata_scheme": "fooocus",
    "negative_prompt": NEGATIVE, "performance": "Speed", "prompt": PROMPT, "prompt_expansion": "",
    "refiner_model": "None",
    "refiner_switch": 0.5, "resolution": "(1152, 896)", "sampler": "dpmpp_2m_sde_gpu", "scheduler": "karras",
    "seed": "8212341", "sharpness": 2.0, "steps": 30, "styles": "['Fooocus V2', 'Fooocus Sharp']",
    "vae": "Default (model)", "version": "Fooocus v2.5.0",
}  # fmt: skip


def as_exif(text: str, scheme: str) -> Image.Exif:
    """meta_parser.get_exif: in the first directory, and without the prefix."""
    exif = Image.Exif()
    exif[0x9286] = text
    exif[0x0131] = "Fooocus v2.5.0"
    exif[0x927C] = scheme
    return exif


def cases() -> Iterator[Case]:
    """Both schemes in three containers, and the kin."""
    text = json.dumps(dict(sorted(SETTINGS.items())))
    yield Case("Fooocus PNG", "png", png({"parameters": text, "fooocus_scheme": "fooocus"}), SAID)
    for kind in ("JPEG", "WEBP"):
        yield Case(f"Fooocus {kind}", kind.lower(), saved(kind, exif=as_exif(text, "fooocus")), SAID)
    plain = (
        f"cinematic still {PROMPT}, {PROMPT}\nNegative prompt: {NEGATIVE}, ugly\nSteps: 30, "
        "Sampler: DPM++ 2M SDE Karras, Seed: 8212341, Size: 1152x896, CFG scale: 4.0, Sharpness: 2.0, "
        'ADM Guidance: "(1.5, 0.8, 0.3)", '
        "Model: juggernautXL_v8Rundiffusion, Model hash: aeb7e9e689, Performance: Speed, Scheduler: karras, "
        f"VAE: Default (model), Raw prompt: {PROMPT}, Raw negative prompt: {NEGATIVE}, "
        'Lora hashes: "sd_xl_offset_example-lora_1.0: 4852686128", Lora weights: "sd_xl_offset_example-lora_1.0: 0.1", '
        "Version: Fooocus v2.5.0"
    )
    as_a1111 = replace(SAID, prompt=f"cinematic still {PROMPT}, {PROMPT}", negative=f"{NEGATIVE}, ugly",
                       sampler="DPM++ 2M SDE Karras")  # fmt: skip
    yield Case("Fooocus PNG as A1111", "png", png({"parameters": plain, "fooocus_scheme": "a1111"}), as_a1111)
    for kind in ("JPEG", "WEBP"):
        yield Case(f"Fooocus {kind} as A1111", kind.lower(), saved(kind, exif=as_exif(plain, "a1111")), as_a1111)
    yield from _kin()


def _kin() -> Iterator[Case]:
    base = {"prompt": PROMPT, "negative_prompt": NEGATIVE, "seed": 8212341, "width": 1152, "height": 896, "steps": 30,
            "switch": 20, "sharpness": 2.0, "cfg": 4.0, "l1": "sd_xl_offset_example-lora_1.0.safetensors", "w1": 0.1,
            "l2": "None", "w2": 0.5, "software": "Fooocus-MRE 2.0.78.5"}  # fmt: skip
    for version, named in (
        ("", {"base_model": "juggernautXL_v8Rundiffusion.safetensors", "sampler": "dpmpp_2m_sde_gpu"}),
        (" of its first weeks", {"base_model_name": "juggernautXL_v8Rundiffusion.safetensors",
                                 "sampler_name": "dpmpp_2m_sde_gpu"}),
    ):  # fmt: skip
        text, said = json.dumps(base | named, ensure_ascii=False), replace(SAID, generator="Fooocus-MRE", scheduler="")
        yield Case(f"Fooocus-MRE PNG{version}", "png", png({"Comment": text}), said)
        yield Case(f"Fooocus-MRE JPEG comment{version}", "jpeg", saved("JPEG", comment=text.encode()), said)
    ruined = {"Prompt": PROMPT, "Negative": NEGATIVE, "steps": 30, "cfg": 4.0, "width": 1152, "height": 896,
              "seed": 8212341, "sampler_name": "dpmpp_2m_sde_gpu", "scheduler": "karras",
              "base_model_name": "juggernautXL_v8Rundiffusion.safetensors", "base_model_hash": "aeb7e9e689",
              "loras": [["4852686128", "0.1 - sd_xl_offset_example-lora_1.0.safetensors"]],
              "software": "RuinedFooocus"}  # fmt: skip
    said = replace(SAID, generator="RuinedFooocus")
    yield Case("RuinedFooocus PNG", "png", png({"parameters": json.dumps(ruined)}), said)
    older = ruined | {"loras": "Loras:<sd_xl_offset_example-lora_1.0.safetensors:0.1>"}
    yield Case("RuinedFooocus PNG with loras as text", "png", png({"parameters": json.dumps(older)}), said)
