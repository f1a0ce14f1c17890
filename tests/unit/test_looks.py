"""Hashes know a picture again after what people do to pictures, and colours are what a person would say."""

from __future__ import annotations

import io
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from vaultd.demo.palette import SHADES, shade
from vaultd.demo.scene import Scene, draw
from vaultd.domain.looks import CELLS, COLOURS, TINT_UNIT, Looks
from vaultd.duplicates.same import LEAST_CONTRAST, MOST_BITS, MOST_TINT
from vaultd.worker import colours
from vaultd.worker.exif import iso, lens
from vaultd.worker.looks import look


def scene(seed: int, thing: str = "boat", colour: str = "red") -> Image.Image:
    return draw(Scene(thing, colour, "beach", seed), (640, 480))


def saved_as_jpeg(picture: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", quality=40)
    return Image.open(buffer).convert("RGB")


def lettered(picture: Image.Image) -> Image.Image:
    marked = picture.copy()
    ImageDraw.Draw(marked).text((360, 430), "(c) somebody 2024", fill="white", font_size=24)
    return marked


EDITS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "resized": lambda picture: picture.resize((320, 240), Image.Resampling.LANCZOS),
    "enlarged": lambda picture: picture.resize((1000, 750), Image.Resampling.BILINEAR),
    "recompressed": saved_as_jpeg,
    "cropped a little": lambda picture: picture.crop((6, 5, 634, 475)),
    "lighter": lambda picture: ImageEnhance.Brightness(picture).enhance(1.15),
    "darker": lambda picture: ImageEnhance.Brightness(picture).enhance(0.8),
    "of more contrast": lambda picture: ImageEnhance.Contrast(picture).enhance(1.2),
    "lettered": lettered,
}


def bits_apart(one: Looks, other: Looks) -> int:
    mask = (1 << 64) - 1
    return sum(((a ^ b) & mask).bit_count() for a, b in ((one.phash, other.phash), (one.dhash, other.dhash)))


def tint_apart(one: Looks, other: Looks) -> float:
    cells = [np.frombuffer(seen.tint, np.int8).astype(int) for seen in (one, other)]
    return float(np.abs(cells[0] - cells[1]).mean())


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_picture_looks_the_same(edit: str) -> None:
    for seed in range(4):
        one, other = look(scene(seed)), look(EDITS[edit](scene(seed)))
        assert bits_apart(one, other) <= MOST_BITS
        assert tint_apart(one, other) <= MOST_TINT


def test_different_pictures_look_different() -> None:
    seen = [look(scene(seed, thing)) for seed in range(5) for thing in ("boat", "car", "house")]
    assert all(bits_apart(a, b) > MOST_BITS for i, a in enumerate(seen) for b in seen[:i])


def test_the_same_picture_in_another_colour_has_another_tint() -> None:
    red, blue, _ = scene(1).split()
    assert tint_apart(look(scene(1)), look(Image.merge("RGB", (blue, blue, red)))) > MOST_TINT


def test_the_first_bit_of_a_hash_is_its_sign() -> None:
    stripes = Image.new("L", (160, 160), 255)
    stripes.paste(0, (0, 0, 18, 160))
    assert look(stripes.convert("RGB")).dhash < 0


@pytest.mark.parametrize("grey", [0, 120, 255])
def test_a_flat_picture_has_too_little_contrast_for_its_hashes_to_mean_anything(grey: int) -> None:
    noise = np.random.default_rng(grey).normal(grey, 3, (300, 400, 3))
    picture = Image.fromarray(np.clip(noise, 0, 255).astype(np.uint8))
    assert look(picture).contrast < LEAST_CONTRAST < look(scene(1)).contrast


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (3000, 2), (40, 30), (5000, 200)])
def test_pictures_of_every_shape_have_looks(size: tuple[int, int]) -> None:
    seen = look(Image.new("RGB", size, "red"))
    assert seen.colours == {"red": 100}
    assert len(seen.tint) == 2 * CELLS * CELLS


