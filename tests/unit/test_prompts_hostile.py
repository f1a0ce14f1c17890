"""Files made to cost much cost little: a second or two of processor time, some tens of megabytes, and no exception."""

from __future__ import annotations

import json
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import pytest

from support.prompt_writers.files import chunk, exif, png, saved, with_chunk, with_xmp, xmp
from vaultd.prompts import Generation, of_file, of_text
from vaultd.prompts.texts import LONGEST

SECONDS, MEGABYTES = 4.0, 64
JOB = " Job ID: a7421d2f-b262-44f9-977c-ac23e9c7d3e3"
REPEATED = {
    "loras": "<lora:", "brackets": "[", "lines of settings": "Steps: 1\n", "settings": "Steps: 1, ", "keys": "a: b, ",
    "jobs": "Job ID: ", "quotes": 'a: "b, ', "lists": "a: [", "objects": 'a: {"b": ', "negatives": "\nNegative prompt:",
    "keys of a page": "Prompt: \n", "JSON": '{"a":', "quotation marks": '"', "backslashes": "\\", "line ends": "\n",
    "settings without steps": "Seed: 1, Size: 2x2, Model: b, ", "digits": "9", "words": "word " * 8 + ": ",
}  # fmt: skip
BEGINNINGS = {
    "": "",
    "after steps": "Steps: 1, ",
    "in JSON": '{"a": "',
    "as a job": JOB + " --v ",
    "in a page": "Stable Diffusion model: ",
}


def node(kind: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": kind, "inputs": inputs}


def chain() -> dict[str, Any]:
    """A text at the end of nineteen thousand nodes."""
    nodes = {str(at): node("Any", conditioning=[str(at + 1), 0]) for at in range(19_000)}
    return nodes | {"0": node("KSampler", seed=["1", 0], steps=2, positive=["1", 0], latent_image=["1", 0])}


def all_to_all() -> dict[str, Any]:
    """Every node leads to a hundred others, in circles."""
    links = {f"conditioning{at}": [str(at), 0] for at in range(100)}
    return {str(at): node("KSampler", seed=["1", 0], positive=["0", 0], **links) for at in range(400)}


def many_ends() -> dict[str, Any]:
    """A thousand ends of one long chain."""
    long = {f"c{at}": node("Any", a=[f"c{at + 1}", 0]) for at in range(18_000)}
    return {str(at): node("SaveImage", images=["c0", 0]) for at in range(1000)} | long


def overlapping() -> bytes:
    """EXIF whose five hundred texts are all the same four megabytes."""
    entries = [struct.pack(">HHII", 0x100 + at, 2, LONGEST - 8192, 8192) for at in range(500)]
    data = b"MM\0*\0\0\0\x08" + struct.pack(">H", 500) + b"".join(entries)
    data = data.ljust(LONGEST, b"a")
    return b"RIFF\0\0\0\0WEBPEXIF" + struct.pack("<I", len(data)) + data


def bombs() -> bytes:
    """Forty texts of 64 megabytes."""
    packed = b"k\0\0" + zlib.compress(b"a" * (1 << 26), 1)
    return saved("PNG")[:33] + chunk(b"zTXt", packed) * 40


def laughs() -> str:
    """Entities that stand for each other."""
    entities = "".join(f'<!ENTITY a{at} "{f"&a{at - 1};" * 10}">' for at in range(1, 12))
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><x>&a11;</x>'


def circular() -> bytes:
    """EXIF whose Exif directory is its first one."""
    return exif({0x8769: (4, struct.pack(">I", 8))})


FILES: dict[str, Callable[[], bytes]] = {
    "texts at the end of a chain": lambda: png({"prompt": json.dumps(chain())}),
    "links from all to all": lambda: png({"prompt": json.dumps(all_to_all())}),
    "many ends": lambda: png({"prompt": json.dumps(many_ends())}),
    "overlapping texts": overlapping,
    "bombs": bombs,
    "sixty thousand chunks": lambda: saved("PNG")[:33] + chunk(b"tEXt", b"k\0{") * 60_000,
    "a chunk of four gigabytes": lambda: saved("PNG")[:33] + b"\xff\xff\xff\xfftEXtab",
    "chunks of nothing": lambda: b"RIFF\0\0\0\0WEBP" + b"ABCD\0\0\0\0" * 200_000,
    "filling": lambda: b"\xff\xd8" + b"\xff" * 2_000_000,
    "a million comments": lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 1_000_000,
    "a directory in itself": lambda: saved("JPEG", exif=circular()),
    "deep XML": lambda: with_xmp("<a>" * 100_000 + "</a>" * 100_000),
    "XML that is never closed": lambda: with_xmp("<a>" * 200_000),
    "a billion laughs": lambda: with_xmp(laughs()),
    "many properties": lambda: with_xmp(xmp("<dc:x>a</dc:x>" * 60_000)),
    "deep JSON": lambda: png({"prompt": '{"a":' + "[" * (LONGEST - 100)}),
    "a number of a million digits": lambda: png({"prompt": '{"a":' + "9" * 1_000_000 + "}"}),
    "an AVIF that ends early": lambda: saved("AVIF")[:200],
}


def bounded(read: Callable[[], Generation | None]) -> Generation | None:
    """What is read, if it was read soon."""
    began = time.process_time()
    found = read()
    assert time.process_time() - began < SECONDS
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_made_to_cost_much_is_read_in_a_moment(name: str) -> None:
    content = FILES[name]()
    found = bounded(lambda: of_file(content))
    assert found is None or found.generator == "ComfyUI"


@pytest.mark.parametrize("name", ["overlapping texts", "bombs", "a billion laughs"])
def test_a_file_that_is_made_to_take_much_memory_takes_little(name: str) -> None:
    content = FILES[name]()
    tracemalloc.start()
    try:
        of_file(content)
        assert tracemalloc.get_traced_memory()[1] < MEGABYTES * 1_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("beginning", BEGINNINGS)
@pytest.mark.parametrize("name", REPEATED)
def test_a_text_that_repeats_itself_is_read_in_a_moment(name: str, beginning: str) -> None:
    text = BEGINNINGS[beginning] + REPEATED[name] * (400_000 // len(REPEATED[name]))
    found = bounded(lambda: of_text(text))
    assert found is None or len(found.prompt) <= 65_536


def test_a_text_that_is_too_long_is_cut_and_one_file_holds_so_many() -> None:
    file = with_chunk(saved("PNG"), b"tEXt", b"parameters\0" + b"word " * 1_000_000)
    assert of_file(file) is None  # a chunk that long is passed over
    found = of_text("\nNegative prompt: x" + "word " * 1_000_000)
    assert found is not None
    assert len(found.raw) == LONGEST
