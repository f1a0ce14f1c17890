"""What was a JPEG before it was saved without loss is known by its pixels, and nothing else is taken for it."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from vaultd.worker.remade import was_jpeg

SIZE = (320, 272)


def scene(seed: int) -> Image.Image:
    """Slopes, edges and a little noise, as in a photograph."""
    random = np.random.default_rng(seed)
    slopes = Image.fromarray(random.integers(0, 255, (6, 8, 3), dtype=np.uint8))
    picture = slopes.resize(SIZE, Image.Resampling.BICUBIC)
    drawn = ImageDraw.Draw(picture)
    for _ in range(40):
        left, top, width, height = (int(number) for number in random.integers(4, 120, 4))
        place = (2 * left, 2 * top, 2 * left + width, 2 * top + height)
        drawn.ellipse(place, fill=tuple(int(level) for level in random.integers(0, 255, 3)))
    picture = picture.filter(ImageFilter.GaussianBlur(0.7))
    grain = random.normal(0, 2, (*SIZE[::-1], 1))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


def saved(picture: Image.Image, kind: str, **options: int) -> Image.Image:
    """The picture as a file of that format gives it."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    found = Image.open(buffer)
    found.load()
    return found


def blocks(side: int) -> Image.Image:
    """Drawn in four colours, each dot so many pixels wide: it has a grid, too."""
    random = np.random.default_rng(side)
    colours = random.integers(0, 256, (4, 3), dtype=np.uint8)
    dots = random.integers(0, 4, (256 // side, 256 // side))
    return Image.fromarray(colours[dots]).resize((256, 256), Image.Resampling.NEAREST)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
@pytest.mark.parametrize("quality", [30, 60, 75, 85, 90, 95, 98])
def test_a_lossless_file_that_was_made_of_a_jpeg_is_known(kind: str, quality: int) -> None:
    assert was_jpeg(saved(saved(scene(quality), "JPEG", quality=quality).convert("RGB"), kind))


def test_what_never_was_a_jpeg_is_not_taken_for_one() -> None:
    others = {
        "scene": scene(1),
        "noise": Image.effect_noise(SIZE, 60).convert("RGB"),
        "slope": Image.linear_gradient("L").convert("RGB"),
        "flat": Image.new("RGB", SIZE, "red"),
        "tiny": Image.new("RGB", (5, 5), "red"),
        "scaled": saved(scene(2), "JPEG", quality=60).resize((200, 170)),
        "cropped": saved(scene(4), "JPEG", quality=80).crop((3, 5, 303, 261)),
        "of another format": saved(scene(5), "WEBP", quality=80).convert("RGB"),
        "of few levels": scene(6).point(lambda level: level // 16 * 16),
        "of a palette": scene(7).quantize(200).convert("RGB"),
        **{f"dots of {side}": blocks(side) for side in (1, 2, 4, 8, 16)},
    }
    assert [name for name, picture in others.items() if was_jpeg(saved(picture, "PNG"))] == []
    assert not was_jpeg(saved(scene(3), "JPEG", quality=60)), "it is one"
