"""Zip files that are written as a stream, and the names in them."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from vaultipc.errors import DaemonAway, Refused
from vaultweb.exporting import archive as form
from vaultweb.exporting.archive import Archive
from vaultweb.exporting.folder import allowed_folder, exported
from vaultweb.exporting.items import Item
from vaultweb.exporting.naming import Names, portable
from vaultweb.exporting.zipping import LEFT_OUT, zipped

MTIME = 1_714_557_600.0


def zip_of(*files: tuple[str, bytes]) -> bytes:
    archive, out = Archive(), b""
    for name, data in files:
        out += archive.begin(name, MTIME, len(data)) + data
        archive.take(data)
        out += archive.end()
    return out + archive.close()


def read_back(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        assert found.testzip() is None
        return {info.filename: found.read(info) for info in found.infolist()}


def test_what_is_written_is_read_back_with_names_in_every_script() -> None:
    files = {"a.jpg": b"\xff\xd8" * 100, "Größe 大 😀.png": b"", "x.xmp": b"<x/>"}
    data = zip_of(*files.items())
    assert read_back(data) == files
    with zipfile.ZipFile(io.BytesIO(data)) as found:
        infos = found.infolist()
    assert all(info.flag_bits & 0x800 and info.compress_type == zipfile.ZIP_STORED for info in infos)
    assert {info.date_time[0] for info in infos} == {2024}
    assert {info.external_attr >> 16 for info in infos} == {0o100644}


def test_sizes_and_places_beyond_32_bits_are_written_as_zip64(monkeypatch: pytest.MonkeyPatch) -> None:
    files = {f"{number}.jpg": bytes([number]) * 5000 for number in range(5)}
    with monkeypatch.context() as small:
        small.setattr(form, "_LARGEST", 4000)
        small.setattr(form, "_MOST", 3)
        data = zip_of(*files.items())
    # A reader takes 0xFFFFFFFF as the sign to look into the ZIP64 fields; here the limit itself was written.
    for limit, where in (((0xFFFFFFFF).to_bytes(4, "little"), (4000).to_bytes(4, "little")),):
        data = data.replace(where, limit)
    end = data.rindex(b"PK\5\6")
    data = data[: end + 8] + b"\xff\xff\xff\xff" + data[end + 12 :]
    assert read_back(data) == files


def test_a_file_of_another_length_than_was_told_is_as_long_as_it_was() -> None:
    archive = Archive()
    out = archive.begin("short.jpg", MTIME, 1000) + b"abc"
    archive.take(b"abc")
    assert read_back(out + archive.end() + archive.close()) == {"short.jpg": b"abc"}


def test_an_archive_of_nothing_and_one_of_years_that_zip_does_not_know_can_be_read() -> None:
    assert read_back(Archive().close()) == {}
    for mtime in (-5.0, 0.0, 5e9):
        archive = Archive()
        out = archive.begin("a", mtime, 0) + archive.end() + archive.close()
        assert read_back(out) == {"a": b""}


def test_no_two_names_are_alike_on_any_system() -> None:
    names = Names()
    given = [
        names.new(name) for name in ("a.jpg", "A.JPG", "a.jpg", "a (2).jpg", "é.png", "e\u0301.png", ".hidden", "b")
    ]
    assert given == ["a.jpg", "A (2).JPG", "a (3).jpg", "a (2) (2).jpg", "é.png", "é (2).png", ".hidden", "b"]


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("../../etc/passwd", ".._.._etc_passwd"),
        ("a\\b:c*?.jpg", "a_b_c__.jpg"),
        ("..", "_"),
        ("", "_"),
        ("CON.jpg", "_CON.jpg"),
        ("line\nbreak\x1b.png", "line_break_.png"),
        ("dots. . .", "dots"),
        ("\ud800.jpg", "_.jpg"),
    ],
)
def test_a_name_leads_nowhere_and_every_system_takes_it(name: str, made: str) -> None:
    assert portable(name) == made


def test_a_long_name_keeps_its_ending_and_whole_letters() -> None:
    made = portable("大" * 300 + ".jpg")
    assert made.endswith("大.jpg")
    assert len(made.encode()) <= 200


def item(path: Path | None, name: str = "a.jpg", sidecar: bytes = b"") -> Item:
    return Item("1", name, None if path is None else os.fsencode(path), MTIME, sidecar)


async def these(*wanted: Item, error: Exception | None = None) -> AsyncIterator[Item]:
    for one in wanted:
        yield one
    if error is not None:
        raise error


async def zip_stream(*wanted: Item, error: Exception | None = None) -> dict[str, bytes]:
    return read_back(b"".join([piece async for piece in zipped(these(*wanted, error=error))]))


async def test_a_picture_that_went_is_named_in_the_archive_and_the_others_are_in_it(tmp_path: Path) -> None:
    there = tmp_path / "a.jpg"
    there.write_bytes(b"pixels")
    os.mkfifo(tmp_path / "pipe")
    found = await zip_stream(item(tmp_path / "gone.jpg", "gone.jpg"), item(there, sidecar=b"<x/>"),
                             item(None, "away.jpg"), item(tmp_path / "pipe", "pipe.jpg"))  # fmt: skip
    assert found.keys() == {"a.jpg", "a.jpg.xmp", LEFT_OUT}
    assert [line.partition(":")[0] for line in found[LEFT_OUT].decode().splitlines()] == [
        "gone.jpg",
        "away.jpg",
        "pipe.jpg",
    ]


async def test_an_archive_ends_well_when_the_daemon_goes_meanwhile(tmp_path: Path) -> None:
    there = tmp_path / "a.jpg"
    there.write_bytes(b"pixels")
    found = await zip_stream(item(there), error=DaemonAway("nobody answers"))
    assert found.keys() == {"a.jpg", LEFT_OUT}
    assert b"nobody answers" in found[LEFT_OUT]


async def test_a_picture_that_becomes_shorter_while_it_is_read_is_told_of(tmp_path: Path) -> None:
    there = tmp_path / "a.jpg"
    there.write_bytes(bytes(1 << 20))
    stream = zipped(these(item(there)))
    out = await anext(stream) + await anext(stream)
    os.truncate(there, 300_000)
    async for piece in stream:
        out += piece
    found = read_back(out)
    assert len(found["a.jpg"]) == 300_000
    assert b"only in part" in found[LEFT_OUT]


async def test_copies_and_links_replace_nothing_that_is_there(tmp_path: Path) -> None:
    there, folder = tmp_path / "a.jpg", tmp_path / "out"
    there.write_bytes(b"pixels")
    folder.mkdir()
    (folder / "a.jpg").write_bytes(b"mine")
    made = await exported(these(item(there, sidecar=b"<x/>"), item(tmp_path / "gone", "gone.jpg")), folder, links=False)
    assert (made.written, made.bytes, [error.item for error in made.errors]) == (1, 6, ["1"])
    linked = await exported(these(item(there)), folder, links=True)
    assert linked.written == 1
    assert (folder / "a.jpg").read_bytes() == b"mine"
    assert (folder / "a (2).jpg").read_bytes() == (folder / "a (3).jpg").read_bytes() == b"pixels"
    assert (folder / "a (2).jpg.xmp").read_bytes() == b"<x/>"
    assert (folder / "a (3).jpg").is_symlink()
    assert (folder / "a (2).jpg").stat().st_mtime_ns == there.stat().st_mtime_ns
    assert not (folder / "gone.jpg").exists()


def test_only_what_lies_in_an_allowed_folder_is_exported_into(tmp_path: Path) -> None:
    allowed, elsewhere = tmp_path / "out", tmp_path / "elsewhere"
    allowed.mkdir()
    elsewhere.mkdir()
    (allowed / "link").symlink_to(elsewhere)
    assert allowed_folder(str(allowed / "2024" / "May"), [allowed]) == allowed / "2024" / "May"
    refused = [
        elsewhere,
        allowed / "link",
        allowed / ".." / "elsewhere",
        f"{allowed}2",
        "out",
        "",
        "\0",
        allowed.parent,
    ]
    for wanted in refused:
        with pytest.raises(Refused):
            allowed_folder(str(wanted), [allowed])
    with pytest.raises(Refused, match="Nothing"):
        allowed_folder(str(allowed), [])
