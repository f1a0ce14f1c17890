"""ComfyUI: comfy_api/latest/_ui.py (_create_png_metadata and its kin); graphs of its nodes.py and of other nodes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from support.prompt_writers.a1111 import infotext
from support.prompt_writers.case import Case
from support.prompt_writers.files import ASCII, MAKE, MODEL, commented, exif, picture, png, saved, with_chunk
from vaultd.prompts import Generation, Lora

Nodes = dict[str, dict[str, Any]]
POSITIVE, NEGATIVE = "a red fox in the snow, soft light", "blurry, lowres"
SAID = Generation(
    generator="ComfyUI", prompt=POSITIVE, negative=NEGATIVE, model="dreamshaper_8", seed=156680208700286, steps=20,
    cfg=8.0, sampler="euler", scheduler="normal", size=(512, 768),
)  # fmt: skip
WORKFLOW: dict[str, Any] = {
    "last_node_id": 9,
    "nodes": [
        {"id": 3, "type": "KSampler", "mode": 0, "inputs": [
            {"name": "model", "type": "MODEL", "link": 1}, {"name": "positive", "type": "CONDITIONING", "link": 4},
            {"name": "negative", "type": "CONDITIONING", "link": 6},
            {"name": "latent_image", "type": "LATENT", "link": 2}],
         "widgets_values": [156680208700286, "randomize", 20, 8, "euler", "normal", 1]},
        {"id": 4, "type": "CheckpointLoaderSimple", "mode": 0, "widgets_values": ["dreamshaper_8.safetensors"]},
        {"id": 5, "type": "EmptyLatentImage", "mode": 0, "widgets_values": [512, 768, 1]},
        {"id": 6, "type": "CLIPTextEncode", "mode": 0, "inputs": [{"name": "clip", "type": "CLIP", "link": 3}],
         "widgets_values": [POSITIVE]},
        {"id": 7, "type": "CLIPTextEncode", "mode": 0, "inputs": [{"name": "clip", "type": "CLIP", "link": 5}],
         "widgets_values": [NEGATIVE]},
        {"id": 9, "type": "SaveImage", "mode": 0, "inputs": [{"name": "images", "type": "IMAGE", "link": 9}],
         "widgets_values": ["ComfyUI"]},
    ],
    "links": [[1, 4, 0, 3, 0, "MODEL"], [2, 5, 0, 3, 3, "LATENT"], [3, 4, 1, 6, 0, "CLIP"],
              [4, 6, 0, 3, 1, "CONDITIONING"], [5, 4, 1, 7, 0, "CLIP"], [6, 7, 0, 3, 2, "CONDITIONING"],
              [9, 3, 0, 9, 0, "IMAGE"]],
    "version": 0.4,
}  # fmt: skip


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    """As execution.py takes it; `of("4", 1)` is a link."""
    return {"class_type": kind, "inputs": inputs, "_meta": {"title": kind}}


def of(number: str, output: int = 0) -> list[Any]:
    """A link."""
    return [number, output]


def basic(**changed: dict[str, Any]) -> Nodes:
    """The graph that ComfyUI opens with. `changed` replaces nodes: `n6=...`."""
    graph = {
        "3": node("KSampler", seed=156680208700286, steps=20, cfg=8, sampler_name="euler", scheduler="normal",
                  denoise=1, model=of("4"), positive=of("6"), negative=of("7"), latent_image=of("5")),
        "4": node("CheckpointLoaderSimple", ckpt_name="dreamshaper_8.safetensors"),
        "5": node("EmptyLatentImage", width=512, height=768, batch_size=1),
        "6": node("CLIPTextEncode", text=POSITIVE, clip=of("4", 1)),
        "7": node("CLIPTextEncode", text=NEGATIVE, clip=of("4", 1)),
        "8": node("VAEDecode", samples=of("3"), vae=of("4", 2)),
        "9": node("SaveImage", filename_prefix="ComfyUI", images=of("8")),
    }  # fmt: skip
    return graph | {key.removeprefix("n"): value for key, value in changed.items()}


def flux() -> Nodes:
    """ComfyUI's own example for Flux: a guider, no negative side."""
    return {
        "5": node("EmptySD3LatentImage", width=1024, height=1024, batch_size=1),
        "6": node("CLIPTextEncode", text=POSITIVE, clip=of("11")),
        "8": node("VAEDecode", samples=of("13"), vae=of("10")),
        "9": node("SaveImage", filename_prefix="flux", images=of("8")),
        "10": node("VAELoader", vae_name="ae.safetensors"),
        "11": node("DualCLIPLoader", clip_name1="t5xxl_fp16.safetensors", clip_name2="clip_l.safetensors", type="flux"),
        "12": node("UNETLoader", unet_name="flux1-dev.safetensors", weight_dtype="default"),
        "13": node("SamplerCustomAdvanced", noise=of("25"), guider=of("22"), sampler=of("16"), sigmas=of("17"),
                   latent_image=of("5")),
        "16": node("KSamplerSelect", sampler_name="euler"),
        "17": node("BasicScheduler", scheduler="simple", steps=20, denoise=1, model=of("12")),
        "22": node("BasicGuider", model=of("12"), conditioning=of("26")),
        "25": node("RandomNoise", noise_seed=219670278747233),
        "26": node("FluxGuidance", guidance=3.5, conditioning=of("6")),
    }  # fmt: skip


