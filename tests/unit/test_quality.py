"""Sharpness, brightness and colourfulness say what a person sees, and palettes hold the colours that are there."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageFilter

from vaultd.catalog.looks import MONO
from vaultd.demo.grounds import GROUNDS
from vaultd.demo.scene import Scene, draw
from vaultd.search.conditions.looking import BRIGHT, DARK, SHARP, share
from vaultd.worker.looks import look
from vaultd.worker.quality import sharpness

SCENES = [Scene(thing, "red", ground, seed) for seed, (thing, ground) in
          enumerate(zip(["boat", "car", "house", "dog"] * 3, GROUNDS, strict=False))]  # fmt: skip


def as_read(picture: Image.Image, side: int = 256) -> Image.Image:
    """The picture as a worker has it of a JPEG: decoded at a fraction of its size."""
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=85)
    read = Image.open(buffer)
    read.draft(None, (side, side))
    return read.convert("RGB")


@pytest.fixture(scope="module")
def pictures() -> list[Image.Image]:
    return [draw(scene, (800, 600)) for scene in SCENES]


def judged(pictures: list[Image.Image], blur: float) -> list[int]:
    seen = [look(as_read(one.filter(ImageFilter.GaussianBlur(blur)) if blur else one)) for one in pictures]
    assert all(one.sharpness is not None for one in seen)
    return [one.sharpness or 0 for one in seen]


def test_the_more_a_picture_is_blurred_the_less_sharp_it_is(pictures: list[Image.Image]) -> None:
    series = np.array([judged(pictures, blur) for blur in (0, 2, 4, 8)])
    assert (np.diff(series, axis=0) < 0).all()


def test_sharp_pictures_are_told_from_blurred_ones(pictures: list[Image.Image]) -> None:
    assert min(judged(pictures, 0)) >= SHARP
    assert max(judged(pictures, 4)) < SHARP


def test_sharpness_knows_nothing_of_contrast_and_little_of_noise(pictures: list[Image.Image]) -> None:
    for picture in pictures[:4]:
        paler = ImageEnhance.Contrast(picture).enhance(0.6)
        assert abs(judged([picture], 0)[0] - judged([paler], 0)[0]) <= 6
    noise = np.random.default_rng(1).normal(0, 4, (600, 800, 1))
    for picture in pictures[:4]:
        blurred = np.asarray(picture.filter(ImageFilter.GaussianBlur(6)), np.float64)
        noisy = Image.fromarray(np.clip(blurred + noise, 0, 255).astype(np.uint8))
        assert judged([noisy], 0)[0] < SHARP


def test_a_sharp_thing_before_a_blurred_ground_is_sharp(pictures: list[Image.Image]) -> None:
    for picture in pictures[:4]:
        portrait = picture.filter(ImageFilter.GaussianBlur(8))
        portrait.paste(picture.crop((300, 200, 500, 400)), (300, 200))
        assert judged([portrait], 0)[0] >= SHARP


@pytest.mark.parametrize("size", [(640, 480), (1, 1), (33, 400), (20, 3000), (3000, 300)])
def test_a_plain_picture_of_any_size_is_neither_sharp_nor_blurred(size: tuple[int, int]) -> None:
    assert look(Image.new("RGB", size, (120, 130, 140))).sharpness is None


def test_an_edge_within_a_pixel_is_sharp_and_a_slope_is_not() -> None:
    step = np.zeros((128, 128), np.float32)
    step[:, 70:] = 200
    slope = np.tile(np.linspace(0, 250, 128, dtype=np.float32) * 4, (128, 1))
    assert sharpness(step) == 100
    assert (sharpness(slope) or 0) < 10


def test_brightness_is_that_of_the_light(pictures: list[Image.Image]) -> None:
    for picture in pictures:
        seen = [look(ImageEnhance.Brightness(picture).enhance(factor)).brightness for factor in (0.15, 0.6, 1.0)]
        assert seen == sorted(seen)
        assert seen[0] <= DARK
    assert look(Image.new("RGB", (300, 300), "white")).brightness == 100 >= BRIGHT
    assert look(Image.new("RGB", (300, 300), "black")).brightness == 0


def test_greys_are_without_colours_and_a_toned_print_or_one_red_rose_is_not(pictures: list[Image.Image]) -> None:
    for picture in pictures:
        greys = picture.convert("L").convert("RGB")
        assert look(as_read(greys)).colourfulness <= MONO
        assert look(as_read(picture)).colourfulness > MONO
        toned = Image.blend(greys, Image.new("RGB", greys.size, (112, 66, 20)), 0.3)
        assert look(as_read(toned)).colourfulness > MONO
        greys.paste((190, 20, 30), (330, 260, 440, 350))
        assert look(as_read(greys)).colourfulness > MONO


def test_a_palette_has_the_colours_that_are_there_and_what_is_near_counts() -> None:
    halves = Image.new("RGB", (400, 400), (0xC0, 0x30, 0x20))
    halves.paste((0x20, 0x40, 0xA0), (0, 200, 400, 400))
    palette = look(halves).palette
    assert palette[3] + palette[7] > 80
    for colour, least, most in (
        ("#c03020", 40, 60), ("#2040a0", 40, 60), ("#b83828~", 40, 60), ("#d84838~", 40, 60), ("#c23222", 40, 60),
        ("#d84838", 0, 0), ("#20a040~", 0, 0), ("#808080~", 0, 0),
    ):  # fmt: skip
        assert least <= share(colour, palette) <= most, colour


def test_a_palette_is_short_and_says_no_more_than_there_is(pictures: list[Image.Image]) -> None:
    noise = np.random.default_rng(2).integers(0, 256, (200, 200, 3), np.uint8)
    for picture in [*pictures, Image.fromarray(noise)]:
        palette = look(picture).palette
        assert len(palette) % 4 == 0
        assert len(palette) <= 32
        assert sum(palette[3::4]) <= 104  # each is rounded
