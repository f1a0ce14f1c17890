"""Draw Things: a reconstruction, after files that its readers' tests show; the app's own source is not public."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.sax.saxutils import escape

from msgspec.structs import replace

from support.prompt_writers.case import Case
from support.prompt_writers.files import with_xmp, xmp
from vaultd.prompts import Generation, Lora

SAID = Generation(
    generator="Draw Things", prompt="a red cube, <soft> light & mist", negative="blue", model="flux_1_schnell_q5p",
    loras=(Lora("detail", 0.8),), seed=2441935286, steps=8, cfg=4.5, sampler="Euler A Trailing", size=(640, 480),
)  # fmt: skip
SETTINGS: dict[str, Any] = {
    "c": SAID.prompt, "uc": SAID.negative, "model": "flux_1_schnell_q5p.ckpt", "sampler": SAID.sampler, "scale": 4.5,
    "seed": 2441935286, "seed_mode": "Scale Alike", "size": "640x480", "steps": 8, "strength": 1, "shift": 3,
    "lora": [{"model": "detail.ckpt", "weight": 0.8}],
}  # fmt: skip
LINE = (
    f"{SAID.prompt}\n-{SAID.negative}\nSteps: 8, Sampler: {SAID.sampler}, Guidance Scale: 4.5, Seed: 2441935286, "
    "Size: 640x480, Model: flux_1_schnell_q5p.ckpt, Strength: 1.0, LoRA Model: detail.ckpt, LoRA Weight: 0.8"
)


def packet(settings: dict[str, Any] | None, indented: bool = True, line: str = LINE) -> str:
    """Description, program and settings, each where XMP has it."""
    described = escape(line).replace("\n", "&#xA;")
    said = f'<rdf:li xml:lang="x-default">{escape(json.dumps(settings))}</rdf:li>'
    comment = f"<exif:UserComment>\n<rdf:Alt>\n{said}\n</rdf:Alt>\n</exif:UserComment>" if settings else ""
    whole = (
        f'<dc:description>\n<rdf:Alt>\n<rdf:li xml:lang="x-default">{described}</rdf:li>\n</rdf:Alt>\n'
        "</dc:description>\n"
        f"<xmp:CreatorTool>Draw Things</xmp:CreatorTool>\n{comment}"
    )
    return xmp(whole if indented else whole.replace("\n", ""))


def cases() -> Iterator[Case]:
    """With the object, as it is printed in two ways, and with the description alone."""
    yield Case("Draw Things PNG (reconstruction)", "png", with_xmp(packet(SETTINGS)), SAID)
    yield Case("Draw Things PNG on one line (reconstruction)", "png", with_xmp(packet(SETTINGS, indented=False)), SAID)
    newer = {key: value for key, value in SETTINGS.items() if key != "lora"}
    newer["v2"] = {"loras": [{"file": "detail.ckpt", "weight": 0.8, "mode": "all"}]}
    yield Case("Draw Things PNG with loras in v2 (reconstruction)", "png", with_xmp(packet(newer)), SAID)
    yield Case("Draw Things PNG with the description alone (reconstruction)", "png", with_xmp(packet(None)), SAID)
    plain = packet(None, line=LINE.replace(f"\n-{SAID.negative}", ""))
    name = "Draw Things PNG with a description without a negative prompt (reconstruction)"
    yield Case(name, "png", with_xmp(plain), replace(SAID, negative=""))
