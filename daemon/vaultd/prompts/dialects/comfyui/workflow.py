"""The editor's graph as one that runs, for files that hold nothing else.

Its nodes keep their values in a list without names (`widgets_values`), in the order of ComfyUI's nodes.py; so only
well-known nodes can be read. Links are `[id, from node, output, to node, input, type]`.
"""

from __future__ import annotations

from typing import Any

from vaultd.prompts.dialects.comfyui.graph import MOST_NODES, Graph, Node
from vaultd.prompts.values import objects

_TURNED_OFF = (2, 4)  # muted, bypassed
WIDGETS = {
    "KSampler": ("seed", "", "steps", "cfg", "sampler_name", "scheduler", "denoise"),
    "KSamplerAdvanced": ("add_noise", "noise_seed", "", "steps", "cfg", "sampler_name", "scheduler"),
    "SamplerCustom": ("add_noise", "noise_seed", "", "cfg"),
    "RandomNoise": ("noise_seed",),
    "KSamplerSelect": ("sampler_name",),
    "BasicScheduler": ("scheduler", "steps", "denoise"),
    "CFGGuider": ("cfg",),
    "FluxGuidance": ("guidance",),
    "CLIPTextEncode": ("text",),
    "CLIPTextEncodeFlux": ("clip_l", "t5xxl", "guidance"),
    "CheckpointLoaderSimple": ("ckpt_name",),
    "UNETLoader": ("unet_name",),
    "LoraLoader": ("lora_name", "strength_model", "strength_clip"),
    "LoraLoaderModelOnly": ("lora_name", "strength_model"),
    "EmptyLatentImage": ("width", "height", "batch_size"),
    "EmptySD3LatentImage": ("width", "height", "batch_size"),
    "PrimitiveString": ("value",),
    "PrimitiveStringMultiline": ("value",),
    "PrimitiveNode": ("value",),
}


def as_graph(data: dict[str, Any]) -> Graph:
    """The graph that the editor would run, as far as it can be told."""
    links = data.get("links")
    origins = {
        link[0]: [str(link[1]), link[2]]
        for link in (links if isinstance(links, list) else [])
        if isinstance(link, list) and len(link) >= 3 and isinstance(link[0], int | str)
    }
    nodes: dict[str, Node] = {}
    for each in objects(data.get("nodes")):
        kind = each.get("type")
        if isinstance(kind, str) and each.get("mode") not in _TURNED_OFF and len(nodes) < MOST_NODES:
            key = str(each.get("id"))
            nodes[key] = Node.of(key, kind, _inputs(kind, each, origins))
    return Graph(nodes)


def _inputs(kind: str, node: dict[str, Any], origins: dict[Any, list[Any]]) -> dict[str, Any]:
    """Values by the names of the widgets, and links over them, as the editor does."""
    values = node.get("widgets_values")
    named = dict(zip(WIDGETS.get(kind, ()), values, strict=False)) if isinstance(values, list) else {}
    for each in objects(node.get("inputs")):
        link = each.get("link")
        if isinstance(each.get("name"), str) and isinstance(link, int | str) and link in origins:
            named[each["name"]] = origins[link]
    named.pop("", None)
    return named
