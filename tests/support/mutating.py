"""Damaged pictures of every format, the same for the same seed: what a fuzzer like radamsa would make of good ones.

for content in mutants("PNG", seed=7, count=100): ...
"""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from PIL import Image, PngImagePlugin

from support import otherformats
from support.iccprofiles import of_green_ink, swapped

XMP = b"""<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'
xmlns:dc='http://purl.org/dc/elements/1.1/'><rdf:Description><dc:subject><rdf:Bag><rdf:li>boat</rdf:li></rdf:Bag>
</dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"""
SIZE = (64, 48)
PNG_START = b"\x89PNG\r\n\x1a\n"
ODD = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
"""Numbers at which programs err."""

Mutation = Callable[[random.Random, bytearray, tuple[bytes, ...]], None]


def mutants(kind: str, seed: int, count: int) -> Iterator[bytes]:
    """`count` damaged files of a format, by Pillow's name of it."""
    chance, good = random.Random(f"{kind} {seed}"), seeds(kind)
    for _ in range(count):
        content = bytearray(chance.choice(good))
        for _ in range(1 + min(int(chance.expovariate(0.5)), 12)):
            chance.choice(MUTATIONS)(chance, content, good)
        yield _with_right_sums(content) if kind == "PNG" and chance.random() < 0.7 else bytes(content)


@cache
def seeds(kind: str) -> tuple[bytes, ...]:
    """Good files of a format, that use much of what it can."""
    if kind in otherformats.installed():
        return otherformats.samples(kind)
    return tuple(_saved(kind, *variant) for variant in _variants(kind))


def _variants(kind: str) -> Iterator[tuple[Image.Image, dict[str, Any]]]:
    """Pictures, and how each is saved."""
    colours = Image.effect_noise(SIZE, 60).convert("RGB")
    frames = [Image.new("RGB", SIZE, colour) for colour in ("red", "green", "blue")]
    marks = {"exif": _exif(), "xmp": XMP}
    moving = {"save_all": True, "append_images": frames, "duration": 50}
    match kind:
        case "JPEG":
            yield from (
                (colours, {"progressive": True, **marks}),
                (colours, marks),
                (colours, {"icc_profile": swapped()}),
            )
            yield from ((colours.convert("CMYK"), {}), (colours.convert("CMYK"), {"icc_profile": of_green_ink()}))
            yield colours.convert("L"), {"restart_marker_blocks": 4}
        case "PNG":
            said = PngImagePlugin.PngInfo()
            said.add_itxt("Title", "a boat", zip=True)
            said.add_text("parameters", "a boat\nNegative prompt: blur\nSteps: 20")
            yield from ((colours, {"pnginfo": said, "exif": _exif()}), (colours.convert("P"), {"transparency": 3}))
            yield from ((colours.convert("I;16"), {}), (colours.convert("1"), {}), (colours, moving))
        case "WEBP":
            yield from ((colours, marks), (colours.convert("RGBA"), {"lossless": True}), (colours, moving))
        case "AVIF":
            yield from ((colours, {"speed": 10, **marks}), (colours, {"speed": 10, **moving}))
        case "TIFF":
            for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
                yield colours, {"compression": compression}
            yield from ((colours.convert("I;16"), {}), (colours.convert("1"), {"compression": "group4"}))
            yield colours.convert("CMYK"), {"icc_profile": of_green_ink()}
            yield colours, moving | {"exif": _exif()}
        case "GIF":
            yield from ((colours, {}), (colours.convert("P"), {"transparency": 0, "interlace": 1}), (colours, moving))
        case _:
            yield from ((colours, {}), (colours.convert("L"), {}), (colours.convert("P"), {}))


def _saved(kind: str, picture: Image.Image, how: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    picture.save(file, kind, **how)
    return file.getvalue()


def _exif() -> Image.Exif:
    found = Image.Exif()
    found[271], found[272], found[274], found[270] = "Maker", "Model 5", 6, "Two boats"
    details = found.get_ifd(34665)
    details[36867], details[34855], details[42036] = "2021:05:06 07:08:09", 400, "50 mm"
    details[37510] = b"UNICODE\0" + "a quay".encode("utf-16")
    found.get_ifd(34853)[2] = (1.0, 2.0, 3.5)
    return found


def _with_right_sums(content: bytearray) -> bytes:
    """The PNG with the checksum of each chunk mended, so that damage gets further than the first of them."""
    at = len(PNG_START)
    while at + 12 <= len(content):
        end = at + 8 + int.from_bytes(content[at : at + 4])
        if end + 4 > len(content):
            break
        content[end : end + 4] = zlib.crc32(content[at + 4 : end]).to_bytes(4)
        at = end + 4
    return bytes(content)


# ---- one damage each: in place, of a file that may be empty by now ---------------------------------------------------


def _flip(chance: random.Random, content: bytearray, good: tuple[bytes, ...]) -> None:
    for _ in range(chance.choice((1, 1, 4, 32))):
        if content:
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)


def _number(chance: random.Random, content: bytearray, good: tuple[bytes, ...]) -> None:
    """An odd number, mostly where formats keep their sizes: at the start."""
    form = chance.choice(("B", "<H", ">H", "<I", ">I"))
    width = struct.calcsize(form)
    at = chance.randrange(max(1, min(len(content), chance.choice((64, 512, 1 << 30)))))
    content[at : at + width] = struct.pack(form, chance.choice(ODD) & ((1 << 8 * width) - 1))


def _cut(chance: random.Random, content: bytearray, good: tuple[bytes, ...]) -> None:
    del content[slice(*_range(chance, content))]


def _repeat(chance: random.Random, content: bytearray, good: tuple[bytes, ...]) -> None:
    start, end = _range(chance, content)
    content[end:end] = content[start:end][:4096] * chance.choice((1, 2, 50))


def _swap(chance: random.Random, content: bytearray, good: tuple[bytes, ...]) -> None:
    start, end = _range(chance, content)
    part = content[start:end]
    del content[start:end]
    at = chance.randrange(len(content) + 1)
    content[at:at] = part


def _noise(chance: random.Random, content: bytearray, good: tuple[bytes, ...]) -> None:
    start, end = _range(chance, content)
    content[start : start + chance.choice((0, end - start))] = chance.randbytes(min(end - start, 256))


def _splice(chance: random.Random, content: bytearray, good: tuple[bytes, ...]) -> None:
    other = chance.choice(good)
    content[chance.randrange(len(content) + 1) :] = other[chance.randrange(len(other)) :]


def _end(chance: random.Random, content: bytearray, good: tuple[bytes, ...]) -> None:
    del content[chance.randrange(len(content) + 1) :]


def _range(chance: random.Random, content: bytearray) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + int(chance.expovariate(1 / 24)) + 1)


MUTATIONS: tuple[Mutation, ...] = (_flip, _flip, _number, _number, _cut, _repeat, _swap, _noise, _splice, _end)
