"""The XMP of a GIF is found wherever it stands, and what is damaged or hostile says nothing, soon."""

from __future__ import annotations

import io
import random
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from support.metadata_writers import bag, xmp
from vaultd.worker import gif

PACKET = xmp(bag("dc:subject", "ostrich"))
TRAILER = bytes([1, *range(255, -1, -1), 0])
MOST = 1 << 20


def film(frames: int) -> bytes:
    """Of so many pictures, each with colours of its own."""
    pictures = [Image.effect_noise((40, 30), 50 + number).convert("P") for number in range(frames)]
    file = io.BytesIO()
    pictures[0].save(file, "GIF", save_all=True, append_images=pictures[1:], loop=0, comment=b"a comment")
    return file.getvalue()


def with_packet(plain: bytes, *, at_end: bool) -> bytes:
    """As the standard has it: raw, and the trailer behind it."""
    extension = b"!\xff\x0bXMP DataXMP" + PACKET + TRAILER
    at = len(plain) - 1 if at_end else 13 + (3 << (plain[10] & 7) + 1)
    return plain[:at] + extension + plain[at:]


@pytest.mark.parametrize("frames", [1, 3])
@pytest.mark.parametrize("at_end", [True, False])
def test_a_packet_is_found_before_and_behind_the_pictures(frames: int, at_end: bool) -> None:
    data = with_packet(film(frames), at_end=at_end)
    Image.open(io.BytesIO(data)).load()
    assert gif.packet(io.BytesIO(data), MOST) == PACKET
    assert gif.packet(io.BytesIO(data), len(PACKET) - 1) == b"", "it is longer than what is read"


def test_a_gif_without_a_packet_has_none() -> None:
    assert gif.packet(io.BytesIO(film(3)), MOST) == b""


def test_damaged_gifs_say_nothing_or_what_is_left_of_them() -> None:
    chance, whole = random.Random(1), with_packet(film(2), at_end=True)
    for length in range(0, len(whole), 97):
        gif.packet(io.BytesIO(whole[:length]), MOST)
    for _ in range(500):
        damaged = bytearray(whole)
        for _ in range(8):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert len(gif.packet(io.BytesIO(bytes(damaged)), MOST)) <= len(whole)


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_what_exiftool_writes_into_a_gif_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(film(2))
    subprocess.run(["exiftool", "-q", "-overwrite_original", "-XMP-dc:Subject=heron", path], check=True, timeout=60)
    with path.open("rb") as file:
        assert b"heron" in gif.packet(file, MOST)
