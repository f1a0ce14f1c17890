"""Thumbnails are where file managers look for them, as they expect them."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from vaultd.worker import thumbnail_files, thumbnails


def picture(path: bytes) -> Image.Image:
    found = Image.new("RGB", (600, 300), "teal")
    found.save(os.fsdecode(path), "JPEG")
    return found


def test_both_sizes_are_written_with_their_marks_for_the_user_alone(tmp_path: Path) -> None:
    path, cache = bytes(tmp_path / "a b.jpg"), tmp_path / "cache/thumbnails"
    thumbnails.write(picture(path), path, 1_700_000_000_123_456_789, cache)
    for size, side in (("large", 256), ("normal", 128)):
        place = thumbnail_files.place(cache, size, path)
        with Image.open(place) as found:
            assert max(found.size) == side
            assert found.info["Thumb::URI"] == f"file://{tmp_path}/a%20b.jpg"
            assert found.info["Thumb::MTime"] == "1700000000"
        assert stat.S_IMODE(place.stat().st_mode) == 0o600
        assert stat.S_IMODE(place.parent.stat().st_mode) == 0o700
        assert list(place.parent.iterdir()) == [place], "no draft stays"


def test_a_current_thumbnail_is_left_alone_and_an_old_one_replaced(tmp_path: Path) -> None:
    path, cache = bytes(tmp_path / "a.jpg"), tmp_path / "cache"
    shown = picture(path)
    thumbnails.write(shown, path, 5_000_000_000, cache)
    before = thumbnail_files.place(cache, "large", path).stat().st_ino
    thumbnails.write(shown, path, 5_900_000_000, cache)
    assert thumbnail_files.place(cache, "large", path).stat().st_ino == before
    thumbnails.write(shown, path, 6_000_000_000, cache)
    assert thumbnail_files.place(cache, "large", path).stat().st_ino != before


def test_small_pictures_are_not_enlarged(tmp_path: Path) -> None:
    path = bytes(tmp_path / "a.jpg")
    thumbnails.write(Image.new("RGB", (40, 30)), path, 1, tmp_path / "cache")
    with Image.open(thumbnail_files.place(tmp_path / "cache", "large", path)) as found:
        assert found.size == (40, 30)


@pytest.mark.skipif(shutil.which("gio") is None, reason="gio is not installed")
@pytest.mark.parametrize(
    "name", [b"plain.jpg", "caf\u00e9 (1) & [x] #2;~'.jpg".encode(), b"invalid \xff\n.jpg", b"100%.jpg"]
)
def test_the_desktop_finds_the_thumbnail_of_any_name(tmp_path: Path, name: bytes) -> None:
    path = bytes(tmp_path) + b"/" + name
    cache = tmp_path / "cache"
    thumbnails.write(picture(path), path, os.stat(path).st_mtime_ns, cache / "thumbnails")
    asked = subprocess.run(
        ["gio", "info", "-a", "thumbnail::*", path],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        capture_output=True,
        check=True,
    )
    assert b"thumbnail::is-valid: TRUE" in asked.stdout
