"""A1111's web UI and others: modules/processing.py create_infotext, modules/images.py save_image_with_geninfo."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from PIL.PngImagePlugin import PngInfo

from support.prompt_writers.case import Case
from support.prompt_writers.files import ASCII, USER_COMMENT, commented, exif, png, saved, with_chunk
from vaultd.prompts import Generation, Lora

PROMPT = "a lighthouse on a cliff, (storm:1.2), Steps: into the sea"
NEGATIVE = "lowres, [blurry], watermark"
SETTINGS: dict[str, Any] = {
    "Steps": 28, "Sampler": "DPM++ 2M", "Schedule type": "Karras", "CFG scale": 6.5, "Seed": 965400086,
    "Size": "832x1216", "Model hash": "31e35c80fc", "Model": "sd_xl_base_1.0", "Version": "v1.10.1",
}  # fmt: skip
SAID = Generation(
    generator="A1111", prompt=PROMPT, negative=NEGATIVE, model="sd_xl_base_1.0", seed=965400086, steps=28, cfg=6.5,
    sampler="DPM++ 2M", scheduler="Karras", size=(832, 1216),
)  # fmt: skip
KINDS = ("JPEG", "WEBP", "AVIF")
COMMENTS = {
    "utf-16-be": "as piexif writes it",
    "utf-16-le": "reconstruction: re-encoded",
    "bom": "reconstruction: re-encoded",
    "ascii": "reconstruction: re-encoded",
    "nul": "reconstruction: re-encoded",
    "unicode-utf-8": "reconstruction: re-encoded",
    "none": "reconstruction: re-encoded",
}


def quoted(value: Any) -> str:
    """infotext_utils.quote."""
    text = str(value)
    return json.dumps(text, ensure_ascii=False) if any(mark in text for mark in ",\n:") else text


def infotext(prompt: str = PROMPT, negative: str = NEGATIVE, settings: Mapping[str, Any] = SETTINGS) -> str:
    """processing.create_infotext."""
    line = ", ".join(f"{key}: {quoted(value)}" for key, value in settings.items() if value is not None)
    return f"{prompt}{chr(10) + 'Negative prompt: ' + negative if negative else ''}\n{line}".strip()


def cases() -> Iterator[Case]:
    """PNG, EXIF in every encoding met, and texts that other readers trip over."""
    yield Case("A1111 PNG", "png", png({"parameters": infotext()}), SAID)
    for kind in KINDS:
        yield Case(f"A1111 {kind}", kind.lower(), commented(kind, infotext()), SAID)
    for how, why in COMMENTS.items():
        if how != "utf-16-be":
            yield Case(f"A1111 JPEG UserComment {how} ({why})", "jpeg", commented("JPEG", infotext(), how), SAID)
    yield Case(
        "A1111 WEBP UserComment utf-16-le (reconstruction)", "webp", commented("WEBP", infotext(), "utf-16-le"), SAID
    )
    yield Case("A1111 PNG eXIf chunk", "png", commented("PNG", infotext()), SAID)
    yield Case("A1111 JPEG little-endian EXIF", "jpeg", commented("JPEG", infotext(), order="<"), SAID)
    plain = exif({USER_COMMENT: (ASCII, infotext().encode() + b"\0")})
    yield Case(
        "A1111 JPEG UserComment in the first directory (reconstruction)", "jpeg", saved("JPEG", exif=plain), SAID
    )
    yield from _containers()
    yield from _texts()
    yield from _kin()


def _containers() -> Iterator[Case]:
    packed = PngInfo()
    packed.add_text("parameters", infotext(), zip=True)
    yield Case("A1111 PNG zTXt", "png", saved("PNG", pnginfo=packed), SAID)
    wide = PngInfo()
    wide.add_itxt("parameters", infotext(), zip=True)
    yield Case("A1111 PNG iTXt compressed", "png", saved("PNG", pnginfo=wide), SAID)
    late = with_chunk(saved("PNG"), b"tEXt", b"parameters\0" + infotext().encode(), at_end=True)
    yield Case("A1111 PNG tEXt after the pixels", "png", late, SAID)
    abroad = {**SETTINGS, "Model": "アニメ"}
    said = Generation(**{**_fields(SAID), "prompt": "灯台、嵐の海 🌊", "model": "アニメ"})
    text = infotext("灯台、嵐の海 🌊", settings=abroad)
    yield Case("A1111 PNG iTXt in Japanese", "png", png({"parameters": text}), said)
    yield Case("A1111 JPEG in Japanese", "jpeg", commented("JPEG", text), said)
    raw = with_chunk(saved("PNG"), b"tEXt", b"parameters\0" + text.encode())
    yield Case("A1111 PNG tEXt that is UTF-8 (reconstruction)", "png", raw, said)
    hexed = (exif({}, {USER_COMMENT: (7, b"UNICODE\0" + infotext().encode("utf-16-be"))})).hex()
    profile = PngInfo()
    profile.add_text("Raw profile type exif", f"\nexif\n    {len(hexed) // 2}\n{hexed}\n", zip=True)
    yield Case("A1111 JPEG that ImageMagick made a PNG", "png", saved("PNG", pnginfo=profile), SAID)


def _texts() -> Iterator[Case]:
    def case(name: str, text: str, **changed: Any) -> Case:
        return Case(f"A1111 {name}", "png", png({"parameters": text}), Generation(**{**_fields(SAID), **changed}))

    tagged = "a fox <lora:fluffy_v2:0.8>, night <lora:moon>"
    hashes = {**SETTINGS, "Lora hashes": "fluffy_v2: 8a1b, moon: 77ff", "Hashes": "{}"}
    yield case("loras and their hashes", infotext(tagged, settings=hashes), prompt=tagged,
               loras=(Lora("fluffy_v2", 0.8), Lora("moon")))  # fmt: skip
    bare = (
        infotext() + ', Hashes: {"model": "31e35c80fc", "lora:x": "a, b"}, Civitai resources: [{"type":"a, b"}], TI: x'
    )
    yield case("values that are bare JSON", bare)
    awkward = {
        "Steps": 20,
        "Script": 'X/Y, "Seed: 1", Size: 2x2',
        **{k: v for k, v in SETTINGS.items() if k != "Steps"},
    }
    yield case("a quoted value that speaks of seed and size", infotext(settings=awkward), steps=20)
    lines = "first line\n\nSteps lead down\nthird"
    yield case("a prompt of many lines", infotext(lines, "one\ntwo"), prompt=lines, negative="one\ntwo")
    yield case("no negative prompt", infotext(negative=""), negative="")
    yield case("no prompt", infotext(prompt=""), prompt="")
    yield case("line ends of Windows", infotext().replace("\n", "\r\n"))
    flat = infotext("a lighthouse on a cliff").replace("\n", " ")
    yield case("line ends lost", flat, prompt="a lighthouse on a cliff")
    template = infotext() + "\nTemplate: {a|b} lighthouse\nNegative Template: Steps, too"
    yield case("lines of an extension below the settings", template)
    less = {key: value for key, value in SETTINGS.items() if key != "Sampler"}
    yield case("no sampler", infotext(settings=less), sampler="")
    hashed = {key: value for key, value in SETTINGS.items() if key != "Model"}
    yield case("a model known by its hash alone", infotext(settings=hashed), model="31e35c80fc")
    moved = {**{key: value for key, value in SETTINGS.items() if key != "Steps"}, "Steps": 28}
    yield case("settings that begin with the sampler (reconstruction)", infotext(settings=moved))
    alone = Generation(generator="A1111", prompt="only words")
    yield Case("A1111 a prompt without settings", "png", png({"parameters": "only words"}), alone)
    two = Generation(generator="A1111", prompt="words", negative="others")
    content = png({"parameters": "words\nNegative prompt: others"})
    yield Case("A1111 prompt and negative without settings", "png", content, two)
    both = png({"parameters": infotext(), "extras": infotext("x", "y"), "postprocessing": "Postprocess upscale by: 2"})
    yield Case("A1111 upscaled in the Extras tab", "png", both, SAID)


def _kin() -> Iterator[Case]:
    for name, version in (
        ("Forge", "f2.0.1v1.10.1-previous-659-gc055f2d4"),
        ("stable-diffusion.cpp", "stable-diffusion.cpp"),
        ("ComfyUI", "ComfyUI"),
    ):
        text = infotext(settings={**SETTINGS, "Version": version})
        yield Case(
            f"A1111's text by {name} PNG",
            "png",
            png({"parameters": text}),
            Generation(**{**_fields(SAID), "generator": name}),
        )
    text = infotext(settings={**SETTINGS, "App": "SD.Next", "Version": "c1a3b5e"})
    said = Generation(**{**_fields(SAID), "generator": "SD.Next"})
    yield Case("A1111's text by SD.Next JPEG", "jpeg", commented("JPEG", text), said)


def _fields(said: Generation) -> dict[str, Any]:
    return {key: getattr(said, key) for key in said.__struct_fields__}
