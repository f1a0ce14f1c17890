"""Files, names and questions that nobody should have: each costs itself, and nothing else."""

from __future__ import annotations

import base64
import errno
import os
import shutil
import struct
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.vault import RunningVault
from vaultd.demo.library import Written
from vaultipc.errors import EXIT_USAGE

# Whole vaults are started and read here, with workers that give way to everything else that runs.
pytestmark = pytest.mark.timeout(180)

ODD_NAMES = [
    b"new\nline.jpg",
    "emoji \N{AUTOMOBILE} and \N{DOG FACE}.jpg".encode(),
    b"invalid \xff\xfe utf-8.jpg",
    b"-rf *.jpg",
]
BOMB_SIDE = 50_000


def bomb() -> bytes:
    """A PNG of 50,000 x 50,000 white pixels in some 300 kB (PNG specification: chunks, one bit a pixel)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = b"\0" + b"\xff" * (BOMB_SIDE // 8)
    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(row * 100) for _ in range(BOMB_SIDE // 100)) + packer.flush()
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", BOMB_SIDE, BOMB_SIDE, 1, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.fixture(scope="module")
def odd(demo: Written) -> Iterator[RunningVault]:
    """A library of bad files and odd names around a few good ones, read and mounted."""
    pictures = [path for path in sorted(demo.dir.rglob("*.jpg")) if path.stat().st_size > 5000]
    with RunningVault(Path(tempfile.mkdtemp(prefix="o"))) as vault:
        folder = vault.pictures
        for picture, name in zip(pictures, [*ODD_NAMES, b"good.jpg"], strict=False):
            shutil.copy(picture, folder / os.fsdecode(name))
        content = pictures[len(ODD_NAMES) + 1].read_bytes()
        (folder / "truncated.jpg").write_bytes(content[: len(content) // 3])
        (folder / "empty.jpg").touch()
        (folder / "text.jpg").write_text("no picture at all, whatever the name says\n" * 40)
        (folder / "bomb.png").write_bytes(bomb())
        (folder / "loop").symlink_to(".")
        (folder / "loop.jpg").symlink_to("loop.jpg")
        vault.start()
        vault.call("add", folder)
        vault.settle()
        if os.access("/dev/fuse", os.R_OK | os.W_OK):
            vault.mount()
        yield vault


def paths(hits: list[dict[str, Any]]) -> list[bytes]:
    """The exact paths of hits."""
    return [base64.b64decode(hit["path_b64"]) if "path_b64" in hit else hit["path"].encode() for hit in hits]


@pytest.mark.parametrize("name", ["truncated.jpg", "empty.jpg", "text.jpg", "bomb.png"])
def test_a_file_that_is_no_good_picture_fails_alone_and_says_why(odd: RunningVault, name: str) -> None:
    failed = {Path(file["path"]).name: file for file in odd.call("failed")["files"]}
    assert failed[name]["reason"]
    assert odd.call("search", "name:good.jpg")["total"] == 1
    assert odd.call("status")["state"] == "idle"


def test_a_loop_of_links_is_not_followed(odd: RunningVault) -> None:
    assert not [path for path in paths(odd.call("search", "width:>0")["hits"]) if b"/loop" in path]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_found_by_its_exact_bytes(odd: RunningVault, name: bytes) -> None:
    assert os.fsencode(odd.pictures) + b"/" + name in paths(odd.call("search", "type:jpeg")["hits"])


def test_a_folder_of_an_odd_name_can_be_looked_through_alone(odd: RunningVault) -> None:
    folder = os.fsencode(odd.pictures) + b"/\xff folder"
    os.mkdir(folder)
    shutil.copy(odd.pictures / "good.jpg", os.fsdecode(folder))
    try:
        assert odd.call("rescan", folder)["seen"] == 1
    finally:
        shutil.rmtree(folder)


@pytest.mark.fuse
@pytest.mark.parametrize("name", ODD_NAMES)
def test_an_odd_name_is_readable_through_the_mount_and_can_be_tagged(odd: RunningVault, name: bytes) -> None:
    folder = os.fsencode(odd.mountpoint) + b"/search/type:jpeg/"
    original = os.fsencode(odd.pictures) + b"/" + name
    [entry] = [entry for entry in os.listdir(folder) if os.path.realpath(folder + entry) == original]
    assert Path(os.fsdecode(folder + entry)).read_bytes() == Path(os.fsdecode(original)).read_bytes()
    tag = os.fsencode(odd.mountpoint / "tags" / "odd")
    os.makedirs(tag, exist_ok=True)
    os.symlink(original, tag + b"/" + name)
    assert original in paths(odd.call("search", "tag:odd")["hits"])


@pytest.mark.parametrize(("query", "position"), [('"no end', 0), ("(dog", 0), ("camra:red", 0), ("x" * 10_001, None)])
def test_a_question_that_cannot_be_understood_says_where(odd: RunningVault, query: str, position: int | None) -> None:
    error = odd.call("search", query, expect=EXIT_USAGE)["error"]
    assert error["message"]
    assert position is None or error["position"] == position


@pytest.mark.fuse
def test_a_question_that_cannot_be_understood_cannot_be_opened(odd: RunningVault) -> None:
    with pytest.raises(OSError, match="Invalid argument") as caught:
        odd.listing('search/"no end')
    assert caught.value.errno == errno.EINVAL


@pytest.mark.fuse
def test_a_folder_name_of_300_bytes_is_too_long(odd: RunningVault) -> None:
    with pytest.raises(OSError, match="too long") as caught:
        odd.listing("search/" + "x" * 300)
    assert caught.value.errno == errno.ENAMETOOLONG


@pytest.mark.fuse
@pytest.mark.parametrize("name", [b"bell \x07", b"invalid \xff"])
def test_a_question_of_control_characters_or_broken_letters_is_refused(odd: RunningVault, name: bytes) -> None:
    with pytest.raises(OSError, match="Invalid argument") as caught:
        os.listdir(os.fsencode(odd.mountpoint) + b"/search/" + name)
    assert caught.value.errno == errno.EINVAL


@pytest.mark.skipif(os.getuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_read_is_passed_over(vault: RunningVault, demo: Written) -> None:
    shutil.copy(next(demo.dir.rglob("*.jpg")), vault.pictures)
    closed = vault.pictures / "closed"
    closed.mkdir(mode=0)
    vault.start()
    vault.call("add", vault.pictures)
    assert vault.settle()["files"] == 1
    closed.chmod(0o700)
