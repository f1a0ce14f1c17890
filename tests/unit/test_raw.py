"""Raw files are their camera's preview, or developed where there is none, upright, with what the camera wrote."""

from __future__ import annotations

import io
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PIL import Image, TiffImagePlugin

from support.otherformats import XMP
from support.rawfiles import dng
from vaultd.worker import decoding
from vaultd.worker.desk import Desk
from vaultd.worker.exif import camera, details
from vaultd.worker.messages import Decode, Decoded, HasRead, Read, Setup, Unreadable

pytest.importorskip("rawpy", reason="the extra [raw] is not installed")
from vaultd.worker.readers import raw_exif  # needs no rawpy, but is of no use without

SIZE = (320, 240)
UPRIGHT = {1: ((320, 240), "left"), 3: ((320, 240), "right"), 6: ((240, 320), "top"), 8: ((240, 320), "bottom")}
"""EXIF orientation to the size of the upright picture and the side that the sensor's left is at."""


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)  # as it was, once a desk sets another
    decoding.use_installed()


def load(content: bytes, side: int = 64) -> Image.Image:
    return decoding.load(decoding.identify(io.BytesIO(content)), side)


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as caught:
        load(content)
    return caught.value.kind


def at(picture: Image.Image, side: str) -> tuple[int, int, int]:
    """The colour at the middle of a side."""
    across, down = {"left": (0.1, 0.5), "right": (0.9, 0.5), "top": (0.5, 0.1), "bottom": (0.5, 0.9)}[side]
    colour = picture.convert("RGB").getpixel((int(picture.width * across), int(picture.height * down)))
    assert isinstance(colour, tuple)
    return colour[0], colour[1], colour[2]


def opposite(side: str) -> str:
    return {"left": "right", "right": "left", "top": "bottom", "bottom": "top"}[side]


