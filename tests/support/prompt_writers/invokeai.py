"""InvokeAI: image_files_disk.py, CoreMetadataInvocation (3 and later), ldm/invoke/args.py (2), its command line (1)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from support.prompt_writers.case import Case
from support.prompt_writers.files import png
from vaultd.prompts import Generation, Lora

PROMPT, NEGATIVE = "a harbour at dawn, oil painting", "text, frame"
SAID = Generation(
    generator="InvokeAI", prompt=PROMPT, negative=NEGATIVE, model="Juggernaut XL v9", loras=(Lora("ink", 0.75),),
    seed=2874213, steps=30, cfg=7.5, sampler="dpmpp_sde_k", size=(1024, 768),
)  # fmt: skip
CORE: dict[str, Any] = {
    "generation_mode": "sdxl_txt2img", "positive_prompt": PROMPT, "negative_prompt": NEGATIVE, "width": 1024,
    "height": 768, "seed": 2874213, "rand_device": "cpu", "cfg_scale": 7.5, "steps": 30, "scheduler": "dpmpp_sde_k",
}  # fmt: skip
WORKFLOW = json.dumps({"name": "", "nodes": [], "edges": [], "meta": {"version": "3.0.0"}})


def cases() -> Iterator[Case]:
    """One for each generation of its metadata."""
    fifth = CORE | {
        "model": {"key": "f1", "hash": "blake3:d2", "name": "Juggernaut XL v9", "base": "sdxl", "type": "main"},
        "loras": [{"model": {"key": "a9", "hash": "blake3:07", "name": "ink", "type": "lora"}, "weight": 0.75}],
        "app_version": "5.4.2",
    }
    yield _case("5", {"invokeai_metadata": json.dumps(fifth), "invokeai_workflow": WORKFLOW})
    third = CORE | {
        "model": {"model_name": "Juggernaut XL v9", "base_model": "sdxl", "model_type": "main"},
        "loras": [{"lora": {"model_name": "ink", "base_model": "sdxl"}, "weight": 0.75}],
        "app_version": "3.7.0",
    }
    yield _case("3", {"invokeai_metadata": json.dumps(third), "invokeai_workflow": WORKFLOW})
    graph = {"id": "6f", "nodes": {"noise": {"type": "noise"}, "metadata_accumulator": third}, "edges": []}
    yield _case("3.0 with nothing but the graph", {"invokeai_graph": json.dumps(graph)})
    flux = {"generation_mode": "flux_txt2img", "positive_prompt": PROMPT, "seed": 7, "steps": 4, "guidance": 3.5,
            "width": 512, "height": 512, "model": {"name": "FLUX Schnell"}, "app_version": "5.6.0"}  # fmt: skip
    said = Generation(
        generator="InvokeAI", prompt=PROMPT, model="FLUX Schnell", seed=7, steps=4, cfg=3.5, size=(512, 512)
    )
    yield Case("InvokeAI 5 with Flux", "png", png({"invokeai_metadata": json.dumps(flux)}), said)
    yield from _older()


def _older() -> Iterator[Case]:
    said = Generation(generator="InvokeAI", prompt=PROMPT, negative=NEGATIVE, model="stable-diffusion-1.5",
                      seed=2874213, steps=30, cfg=7.5, sampler="k_euler_a", size=(512, 768))  # fmt: skip
    image = {"type": "txt2img", "postprocessing": None, "sampler": "k_euler_a", "seed": 2874213, "variations": [],
             "steps": 30, "cfg_scale": 7.5, "width": 512, "height": 768, "threshold": 0, "perlin": 0,
             "prompt": [{"prompt": f"{PROMPT} [{NEGATIVE}]", "weight": 1.0}]}  # fmt: skip
    second = {"model": "stable diffusion", "model_id": "sd", "model_weights": "stable-diffusion-1.5",
              "model_hash": "cc67", "app_id": "invoke-ai/InvokeAI", "app_version": "2.3.0", "image": image}  # fmt: skip
    line = f'"{PROMPT} [{NEGATIVE}]" -s 30 -S 2874213 -W 512 -H 768 -C 7.5 -A k_euler_a'
    yield Case("InvokeAI 2", "png", png({"Dream": line, "sd-metadata": json.dumps(second)}), said)
    text = json.dumps(second | {"image": image | {"prompt": PROMPT}})
    plain = Generation(**{**{key: getattr(said, key) for key in said.__struct_fields__}, "negative": ""})
    yield Case("InvokeAI 2 with a prompt that is one text", "png", png({"sd-metadata": text}), plain)
    typed = Generation(**{**{key: getattr(said, key) for key in said.__struct_fields__}, "model": ""})
    yield Case("InvokeAI 1", "png", png({"Dream": line}), typed)


def _case(version: str, texts: dict[str, str]) -> Case:
    return Case(f"InvokeAI {version}", "png", png(texts), SAID)
