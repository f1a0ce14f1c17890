"""Pictures in the formats that Pillow cannot write, small and good: the optional ones."""

from __future__ import annotations

import base64
import gzip
import importlib

import numpy as np
from PIL import Image

from support.rawfiles import dng
from vaultd.worker.optional_formats import OPTIONAL

HEIC = base64.b64decode(
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAchtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ADRpbG9jAAAAAERAAAIAAQAAAAAB7AABAAAAAAAAADYAAgAAAAACIgABAAAAAAAAADYAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAA"
    "AAABAABodmMxAAAAABVpbmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABB2lwcnAAAADmaXBjbwAAAHZodmNDAQNwAAAA"
    "kAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQAqQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbq"
    "5Ka5uAhoMCAAAAMDIAAAAwAhYgABAAZEAcFzwIkAAAATY29scm5jbHgAAQANAAaAAAAAFGlzcGUAAAAAAAAAQAAAAEAAAAAoY2xh"
    "cAAAADwAAAABAAAAKAAAAAH////8AAAAAv///+gAAAACAAAAEHBpeGkAAAAAAwgICAAAAAlpcm90AwAAABlpcG1hAAAAAAAAAAEA"
    "AQaBAgMFhIYAAAAaaXJlZgAAAAAAAAAOY2RzYwACAAEAAQAAAHRtZGF0AAAAMigBr1iJ8A7FNt//U1cjxEv8l1Bhd/90MjuK4F8m"
    "fFENLS7l1voTTBRkxHFcIofOQDOgAAAABkV4aWYAAE1NACoAAAAIAAIBDwACAAAABgAAACYBEgADAAAAAQAGAAAAAAAATWFrZXIA"
)
"""Lying, 60 x 40, blue beside red; an EXIF orientation of 6 says that it is to be stood up, the blue above."""
JXL = base64.b64decode(
    "/woJBwATiAIAKAG1nyAAABUqo4wbvJzr+fJDh8W0jesMbbVtYQljs70wSAiACyRWjDGSjWMlgjhLfB/JTMPmhA+QGBAjmRMMgH6Y8+Qk3IKwtpUkAA=="
)
"""60 x 40, red."""
LYING_JXL = base64.b64decode(
    "/woJLZBQXBIBvAKLTQkAgAqVUcYNXs71fPmhw2LaxnWGttq2sIQx8QywMMEAJMRgNDoqxujoCiWMGlabB4r/N2xoDYiT+p9nJDAAfEhsfiMBckxT"
    "eFCAq/R5VvoAJEb4G5IDmqLD8Dj6TkTmSHir7v5R3gKpoSFQRDuGBxM0w+mARX6jQ+CrgI4VAIVOFI8qD02gCTku/LPjaQhxNF7SEHuCoMCehDMc"
    "BM3CJK0IcLSOOomFk2HYoHQA"
)
"""60 x 40, blue beside red; its header says that it is to be stood up, the blue above (made by cjxl)."""
XMP = b"""<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'
xmlns:dc='http://purl.org/dc/elements/1.1/'><rdf:Description><dc:subject><rdf:Bag><rdf:li>boat</rdf:li></rdf:Bag>
</dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"""
SVG = b"""<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 48"><style>.a{fill:red}</style>
<defs><linearGradient id="g"><stop stop-color="#123"/><stop offset="1" stop-color="blue"/></linearGradient>
<filter id="f"><feGaussianBlur stdDeviation="3"/></filter><g id="u"><path d="M2 2h9v9z" class="a"/></g></defs>
<rect width="64" height="48" fill="url(#g)"/><circle cx="20" cy="20" r="9" filter="url(#f)"/><text y="40">boat</text>
<use href="#u" transform="rotate(20) scale(2)"/>
<image width="9" height="9" href="data:image/png;base64,%s"/>
</svg>""" % (
    b"iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGNk+M/AwMDAxMDAwMDAAAAMHgEDBINhkwAAAABJRU5ErkJggg=="
)


def installed() -> list[str]:
    """Pillow's names of those that can be read here."""
    return [one.pillow for one in OPTIONAL if one.module is not None]


def samples(kind: str) -> tuple[bytes, ...]:
    """Good files of one that is installed, by Pillow's name of it."""
    match kind:
        case "HEIF":
            return (HEIC,)
        case "JXL":
            frames = np.stack([np.full((24, 32, 3), level, np.uint8) for level in (255, 100, 0)])
            moving: bytes = importlib.import_module("imagecodecs").jpegxl_encode(frames, lossless=True)
            return JXL, LYING_JXL, jxl_container(LYING_JXL), jxl_container(LYING_JXL, packed=True, parts=3), moving
        case "RAW":
            return dng((64, 48), 6), dng((64, 48), 1, Image.effect_noise((64, 48), 50).convert("RGB"))
        case "SVG":
            return SVG, SVG, gzip.compress(SVG)
    raise ValueError(kind)


def _box(kind: bytes, content: bytes) -> bytes:
    return (len(content) + 8).to_bytes(4) + kind + content


def jxl_container(codestream: bytes, *, packed: bool = False, parts: int = 1) -> bytes:
    """A container with EXIF that claims another orientation, and XMP."""
    exif = Image.Exif()
    exif[271], exif[272], exif[274] = "Maker", "Model 5", 3
    said = [(b"Exif", b"\0\0\0\0" + exif.tobytes().removeprefix(b"Exif\0\0")), (b"xml ", XMP)]
    if packed:
        said = [
            (b"brob", kind + importlib.import_module("imagecodecs").brotli_encode(content)) for kind, content in said
        ]
    step = -(-len(codestream) // parts)
    cut = [codestream[start : start + step] for start in range(0, len(codestream), step)]
    numbers = [(number | (number == len(cut) - 1) << 31).to_bytes(4) for number in range(len(cut))]
    kept = [(b"jxlp", number + part) for number, part in zip(numbers, cut, strict=True)]
    whole = [(b"jxlc", codestream)] if parts == 1 else kept
    start = _box(b"JXL ", b"\r\n\x87\n") + _box(b"ftyp", b"jxl \0\0\0\0jxl ")
    return start + b"".join(_box(kind, content) for kind, content in said + whole)
