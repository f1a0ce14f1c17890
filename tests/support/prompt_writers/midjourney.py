"""Midjourney: a reconstruction, after what people print of their files; no source of it is public."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from support.prompt_writers.case import Case
from support.prompt_writers.files import ASCII, DESCRIPTION, exif, png, saved, xmp
from vaultd.prompts import Generation

JOB = "Job ID: a7421d2f-b262-44f9-977c-ac23e9c7d3e3"
SAID = Generation(generator="Midjourney", prompt="a winding road -- at night, 35mm", model="v 6.1", seed=42)


def described(flags: str) -> dict[str, str]:
    """The texts of a file from the web page."""
    return {"Author": "someone", "Creation Time": "Tue, 04 Jun 2024 10:00:00 GMT",
            "Description": f"{SAID.prompt} {flags} {JOB}"}  # fmt: skip


def cases() -> Iterator[Case]:
    """Flags of several kinds, and the same text in EXIF."""
    flags = "--ar 2:1 --stylize 80 --seed 42 --v 6.1"
    guid = xmp("", 'Iptc4xmpExt:DigImageGUID="a7421d2f-b262-44f9-977c-ac23e9c7d3e3"')
    whole = described(flags) | {"XML:com.adobe.xmp": guid}
    yield Case("Midjourney PNG (reconstruction)", "png", png(whole), SAID)
    yield Case("Midjourney PNG of niji with what is unwanted (reconstruction)", "png",
               png(described("--no text, people --niji 6")),
               replace(SAID, negative="text, people", model="niji 6", seed=None))  # fmt: skip
    yield Case("Midjourney PNG without flags (reconstruction)", "png", png(described("")),
               replace(SAID, model="", seed=None))  # fmt: skip
    entry = {DESCRIPTION: (ASCII, described(flags)["Description"].encode() + b"\0")}
    yield Case("Midjourney JPEG (reconstruction)", "jpeg", saved("JPEG", exif=exif(entry)), SAID)
