"""Formats for which a package may be installed or not."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from PIL import Image

from support import otherformats
from support.mutating import seeds
from support.otherformats import HEIC, JXL
from vaultd.ingest.ignore import is_candidate
from vaultd.worker import decoding
from vaultd.worker.formats import EXTENSIONS, OPENED, TYPES
from vaultd.worker.messages import Unreadable
from vaultd.worker.optional_formats import OPTIONAL


@pytest.mark.parametrize(
    ("name", "content", "size", "colour"),
    [("HEIC", HEIC, (40, 60), (0, 0, 255)), ("JPEG XL", JXL, (60, 40), (255, 0, 0))],
    ids=["HEIC", "JPEG XL"],
)
def test_an_optional_format_is_read_upright_where_its_package_is_installed(
    tmp_path: Path, name: str, content: bytes, size: tuple[int, int], colour: tuple[int, int, int]
) -> None:
    [optional] = [optional for optional in OPTIONAL if optional.name == name]
    if optional.module is None:
        pytest.skip(f"no package for {name} is installed: {optional.modules}")
    assert optional.extensions <= EXTENSIONS
    (tmp_path / "a").write_bytes(content)
    decoding.use_installed()
    with (tmp_path / "a").open("rb") as file:
        picture = decoding.identify(file)
        assert TYPES[picture.format or ""] == optional.mime
        assert decoding.upright_size(picture) == size
        seen = decoding.load(picture, 40).convert("RGB")
    assert seen.size == size
    found = seen.getpixel((size[0] // 2, 3))
    assert isinstance(found, tuple)
    assert all(abs(one - other) < 12 for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize("kind", [*OPENED, *otherformats.installed()])
def test_too_many_pixels_are_refused_before_any_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    decoding.use_installed()
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 500)
    for number, content in enumerate(seeds(kind)):
        path = tmp_path / str(number)
        path.write_bytes(content)
        with path.open("rb") as file, pytest.raises(Unreadable) as caught:
            decoding.identify(file)
        assert caught.value.kind == "too-large"


def test_a_heic_that_claims_another_size_than_it_has_is_refused(tmp_path: Path) -> None:
    if "HEIF" not in otherformats.installed():
        pytest.skip("no package for HEIC is installed")
    decoding.use_installed()
    at = HEIC.index(b"ispe") + 8
    for side, crop, kind in (
        (100_000, b"free", "too-large"),
        (100_000, b"clap", "truncated"),
        (3000, b"free", "truncated"),
    ):
        content = HEIC[:at] + side.to_bytes(4) * 2 + HEIC[at + 8 :].replace(b"clap", crop)
        (tmp_path / "a").write_bytes(content)
        with (tmp_path / "a").open("rb") as file, pytest.raises(Unreadable) as caught:
            decoding.load(decoding.identify(file), 20)
        assert caught.value.kind == kind


def test_a_damaged_picture_of_an_optional_format_fails_with_a_reason(tmp_path: Path) -> None:
    decoding.use_installed()
    (tmp_path / "a").write_bytes(HEIC[: len(HEIC) // 2])
    with (tmp_path / "a").open("rb") as file, pytest.raises(Unreadable):
        decoding.load(decoding.identify(file), 20)


def test_what_no_package_is_installed_for_is_known_to_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert not any(optional.module for optional in OPTIONAL)
    assert not any(optional.register() for optional in OPTIONAL)
    assert is_candidate(b"a.jpg")
    assert not is_candidate(b"a.mov"), "videos are passed over"
