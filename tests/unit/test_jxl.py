"""JPEG XL, bare and in its container."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from support.otherformats import LYING_JXL as LYING
from support.otherformats import jxl_container as contained
from vaultd.worker import decoding
from vaultd.worker.desk import Desk
from vaultd.worker.messages import Decode, Decoded, HasRead, Read, Setup, Unreadable

imagecodecs = pytest.importorskip("imagecodecs", reason="the extra [jxl] is not installed")


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # as it was, once a desk sets another
    decoding.use_installed()


def load(content: bytes, side: int = 20) -> Image.Image:
    return decoding.load(decoding.identify(io.BytesIO(content)), side)


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        load(content)
    return caught.value.kind


@pytest.mark.parametrize(
    "content", [LYING, contained(LYING), contained(LYING, parts=3)], ids=["bare", "boxed", "parts"]
)
def test_a_picture_is_upright_by_its_own_header(content: bytes) -> None:
    assert decoding.upright_size(decoding.identify(io.BytesIO(content))) == (40, 60)
    found = load(content)
    assert found.size == (20, 30)
    above, below = found.getpixel((10, 4)), found.getpixel((10, 25))
    assert isinstance(above, tuple)
    assert isinstance(below, tuple)
    assert above[2] > 200 > 60 > above[0]
    assert below[0] > 200 > 60 > below[2]


@pytest.mark.parametrize("packed", [False, True])
def test_what_its_boxes_say_is_read(tmp_path: Path, packed: bool) -> None:
    (tmp_path / "a.jxl").write_bytes(contained(LYING, packed=packed))
    desk = Desk(Setup(pack=b"", max_pixels=10**6, memory_mb=512, timeout_s=9, thumbnails=b"", niceness=0))
    assert isinstance(desk.answer(Read(bytes(tmp_path / "a.jxl"))), HasRead)
    answer = desk.answer(Decode(thumbnail=False))
    assert isinstance(answer, Decoded)
    assert (answer.content.type, answer.content.width, answer.content.height) == ("image/jxl", 40, 60)
    assert answer.content.camera == "Maker Model 5"
    assert [(said.source, said.names) for said in answer.content.keywords] == [("xmp", ["boat"])]


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("samples", [1, 2, 3, 4])
def test_every_depth_and_number_of_channels_becomes_colours(dtype: str, samples: int) -> None:
    most = {"uint8": 255, "uint16": 65535, "float32": 1.0}[dtype]
    shape = (24, 32) if samples == 1 else (24, 32, samples)
    found = load(imagecodecs.jpegxl_encode((np.ones(shape) * most / 2).astype(dtype), lossless=dtype != "float32"))
    assert found.mode == ("RGBA" if samples in (2, 4) else "RGB")
    assert all(120 <= level <= 136 for level in found.tobytes())


def test_an_animation_is_its_middle_frame() -> None:
    frames = np.stack([np.full((32, 48, 3), level, np.uint8) for level in (255, 100, 0)])
    assert load(imagecodecs.jpegxl_encode(frames, lossless=True)).getpixel((3, 3)) == (100, 100, 100)


def claiming(height: int) -> bytes:
    """A codestream of a square of that height without any pixels in it, all else by default."""
    return b"\xff\x0a" + (3 << 1 | (height - 1) << 3 | 1 << 33 | 1 << 36).to_bytes(60, "little")


@pytest.mark.parametrize(("limit", "height"), [(10**6, 2**30), (10**8, 10_001), (250_000_000, 15_812)])
def test_a_bomb_is_refused_by_what_its_header_claims(monkeypatch: pytest.MonkeyPatch, limit: int, height: int) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    monkeypatch.setattr(imagecodecs, "jpegxl_decode", lambda *_, **__: pytest.fail("it was decoded"))
    assert refused(claiming(height)) == "too-large"
    assert refused(contained(claiming(height))) == "too-large"


def test_a_panorama_within_the_limit_is_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 10**8)
    assert refused(claiming(10_000)) == "truncated"


def test_a_damaged_picture_fails_with_a_reason() -> None:
    for content in (LYING, contained(LYING), contained(LYING, parts=3)):
        for end in range(2, len(content) - 20, 9):
            assert refused(content[:end]) in ("truncated", "not-an-image")
    load(contained(LYING).replace(b"Exif", b"brob"))