FLUX = Generation(generator="ComfyUI", prompt=POSITIVE, model="flux1-dev", seed=219670278747233, steps=20, cfg=3.5,
                  sampler="euler", scheduler="simple", size=(1024, 1024))  # fmt: skip


def cases() -> Iterator[Case]:
    """Every container, then graphs."""
    said, opened = json.dumps(basic()), json.dumps(WORKFLOW)
    yield Case("ComfyUI PNG", "png", png({"prompt": said, "workflow": opened}), SAID)
    yield Case("ComfyUI PNG by its API, without workflow", "png", png({"prompt": said}), SAID)
    yield Case("ComfyUI PNG with nothing but the workflow", "png", png({"workflow": opened}), SAID)
    yield Case("ComfyUI WEBP", "webp", saved("WEBP", exif=_webp(said, opened)), SAID)
    yield Case("ComfyUI WEBP animated", "webp", _animated("WEBP", exif=_webp(said, opened)), SAID)
    yield Case("ComfyUI APNG", "png", _apng(said, opened), SAID)
    yield Case("ComfyUI AVIF (reconstruction)", "avif", saved("AVIF", exif=_webp(said, opened)), SAID)
    yield Case("ComfyUI JPEG by other nodes, labelled as WebP", "jpeg", saved("JPEG", exif=_webp(said, opened)), SAID)
    together = json.dumps({"prompt": basic(), "workflow": WORKFLOW})
    yield Case("ComfyUI JPEG UserComment of both graphs (reconstruction)", "jpeg", commented("JPEG", together), SAID)
    beside = png({"parameters": infotext(POSITIVE, "others"), "prompt": said, "workflow": opened})
    read = Generation(generator="ComfyUI", prompt=POSITIVE, negative="others", model="sd_xl_base_1.0", seed=965400086,
                      steps=28, cfg=6.5, sampler="DPM++ 2M", scheduler="Karras", size=(832, 1216))  # fmt: skip
    yield Case("ComfyUI PNG with A1111's text beside it", "png", beside, read)
    lines = png({"parameters": f"{POSITIVE}\nNegative prompt: others", "prompt": said})
    yield Case("ComfyUI PNG with prompts alone beside it", "png", lines, replace(SAID, negative="others"))
    not_json = said[:-1] + ', "11": {"class_type": "Any", "inputs": {}, "is_changed": [NaN]}}'
    yield Case("ComfyUI PNG with NaN", "png", png({"prompt": not_json}), SAID)
    for name, graph, expected in (*_conditioning(), *_chosen(), *_settings(), *_samplers()):
        yield Case(f"ComfyUI graph: {name}", "png", png({"prompt": json.dumps(graph), "workflow": opened}), expected)