def preview(size: tuple[int, int] = SIZE) -> Image.Image:
    """White, with a blue left half."""
    picture = Image.new("RGB", size, "white")
    picture.paste("blue", (0, 0, size[0] // 2, size[1]))
    return picture


@pytest.mark.parametrize("orientation", UPRIGHT)
def test_the_preview_is_shown_upright(orientation: int) -> None:
    content = dng(SIZE, orientation, preview())
    size, side = UPRIGHT[orientation]
    assert decoding.upright_size(decoding.identify(io.BytesIO(content))) == size
    found = load(content)
    assert (found.width > found.height) == (size[0] > size[1])
    assert at(found, side)[0] < 60 < 200 < at(found, side)[2]
    assert min(at(found, opposite(side))) > 200


def test_a_preview_that_stands_upright_already_is_not_turned_again() -> None:
    standing = preview().transpose(Image.Transpose.ROTATE_270)
    found = load(dng(SIZE, 6, standing))
    assert found.width < found.height
    assert at(found, "top")[0] < 60 < 200 < at(found, "top")[2]


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("small", [None, (32, 24)], ids=["no preview", "a tiny preview"])
def test_without_a_preview_of_use_the_sensor_is_developed(orientation: int, small: tuple[int, int] | None) -> None:
    size, side = UPRIGHT[orientation]
    found = load(dng(SIZE, orientation, None if small is None else preview(small)), 100)
    assert found.size == (size[0] // 2, size[1] // 2)
    assert max(at(found, side)) < 100 < 150 < min(at(found, opposite(side)))


def test_where_the_preview_is_damaged_the_sensor_is_developed() -> None:
    content = dng(SIZE, 1, preview())
    start = content.index(b"\xff\xd8\xff\xe0")
    for damaged in (b"\0" * 40, b"\xff\xd8" + b"\0" * 38):
        found = load(content[:start] + damaged + content[start + 40 :], 100)
        assert max(at(found, "left")) < 100 < 150 < min(at(found, "right"))


def test_what_the_camera_wrote_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.dng").write_bytes(dng(SIZE, 6, preview(), xmp=XMP))
    desk = Desk(Setup(pack=b"", max_pixels=10**6, memory_mb=512, timeout_s=9, thumbnails=b"", niceness=0))
    assert isinstance(desk.answer(Read(bytes(tmp_path / "a.dng"))), HasRead)
    answer = desk.answer(Decode(thumbnail=False))
    assert isinstance(answer, Decoded)
    content = answer.content
    assert (content.type, content.width, content.height) == ("image/x-dcraw", 240, 320)
    assert (content.camera, content.iso, content.lens) == ("Maker Model 5", 400, "50 mm")
    assert content.taken_at == datetime(2021, 5, 6, 7, 8, 9, tzinfo=UTC).timestamp() * 1000
    assert [(said.source, said.names) for said in content.keywords] == [("xmp", ["boat"])]


def test_a_plain_tiff_is_no_raw_file() -> None:
    for how in ({}, {"compression": "tiff_lzw"}, {"save_all": True, "append_images": [preview()]}):
        file = io.BytesIO()
        preview().save(file, "TIFF", **how)
        file.seek(0)
        assert decoding.identify(file).format == "TIFF"


def test_a_bomb_is_refused_by_what_its_header_claims(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1_000_000)
    assert refused(dng((64, 48), claimed=60_000)) == "too-large"
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", SIZE[0] * SIZE[1] + 1)
    assert refused(dng(SIZE, 1, preview((800, 600)))) == "too-large"


@pytest.mark.filterwarnings("ignore:.*EXIF.*")
def test_a_damaged_file_fails_with_a_reason() -> None:
    content = dng(SIZE, 1)
    for end in (9, 100, len(content) // 2, len(content) - 300):
        assert refused(content[:end]) in ("truncated", "not-an-image")
    assert refused(dng((64, 48), claimed=2000)) == "truncated"
    for start in (b"FUJIFILMCCD-RAW ", b"IIRO\x08\0\0\0", b"IIU\0\x18\0\0\0", b"\0\0\0\x18ftypcrx "):
        assert refused(start.ljust(2000, b"\0")) == "truncated"


# ---- where the formats that cannot be written here keep their EXIF ---------------------------------------------------


def exif() -> Image.Exif:
    found = Image.Exif()
    found[271], found[272] = "Maker", "Model 5"
    found.get_ifd(34665)[36867] = "2021:05:06 07:08:09"
    return found


def tiff(tags: dict[int, str]) -> bytes:
    """A TIFF of one directory, without a picture."""
    directory = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in tags.items():
        directory[tag] = value
    return directory.tobytes(8).join((b"II*\0\x08\0\0\0", b""))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content) + 8) + kind + content


def raf() -> bytes:
    file = io.BytesIO()
    preview().save(file, "JPEG", exif=exif())
    start = b"FUJIFILMCCD-RAW 0201".ljust(84, b"\0")
    return start + struct.pack(">II", 148, file.tell()) + b"\0" * 56 + file.getvalue()


def cr3() -> bytes:
    canon = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
    said = box(b"CMT1", tiff({271: "Maker", 272: "Model 5"})) + box(b"CMT2", tiff({36867: "2021:05:06 07:08:09"}))
    movie = box(b"mvhd", b"\0" * 100) + box(b"uuid", b"\xff" * 20) + box(b"uuid", canon + said)
    return box(b"ftyp", b"crx \0\0\0\1crx isom") + box(b"moov", movie) + box(b"mdat", b"\0" * 100)


def disguised(letters: bytes) -> bytes:
    """EXIF's own TIFF, under other letters."""
    found = exif()
    found.endian = ">" if letters.startswith(b"MM") else "<"
    return letters + found.tobytes().removeprefix(b"Exif\0\0")[4:]


@pytest.mark.parametrize(
    "content",
    [disguised(b"IIRO"), disguised(b"MMOR"), disguised(b"IIU\0"), raf(), cr3()],
    ids=["orf", "orf of old", "rw2", "raf", "cr3"],
)
def test_exif_is_found_where_each_maker_keeps_it(content: bytes) -> None:
    file = io.BytesIO(content)
    assert raw_exif.is_raw(file)
    found = raw_exif.read(file)
    assert camera(found) == "Maker Model 5"
    assert details(found).taken == "2021:05:06 07:08:09"
