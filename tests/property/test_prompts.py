"""Whatever the bytes are: a generation or None, never an exception, and soon."""

from __future__ import annotations

import json
import random
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import json as strict
from msgspec.structs import replace

from support.mutating import MUTATIONS
from support.prompt_writers import CASES, Case, a1111
from support.prompt_writers.files import commented, png
from support.prompt_writers.stealth import hiding
from vaultd.prompts import Generation, of_file, of_pixels, of_text

STARTS = (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe1", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x20ftypavif")
SECONDS = 2.0
WORDS = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)
PROMPTS = st.lists(WORDS, min_size=1, max_size=8).map(" ".join)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
KEYS = ("prompt", "negative_prompt", "uc", "c", "v4_prompt", "caption", "char_captions", "Comment", "Software", "seed",
        "steps", "sampler", "model", "loras", "lora", "v2", "resolution", "base_model", "software", "cfg", "size",
        "width", "image", "nodes", "edges", "links", "positive_prompt", "sui_image_params", "loraweights", "app_id",
        "use_stable_diffusion_model", "use_lora_model", "lora_alpha", "model_weights", "class_type",
        "inputs")  # fmt: skip
LIKE_THEIRS = st.recursive(
    st.none() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8) | st.sampled_from(["NovelAI", "1, 2"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=8),
    max_leaves=30,
)
VALUES = st.one_of(
    st.integers(), st.text(max_size=8), st.none(), st.lists(st.integers(), max_size=3),
    st.tuples(st.integers(0, 9).map(str), st.integers(0, 2)).map(list),
)  # fmt: skip
NODES = st.fixed_dictionaries(
    {"class_type": st.sampled_from(["KSampler", "CLIPTextEncode", "SaveImage", "ConditioningZeroOut"])},
    optional={"inputs": st.dictionaries(st.sampled_from(
        ["positive", "negative", "seed", "steps", "cfg", "text", "guider", "conditioning", "latent_image", "model",
         "lora_name", "lora_1", "width", "height", "sampler_name", "ckpt_name", "noise"]), VALUES, max_size=8)},
)  # fmt: skip
GRAPHS = st.dictionaries(st.integers(0, 9).map(str), NODES, max_size=10)


def holds(found: Generation | None, began: float) -> None:
    """A result is one that can be stored and sent, and it came soon."""
    assert time.process_time() - began < SECONDS
    if found is not None:
        assert strict.decode(strict.encode(found), type=Generation) == found
        assert len(found.prompt) <= 65_536
        assert found.seed is None or 0 <= found.seed < 2**64


def bounded_file(content: bytes) -> None:
    began = time.process_time()
    found = of_file(content)
    holds(found, began)
    assert found is None or found.generator  # only a text beside a picture may leave it open


@given(st.sampled_from(STARTS), st.binary(max_size=3000))
@settings(max_examples=60, deadline=None)
def test_any_bytes_are_read_or_say_nothing(start: bytes, content: bytes) -> None:
    bounded_file(start + content)


@given(st.text(st.characters(codec=None, exclude_categories=[]), max_size=500))
@settings(max_examples=60, deadline=None)
def test_any_text_is_read_or_says_nothing(text: str) -> None:
    began = time.process_time()
    holds(of_text(text), began)


@given(JSON | LIKE_THEIRS | GRAPHS)
@settings(max_examples=80, deadline=None)
def test_any_values_under_the_programs_own_keys_are_read_or_say_nothing(value: Any) -> None:
    began = time.process_time()
    holds(of_text(json.dumps(value)), began)


@given(
    st.binary(max_size=400),
    st.integers(0, 2**32 - 1),
    st.sampled_from(["png", "rgb"]),
    st.sampled_from(["info", "comp"]),
)
@settings(max_examples=30, deadline=None)
def test_any_bytes_that_hide_in_pixels_are_read_or_say_nothing(data: bytes, bits: int, where: str, form: str) -> None:
    began = time.process_time()
    holds(of_pixels(hiding(f"stealth_{where}{form}", data, bits)), began)


@given(st.integers(0, 60), st.integers(0, 60), st.integers(1, 5), st.integers(0, 2**32 - 1))
@settings(max_examples=20, deadline=None)
def test_any_pixels_are_read_or_say_nothing(height: int, width: int, channels: int, seed: int) -> None:
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, channels), np.uint8)
    assert of_pixels(pixels) is None


def mutated(case: Case, chance: random.Random) -> bytes:
    """A file with one to a dozen injuries."""
    content = bytearray(case.content)
    for _ in range(1 + min(int(chance.expovariate(0.5)), 12)):
        chance.choice(MUTATIONS)(chance, content, (case.content, chance.choice(CASES).content))
    return bytes(content)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_damaged_file_is_read_or_says_nothing(case: Case) -> None:
    chance = random.Random(case.name)
    for _ in range(6):
        bounded_file(mutated(case, chance))


@pytest.mark.long
@pytest.mark.timeout(600)
def test_ten_thousand_damaged_files_are_read_or_say_nothing() -> None:
    chance = random.Random(7)
    for _ in range(10_000):
        bounded_file(mutated(chance.choice(CASES), chance))


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_file_that_ends_early_is_read_or_says_nothing(case: Case) -> None:
    for share in (0.1, 0.3, 0.5, 0.7, 0.9):
        bounded_file(case.content[: int(len(case.content) * share)])


@given(PROMPTS, PROMPTS | st.just(""), st.integers(0, 2**64 - 1), st.integers(1, 1000))
@settings(max_examples=50, deadline=None)
def test_whatever_is_written_is_what_is_read(prompt: str, negative: str, seed: int, steps: int) -> None:
    text = a1111.infotext(prompt, negative, a1111.SETTINGS | {"Seed": seed, "Steps": steps})
    found = of_file(png({"parameters": text}))
    assert found is not None
    assert (found.prompt, found.negative, found.seed, found.steps) == (prompt, negative, seed, steps)
    if prompt.isascii() and negative.isascii():
        other = of_file(commented("JPEG", text, "utf-16-le"))
        assert other is not None
        assert replace(other, raw="") == replace(found, raw="")