def _webp(said: str, opened: str) -> bytes:
    """Model and Make, and further keys of extra_pnginfo one tag lower each."""
    entries = {MODEL: f"prompt:{said}", MAKE: f"workflow:{opened}", MAKE - 1: 'more:{"a": 1}'}
    return exif({tag: (ASCII, text.encode() + b"\0") for tag, text in entries.items()}, order="<")


def _animated(kind: str, **options: Any) -> bytes:
    return saved(kind, save_all=True, append_images=[picture(mode="RGB").rotate(90)], duration=100, **options)


def _apng(said: str, opened: str) -> bytes:
    file = _animated("PNG")
    for key, text in (("prompt", said), ("workflow", opened)):
        file = with_chunk(file, b"comf", key.encode() + b"\0" + text.encode("latin-1"), at_end=True)
    return file


def _conditioning() -> Iterator[tuple[str, Nodes, Generation]]:
    linked = basic(n6=node("CLIPTextEncode", text=of("20"), clip=of("4", 1)))
    yield "a linked text node", linked | {"20": node("PrimitiveStringMultiline", value=POSITIVE)}, SAID
    chain = linked | {"20": node("StringConcatenate", string_a=of("21"), string_b="soft light", delimiter=", "),
                      "21": node("Text Multiline", text="a red fox in the snow")}  # fmt: skip
    yield "texts put together", chain, replace(SAID, prompt="a red fox in the snow\nsoft light")
    wild = linked | {
        "20": node("ImpactWildcardProcessor", wildcard_text="a __animal__", populated_text=POSITIVE, seed=1)
    }
    yield "a wildcard and what it became", wild, SAID
    shown = linked | {
        "20": node("ShowText|pysssss", text=of("21"), text_0="stale"),
        "21": node("CR Text", text=POSITIVE),
    }
    yield "a text that is shown on its way", shown, replace(SAID, prompt=POSITIVE + "\nstale")
    sdxl = basic(
        n6=node("CLIPTextEncodeSDXL", text_g=POSITIVE, text_l=POSITIVE, width=1024, height=1024, clip=of("4", 1))
    )
    yield "both texts of SDXL alike", sdxl, SAID
    controlled = basic(
        n3=basic()["3"] | {"inputs": basic()["3"]["inputs"] | {"positive": of("30"), "negative": of("30", 1)}}
    )
    controlled |= {
        "30": node(
            "ControlNetApplyAdvanced",
            positive=of("6"),
            negative=of("7"),
            control_net=of("31"),
            image=of("32"),
            strength=0.5,
            start_percent=0,
            end_percent=1,
        ),
        "31": node("ControlNetLoader", control_net_name="canny.pth"),
        "32": node("LoadImage", image="a b c.png"),
    }
    yield "a ControlNet in between", controlled, SAID  # fmt: skip
    merged = basic(n6=node("ConditioningCombine", conditioning_1=of("21"), conditioning_2=of("22")))
    merged |= {"21": node("CLIPTextEncode", text="a red fox", clip=of("4", 1)),
               "22": node("CLIPTextEncode", text="in the snow", clip=of("4", 1))}  # fmt: skip
    yield "conditioning put together", merged, replace(SAID, prompt="a red fox\nin the snow")
    zero = basic(n7=node("ConditioningZeroOut", conditioning=of("6")))
    yield "a negative side of nothing", zero, replace(SAID, negative="")
    styled = basic(n6=node("CLIPTextEncode", text=of("20"), clip=of("4", 1)),
                   n7=node("CLIPTextEncode", text=of("20", 1), clip=of("4", 1)))  # fmt: skip
    styled |= {"20": node("SDXLPromptStyler", text_positive=POSITIVE, text_negative=NEGATIVE, style="base")}
    yield "a styler of both sides", styled, SAID