@pytest.mark.parametrize("colour", COLOURS)
def test_every_shade_of_a_colour_has_its_name(colour: str) -> None:
    rng = Random(7)
    patches = np.array([shade(colour, rng) for _ in range(colours.SIDE**2)], np.uint8)
    assert set(colours.shares(patches.reshape(colours.SIDE, colours.SIDE, 3))) == {colour}
    assert set(SHADES) == set(COLOURS)


def css(*names: str) -> set[str]:
    return {name for colour in names for name in look(Image.new("RGB", (64, 64), colour)).colours}


def test_well_known_colours_have_the_names_that_people_give_them() -> None:
    assert css("red", "crimson", "darkred", "firebrick") == {"red"}
    assert css("orange", "darkorange") == {"orange"}
    assert css("yellow", "gold", "khaki") == {"yellow"}
    assert css("lime", "green", "forestgreen", "olivedrab", "darkgreen") == {"green"}
    assert css("blue", "navy", "skyblue", "royalblue", "deepskyblue") == {"blue"}
    assert css("purple", "indigo", "blueviolet", "darkviolet") == {"purple"}
    assert css("pink", "hotpink", "deeppink", "lightpink") == {"pink"}
    assert css("saddlebrown", "sienna", "tan") == {"brown"}
    assert css("grey", "silver", "dimgrey") == {"grey"}
    assert css("white", "snow", "ivory") == {"white"}
    assert css("black", "#101010") == {"black"}


def test_the_subject_counts_more_than_what_is_around_it() -> None:
    picture = Image.new("RGB", (400, 300), "forestgreen")
    picture.paste("red", (150, 110, 250, 190))  # a fifteenth of the area
    assert look(picture).colours["red"] > 30
    assert look(picture).colours["green"] > 12


def test_shares_are_whole_percent_and_add_up_to_the_whole() -> None:
    for seed in range(6):
        shares = look(scene(seed)).colours
        assert all(1 <= share <= 100 for share in shares.values())
        assert 94 <= sum(shares.values()) <= 106


def test_tint_is_where_the_colour_is() -> None:
    picture = Image.new("RGB", (200, 200), "white")
    picture.paste("red", (0, 0, 50, 50))
    cells = np.frombuffer(look(picture).tint, np.int8).reshape(CELLS * CELLS, 2)
    assert cells[0].tolist() == [round(0.2249 / TINT_UNIT), round(0.1258 / TINT_UNIT)]  # red in Oklab
    assert not cells[1:].any()


def exif(**values: object) -> Image.Exif:
    tags = {"lens": 42036, "maker": 42035, "short": 34855, "standard": 34865, "recommended": 34866, "speed": 34867}
    found = Image.Exif()
    details = found.get_ifd(34665)
    for name, value in values.items():
        details[tags[name]] = value
    return found


def test_a_lens_is_named_by_maker_and_model() -> None:
    assert lens(exif(lens="EF50mm f/1.8 STM\0")) == "EF50mm f/1.8 STM"
    assert lens(exif(lens="35mm F1.4 DG", maker="SIGMA")) == "SIGMA 35mm F1.4 DG"
    assert lens(exif(lens="SIGMA 35mm F1.4", maker="SIGMA")) == "SIGMA 35mm F1.4"
    assert [lens(exif(lens=nothing)) for nothing in ("", "----", "0.0 mm f/0.0", "N/A", "None", 12)] == [None] * 6
    assert lens(exif()) is None


def test_sensitivity_is_read_from_wherever_it_is_in_full() -> None:
    assert iso(exif(short=400)) == 400
    assert iso(exif(short=(800, 0))) == 800
    assert iso(exif(short=65535, recommended=102400)) == 102400
    assert iso(exif(speed=125)) == 125
    assert iso(exif(short=65535)) == 65535
    assert [iso(exif(short=nothing)) for nothing in (0, "many", ())] == [None] * 3
