"""XMP that does not fit into one segment of a JPEG is read from its parts, and only where they make a whole."""

from __future__ import annotations

import hashlib
import io
import itertools
import shutil
import struct
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageFile

from support.metadata_writers import bag, jpeg, xmp
from vaultd.worker import embedded
from vaultd.worker.extended_xmp import SIGNATURE, Segment, extension

FURTHER = xmp(bag("dc:subject", "further") + "<dc:source>" + "x" * 150_000 + "</dc:source>")
NAME = hashlib.md5(FURTHER, usedforsecurity=False).hexdigest().upper().encode()
MAIN = xmp(
    bag("dc:subject", "main"), f'xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="{NAME.decode()}"'
)
PART = 60_000


def part(offset: int, data: bytes, name: bytes = NAME, length: int = len(FURTHER)) -> Segment:
    return "APP1", SIGNATURE + name + struct.pack(">II", length, offset) + data


PARTS = [part(at, FURTHER[at : at + PART]) for at in range(0, len(FURTHER), PART)]


def opened(data: bytes) -> ImageFile.ImageFile:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


def with_parts(parts: list[Segment]) -> bytes:
    plain = jpeg(xmp=MAIN)
    told = b"".join(b"\xff\xe1" + struct.pack(">H", len(data) + 2) + data for _, data in parts)
    return plain[:2] + told + plain[2:]


def tags_in(data: bytes) -> list[str]:
    return [name for one in embedded.read(opened(data)).keywords for name in one.names]


def test_parts_are_put_together_in_any_order() -> None:
    for parts in itertools.permutations(PARTS):
        assert tags_in(with_parts(list(parts))) == ["main", "further"]
    assert tags_in(with_parts([*PARTS, PARTS[1]])) == ["main", "further"], "one is there twice"


HOSTILE = {
    "one is missing": PARTS[:-1],
    "there is a gap": [PARTS[0], part(PART + 1, FURTHER[PART + 1 :])],
    "they are of another packet": [part(0, FURTHER, name=b"0" * 32)],
    "the whole is said to be huge": [part(0, FURTHER, length=0xFFFFFFFF)],
    "the whole is said to be empty": [part(0, FURTHER, length=0)],
    "one begins far behind the end": [*PARTS[:-1], part(0xFFFFFFF0, FURTHER[-100:])],
    "it is longer than it says": [part(0, FURTHER[:1000], length=999)],
    "a header is cut off": [("APP1", SIGNATURE + NAME + b"\0\0")],
    "lengths differ": [PARTS[0], part(PART, FURTHER[PART:], length=len(FURTHER) + 1)],
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_no_whole_is_nothing_and_the_main_packet_counts(case: str) -> None:
    assert extension(MAIN, HOSTILE[case], 4 << 20) == b""
    assert extension(MAIN, PARTS, len(FURTHER)) == FURTHER
    assert extension(MAIN, PARTS, len(FURTHER) - 1) == b""


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_what_exiftool_spreads_over_several_segments_is_read(tmp_path: Path) -> None:
    path, long = tmp_path / "a.jpg", tmp_path / "long"
    path.write_bytes(jpeg())
    long.write_text("y" * 90_000)
    subprocess.run(
        ["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject=far", f"-XMP-dc:Source<={long}",
         "-XMP-photoshop:Instructions<=" + str(long), path],
        check=True, timeout=60,
    )  # fmt: skip
    assert SIGNATURE in path.read_bytes()
    assert tags_in(path.read_bytes()) == ["far"]
