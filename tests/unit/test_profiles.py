"""Colours are those that a picture's profile says, as far as the profile can be believed."""

from __future__ import annotations

import io
import itertools
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from support.iccprofiles import of_green_ink, swapped
from vaultd.worker import decoding


def seen(picture: Image.Image, kind: str, profile: bytes | None) -> tuple[int, int, int]:
    """The colour in the middle, once it was saved with the profile and read."""
    file = io.BytesIO()
    picture.save(file, kind, icc_profile=profile)
    file.seek(0)
    found = decoding.load(decoding.identify(file), 100)
    assert "icc_profile" not in found.info, "a thumbnail would have it applied again"
    colour = found.convert("RGB").getpixel((found.width // 2, found.height // 2))
    assert isinstance(colour, tuple)
    return colour[0], colour[1], colour[2]


@pytest.mark.parametrize(
    ("kind", "mode"), [("JPEG", "RGB"), *itertools.product(("PNG", "WEBP", "TIFF", "AVIF"), ("RGB", "RGBA"))]
)
def test_colours_are_those_of_the_profile(kind: str, mode: str) -> None:
    red, green, blue = seen(Image.new(mode, (300, 200), "red"), kind, swapped())
    assert blue > 200 > 60 > red
    assert green < 60
    assert seen(Image.new(mode, (300, 200), "red"), kind, None)[0] > 250


def test_ink_is_what_its_profile_says_and_plain_ink_without_one() -> None:
    magenta = Image.new("CMYK", (300, 200), (0, 255, 0, 0))
    for kind in ("JPEG", "TIFF"):
        red, green, blue = seen(magenta, kind, of_green_ink())
        assert green > 100 > 80 > red
        assert blue < 80
        red, green, blue = seen(magenta, kind, None)
        assert min(red, blue) > 240 > 10 > green


def test_a_profile_of_srgb_or_of_other_values_and_a_damaged_one_change_nothing() -> None:
    srgb: bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    for profile in (srgb, of_green_ink(), swapped()[:200], b"no profile", b""):
        assert seen(Image.new("RGB", (300, 200), (200, 100, 50)), "PNG", profile) == (200, 100, 50)


def test_transparency_outlives_the_profile(tmp_path: Path) -> None:
    Image.new("RGBA", (300, 200), (255, 0, 0, 77)).save(tmp_path / "a.png", icc_profile=swapped())
    with (tmp_path / "a.png").open("rb") as file:
        found = decoding.load(decoding.identify(file), 100)
    assert found.mode == "RGBA"
    assert found.getchannel("A").getextrema() == (77, 77)
