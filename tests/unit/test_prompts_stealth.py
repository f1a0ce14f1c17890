"""What hides in the lowest bits of pixels is found, and looking for it costs nothing where there is nothing."""

from __future__ import annotations

import gzip
import time

import numpy as np
import pytest

from support.prompt_writers import a1111
from support.prompt_writers.stealth import hidden, hiding
from vaultd.prompts import of_pixels


@pytest.mark.parametrize("size", [(4000, 1), (1500, 7), (40, 97), (41, 120), (16, 2000), (1, 9000)])
@pytest.mark.parametrize("mode", ["alpha", "rgb"])
def test_a_text_is_found_in_a_picture_of_any_shape(mode: str, size: tuple[int, int]) -> None:
    found = of_pixels(hidden(a1111.infotext("a fox", ""), mode, packed=True, size=size))
    assert found is not None
    assert found.prompt == "a fox"


def test_a_text_that_fills_the_picture_is_found_whole_and_a_longer_one_as_far_as_it_goes() -> None:
    text = a1111.infotext("a fox, " * 20, "")
    bits = (15 + 4 + len(text)) * 8
    whole = of_pixels(hidden(text, packed=False, size=(bits // 8, 8)))
    assert whole is not None
    assert whole.raw == text
    longer = of_pixels(hiding("stealth_pnginfo", text.encode(), 2**32 - 1, size=(bits // 8, 8)))
    assert longer is not None
    assert longer.raw == text


@pytest.mark.parametrize("length", [0, 7, 2**31, 2**32 - 1])
def test_lengths_that_lie_and_what_is_not_packed_say_nothing(length: int) -> None:
    assert of_pixels(hiding("stealth_pngcomp", b"not gzip at all", length)) is None
    assert of_pixels(hiding("stealth_rgbcomp", b"", length)) is None


def test_a_bomb_is_unpacked_no_further_than_a_text_may_be_long() -> None:
    bomb = gzip.compress(b"\0" * (1 << 27), 9)
    size = (600, 2000)
    began = time.process_time()
    assert of_pixels(hiding("stealth_pngcomp", bomb, len(bomb) * 8, size)) is None
    assert time.process_time() - began < 2


@pytest.mark.parametrize("shape", [(0, 0, 4), (5, 5, 3), (1, 1, 4), (20, 20, 1), (20, 20, 2), (20, 0, 3)])
def test_pictures_too_small_or_of_other_channels_say_nothing(shape: tuple[int, int, int]) -> None:
    assert of_pixels(np.zeros(shape, np.uint8)) is None


def test_a_grey_picture_says_nothing() -> None:
    assert of_pixels(np.zeros((50, 50), np.uint8)) is None


def test_a_large_picture_that_hides_nothing_is_told_from_its_first_columns() -> None:
    pixels = np.full((6000, 6000, 4), 255, np.uint8)
    began = time.process_time()
    for _ in range(100):
        assert of_pixels(pixels) is None
    assert (time.process_time() - began) / 100 < 0.005
