"""The demo library: the same from a seed, true to its labels, and telling nobody what it shows."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import astuple
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image, ImageOps, UnidentifiedImageError
from PIL.ExifTags import IFD, Base

from support.demo_colours import share_of_colour
from vaultd.demo.encode import STORED_AS, Metadata, encode
from vaultd.demo.grounds import GROUNDS
from vaultd.demo.labels import Label, labels_path, read_labels
from vaultd.demo.library import DemoFolderNotEmpty, write
from vaultd.demo.palette import COLOURS
from vaultd.demo.plan import plan
from vaultd.demo.scene import Scene, draw
from vaultd.demo.things import THINGS
from vaultipc.errors import UserError

TRUTH_WORDS = {*THINGS, *COLOURS, *GROUNDS}
FORMATS = {"JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "AVIF"}

Library = tuple[Path, dict[str, Label]]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    written = write(tmp_path_factory.mktemp("demo") / "library")
    assert written.pictures == 120
    return written.dir, read_labels(written.labels)


def _files(directory: Path) -> Iterator[Path]:
    return (path for path in sorted(directory.rglob("*")) if path.is_file())


def _digest(directory: Path) -> str:
    """One hash over all names, contents and modification times, and the labels."""
    digest = hashlib.sha256(labels_path(directory).read_bytes())
    for path in _files(directory):
        digest.update(str(path.relative_to(directory)).encode() + path.read_bytes())
        digest.update(str(path.stat().st_mtime_ns).encode())
    return digest.hexdigest()


def _whole(library: Library) -> Iterator[tuple[Path, Label]]:
    directory, labels = library
    return ((directory / name, label) for name, label in labels.items() if label.broken is None)


def test_the_same_seed_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    write(tmp_path / "one", seed=5, count=24)
    code = "import sys, pathlib; from vaultd.demo.library import write; write(pathlib.Path(sys.argv[1]), 5, 24)"
    other = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "two")], env=other, check=True, timeout=50)
    assert _digest(tmp_path / "one") == _digest(tmp_path / "two")


def test_another_seed_gives_other_pictures() -> None:
    assert plan(1, 60) != plan(2, 60)


def test_every_file_has_a_label_and_every_label_a_file(library: Library) -> None:
    directory, labels = library
    assert {str(path.relative_to(directory)) for path in _files(directory)} == set(labels)


def test_labels_lie_beside_the_library_not_in_it(library: Library) -> None:
    directory, _ = library
    assert labels_path(directory).parent == directory.parent
    assert not list(directory.rglob("*.json"))


def test_every_format_is_there_and_decodes(library: Library) -> None:
    formats: Counter[str | None] = Counter()
    for path, _ in _whole(library):
        with Image.open(path) as image:
            image.load()
            formats[image.format] += 1
    assert set(formats) == FORMATS
    assert formats["JPEG"] > 60
    assert min(formats.values()) >= 3


def test_upright_pictures_show_their_colour_in_their_box(library: Library) -> None:
    for path, label in _whole(library):
        assert label.box is not None
        assert label.colour is not None
        with Image.open(path) as stored:
            image = ImageOps.exif_transpose(stored).convert("RGB")
        assert label.box[2] <= image.width
        assert label.box[3] <= image.height
        assert share_of_colour(image, label.box, label.colour) > 0.06, (path, label)


def test_red_and_blue_cars_and_every_thing_are_there_often_enough(library: Library) -> None:
    shown = Counter((label.colour, label.thing) for _, label in _whole(library))
    assert shown["red", "car"] == 6
    assert shown["blue", "car"] == 5
    for thing in THINGS:
        colours = [colour for colour, other in shown if other == thing]
        assert sum(shown[colour, thing] for colour in colours) >= 3
        assert len(colours) >= 3


def _metadata_text(path: Path) -> str:
    with Image.open(path) as image:
        image.load()
        exif = image.getexif()
        parts = [*image.info.values(), *exif.values(), *exif.get_ifd(IFD.Exif).values()]
    return " ".join(_as_text(part) for part in parts)


def _as_text(value: object) -> str:
    """Bytes as text without their zeros, so that UTF-16 reads as well as ASCII does."""
    return value.replace(b"\0", b"").decode("latin-1") if isinstance(value, bytes) else str(value)


def test_names_never_say_what_is_drawn(library: Library) -> None:
    for name in library[1]:
        assert TRUTH_WORDS.isdisjoint(re.findall("[a-z]+", name.lower())), name


def test_metadata_says_what_is_drawn_only_where_there_are_keywords(library: Library) -> None:
    for path, label in _whole(library):
        words = set(re.findall("[a-z]+", _metadata_text(path).lower()))
        if label.keywords:
            assert {label.thing, label.colour} <= words, path
        else:
            assert TRUTH_WORDS.isdisjoint(words), (path, words & TRUTH_WORDS)


def test_the_asked_for_cars_are_found_by_meaning_alone(library: Library) -> None:
    for _, label in _whole(library):
        if label.thing == "car" and label.colour in ("red", "blue"):
            assert astuple(label)[4:] == ((), None, None, None, None)


def test_some_pictures_carry_keywords_and_some_prompts(library: Library) -> None:
    keywords = [path.suffix for path, label in _whole(library) if label.keywords]
    prompts = {path.suffix: _metadata_text(path) for path, label in _whole(library) if label.prompt}
    assert set(keywords) == {".jpg", ".png", ".webp"}
    assert set(prompts) == {".jpg", ".png"}
    assert all("Negative prompt:" in text and "Steps:" in text for text in prompts.values())


def test_an_exact_duplicate_has_the_same_bytes_under_another_name(library: Library) -> None:
    directory, labels = library
    copies = {name: label.duplicate_of for name, label in labels.items() if label.duplicate_of}
    assert len(copies) == 6
    for name, source in copies.items():
        assert (directory / name).read_bytes() == (directory / source).read_bytes()
        assert labels[name].thing == labels[source].thing


def test_no_other_two_files_are_equal(library: Library) -> None:
    directory, labels = library
    originals = [(directory / name).read_bytes() for name, label in labels.items() if not label.duplicate_of]
    assert len(set(originals)) == len(originals)


def test_a_near_duplicate_is_the_same_picture_smaller(library: Library) -> None:
    directory, labels = library
    nears = {name: label.near_duplicate_of for name, label in labels.items() if label.near_duplicate_of}
    assert len(nears) == 6
    for name, source in nears.items():
        with Image.open(directory / name) as near, Image.open(directory / source) as original:
            upright = ImageOps.exif_transpose(original).convert("RGB")
            assert near.width < upright.width
            small, large = near.convert("L").resize((16, 16)), upright.convert("L").resize((16, 16))
        difference = sum(abs(a - b) for a, b in zip(small.tobytes(), large.tobytes(), strict=True)) / 256
        assert difference < 6


def test_one_file_is_truncated_and_one_is_no_image(library: Library) -> None:
    directory, labels = library
    broken = {label.broken: directory / name for name, label in labels.items() if label.broken}
    assert set(broken) == {"truncated", "not an image"}
    with Image.open(broken["truncated"]) as image, pytest.raises(OSError, match="truncated"):
        image.load()
    with pytest.raises(UnidentifiedImageError):
        Image.open(broken["not an image"])


def test_cameras_leave_dates_over_several_years_and_some_orientations(library: Library) -> None:
    years, orientations = set(), set()
    for path, _ in _whole(library):
        with Image.open(path) as image:
            exif = image.getexif()
        orientations.add(exif.get(Base.Orientation, 1))
        if stamp := exif.get_ifd(IFD.Exif).get(Base.DateTimeOriginal):
            years.add(datetime.strptime(stamp, "%Y:%m:%d %H:%M:%S").year)
            assert exif[Base.Make]
            assert exif[Base.Model]
    assert {2017, 2018, 2019, 2020, 2021, 2022, 2023, 2024} <= years
    assert {1, 3, 6, 8} <= orientations


@pytest.mark.parametrize("orientation", [1, *STORED_AS])
def test_every_orientation_comes_out_upright(orientation: int, tmp_path: Path) -> None:
    image = draw(Scene("guitar", "red", "plain", 4), (60, 40))
    path = tmp_path / "turned.png"
    path.write_bytes(encode(image, ".png", Metadata(orientation=orientation)))
    with Image.open(path) as stored:
        assert ImageOps.exif_transpose(stored).tobytes() == image.tobytes()


def test_an_unknown_format_is_an_error() -> None:
    with pytest.raises(KeyError):
        encode(Image.new("RGB", (4, 4)), ".xyz", Metadata())


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("keep")
    with pytest.raises(DemoFolderNotEmpty, match="not empty"):
        write(tmp_path, count=1)
    assert list(tmp_path.iterdir()) == [mine]


def test_an_empty_folder_is_filled_and_a_missing_one_made(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert write(tmp_path / "empty", count=1).pictures == 1
    assert write(tmp_path / "a" / "b", count=1).pictures == 1


@pytest.mark.parametrize("count", [0, -3])
def test_a_count_below_one_is_a_users_mistake(count: int, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at least one"):
        write(tmp_path / "none", count=count)
    assert not (tmp_path / "none").exists()


def test_a_file_in_the_folders_place_is_a_users_mistake(tmp_path: Path) -> None:
    place = tmp_path / "file"
    place.write_text("keep")
    with pytest.raises(UserError, match="is a file"):
        write(place, count=1)


@pytest.mark.parametrize("count", [1, 7, 19, 20, 60, 300])
def test_a_plan_has_as_many_files_as_asked_for(count: int) -> None:
    assert len(plan(0, count)) == count