def _chosen() -> Iterator[tuple[str, Nodes, Generation]]:
    """Nodes that choose between texts; as their graphs are printed where people ask about them."""
    linked = basic(n6=node("CLIPTextEncode", text=of("20"), clip=of("4", 1)))
    texts = {"21": node("CR Prompt Text", prompt=POSITIVE), "22": node("String", String="another")}
    for switch, branches in (("switch", ("21", "22")), ("boolean", ("22", "21"))):
        on_true, on_false = (of(branch) for branch in branches)
        choice = node("ComfySwitchNode", on_true=on_true, on_false=on_false, **{switch: branches[0] == "21"})
        yield f"a {switch} between texts", linked | texts | {"20": choice}, SAID
    first = {"20": node("Any Switch (rgthree)", any_02=of("22"), any_01=of("21"))}
    yield "the first of several texts", linked | texts | first, SAID
    named = linked | {"20": node("PreviewAny", source=of("21")), "21": node("String", String=POSITIVE)}
    yield "a text that is previewed on its way, and a key in capitals", named, SAID
    told = linked | {"20": node("Enhance", system_prompt="You write well, at length.", text=POSITIVE)}
    yield "what a language model was told is no prompt", told, SAID


def _settings() -> Iterator[tuple[str, Nodes, Generation]]:
    sampler = basic()["3"]["inputs"]
    lora = basic(n3=node("KSampler", **{**sampler, "model": of("40")}))
    lora |= {
        "40": node(
            "LoraLoader",
            lora_name="style\\ink.safetensors",
            strength_model=0.7,
            strength_clip=1,
            model=of("41"),
            clip=of("4", 1),
        ),
        "41": node("LoraLoaderModelOnly", lora_name="detail.safetensors", strength_model=0.4, model=of("4")),
    }
    loras = (Lora("ink", 0.7), Lora("detail", 0.4))
    yield "loras one behind the other", lora, replace(SAID, loras=loras)  # fmt: skip
    power = basic(n3=node("KSampler", **{**sampler, "model": of("40")}))
    power |= {
        "40": node(
            "Power Lora Loader (rgthree)",
            PowerLoraLoaderHeaderWidget={"type": "PowerLoraLoaderHeaderWidget"},
            lora_1={"on": True, "lora": "ink.safetensors", "strength": 0.7},
            lora_2={"on": False, "lora": "off.safetensors", "strength": 1},
            model=of("4"),
            clip=of("4", 1),
        )
    }
    yield "rgthree's list of loras", power, replace(SAID, loras=(Lora("ink", 0.7),))  # fmt: skip
    seeded = basic(n3=node("KSampler", **{**sampler, "seed": of("50"), "steps": of("51")}))
    seeded |= {"50": node("Seed (rgthree)", seed=156680208700286), "51": node("PrimitiveInt", value=20)}
    yield "seed and steps from nodes of their own", seeded, SAID
    enlarged = basic(n3=node("KSampler", **{**sampler, "model": of("40"), "latent_image": of("55")}))
    enlarged |= {
        "40": node("LoraLoaderModelOnly", lora_name="ink.safetensors", strength_model=0.7, model=of("41")),
        "41": node("LoraLoaderModelOnly", lora_name="grain.safetensors", strength_model=0.2, model=of("4")),
        "55": node("VAEEncode", pixels=of("56"), vae=of("4", 2)),
        "56": node("ImageUpscaleWithModel", upscale_model=of("57"), image=of("58")),
        "57": node("UpscaleModelLoader", model_name="4x_NMKD.pth"),
        "58": node("LoadImage", image="a.png"),
    }
    said = replace(SAID, loras=(Lora("ink", 0.7), Lora("grain", 0.2)), size=None)
    yield "a picture enlarged by another model before", enlarged, said  # fmt: skip
    folder = basic(n4=node("CheckpointLoaderSimple", ckpt_name="sd15/dreamshaper_8.safetensors"))
    yield "a model in a folder", folder, SAID


def _samplers() -> Iterator[tuple[str, Nodes, Generation]]:
    yield "Flux with a guider", flux(), FLUX
    guided = flux() | {"22": node("CFGGuider", model=of("12"), positive=of("6"), negative=of("7"), cfg=4.0),
                       "7": node("CLIPTextEncode", text=NEGATIVE, clip=of("11"))}  # fmt: skip
    yield "a guider of both sides", guided, replace(FLUX, negative=NEGATIVE, cfg=4.0)
    advanced = basic(n3=node("KSamplerAdvanced", add_noise="enable", noise_seed=156680208700286, steps=20, cfg=8,
                             sampler_name="euler", scheduler="normal", start_at_step=0, end_at_step=20, model=of("4"),
                             positive=of("6"), negative=of("7"), latent_image=of("5")))  # fmt: skip
    yield "KSamplerAdvanced", advanced, SAID
    twice = basic(n8=node("VAEDecode", samples=of("60"), vae=of("4", 2)))
    twice |= {
        "60": node(
            "KSampler",
            seed=1,
            steps=8,
            cfg=3,
            sampler_name="ddim",
            scheduler="normal",
            denoise=0.4,
            model=of("4"),
            positive=of("6"),
            negative=of("7"),
            latent_image=of("61"),
        ),
        "61": node("LatentUpscale", samples=of("3"), width=1024, height=1536, crop="disabled"),
    }
    yield "a second pass that enlarges: the first counts", twice, SAID  # fmt: skip
    efficient = {
        "1": node(
            "Efficient Loader",
            ckpt_name="dreamshaper_8.safetensors",
            vae_name="Baked VAE",
            lora_name="None",
            positive=POSITIVE,
            negative=NEGATIVE,
            empty_latent_width=512,
            empty_latent_height=768,
        ),
        "2": node(
            "KSampler (Efficient)",
            seed=156680208700286,
            steps=20,
            cfg=8,
            sampler_name="euler",
            scheduler="normal",
            model=of("1"),
            positive=of("1", 1),
            negative=of("1", 2),
            latent_image=of("1", 3),
        ),
        "3": node("SaveImage", images=of("2", 5)),
    }
    yield "the loader that encodes, too", efficient, replace(SAID, size=None)  # fmt: skip
    unknown = {"1": node("AnyoneImage", wishes=POSITIVE, file="a.png"), "2": node("SaveImage", images=of("1"))}
    yield "nodes that are unknown: all longer texts", unknown, Generation(generator="ComfyUI", prompt=POSITIVE)
    bare = flux()
    bare["13"] = node("SamplerCustomAdvanced", guider=of("22"), sampler=of("16"))
    said = replace(FLUX, seed=None, steps=None, scheduler="", size=None)
    yield "a sampler of which the guider alone is known", bare, said
    video = {"1": node("WanVideoSampler", config=of("2")), "2": node("WanVideoConfigure", positive=POSITIVE,
                                                                     negative=NEGATIVE, width=512)}  # fmt: skip
    yield (
        "a positive side that no sampler has",
        video,
        Generation(generator="ComfyUI", prompt=POSITIVE, negative=NEGATIVE),
    )
    apart = basic(n3=node("KSampler", seed=156680208700286, steps=20, cfg=8, sampler_name="euler"))
    apart = {key: apart[key] for key in ("3", "4", "6")}
    yield "nodes without links", apart, replace(SAID, negative="", scheduler="", size=None)
    circle = basic(n6=node("ConditioningCombine", conditioning_1=of("6"), conditioning_2=of("20")))
    circle |= {"20": node("ConditioningCombine", conditioning_1=of("6"), conditioning_2=of("21")),
               "21": node("CLIPTextEncode", text=POSITIVE, clip=of("4", 1))}  # fmt: skip
    yield "a circle of links", circle, SAID
