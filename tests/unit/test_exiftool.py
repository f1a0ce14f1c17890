"""exiftool, asked with several files at once: one that is bad costs itself, and no silence is taken for an answer."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest
import trio

from support.metadata_writers import bag, jpeg, xmp
from vaultd.ingest import exiftool
from vaultd.ingest.rewrite_plans import BLANK
from vaultipc.errors import UserError


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_packets_are_written_beside_pictures_and_a_bad_file_is_named(tmp_path: Path) -> None:
    said = xmp(bag("dc:subject", "sea"))
    (tmp_path / "0.jpg").write_bytes(jpeg(xmp=said))
    (tmp_path / "1.jpg").write_bytes(jpeg())
    (tmp_path / "2.jpg").write_bytes(b"no picture at all")
    names = ["0.jpg", "1.jpg", "2.jpg"]
    assert trio.run(exiftool.packets, tmp_path, names) == {}
    assert (tmp_path / "0.packet").read_bytes() == said
    assert not (tmp_path / "1.packet").exists() or (tmp_path / "1.packet").read_bytes() == b""
    for name in names:
        (tmp_path / name).with_suffix(".packet").write_bytes(BLANK)
    assert set(trio.run(exiftool.put, tmp_path, names)) == {"2.jpg"}
    assert BLANK in (tmp_path / "0.jpg").read_bytes()
    assert BLANK in (tmp_path / "1.jpg").read_bytes()
    assert (tmp_path / "2.jpg").read_bytes() == b"no picture at all"


def test_where_it_cannot_be_told_which_file_was_bad_each_is_tried_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    async def run(_: Path, __: tuple[str, ...], names: Sequence[str]) -> dict[str, str]:
        await trio.lowlevel.checkpoint()
        asked.append(list(names))
        return {"": "it ended"} if "bad.jpg" in names else {}

    monkeypatch.setattr(exiftool, "_run", run)
    assert trio.run(exiftool.packets, tmp_path, ["a.jpg", "bad.jpg", "b.jpg"]) == {"bad.jpg": "it ended"}
    assert asked == [["a.jpg", "bad.jpg", "b.jpg"], ["a.jpg"], ["bad.jpg"], ["b.jpg"]]


def test_a_missing_exiftool_is_said_with_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(UserError) as refused:
        exiftool.check_there()
    assert "not installed" in refused.value.message
    assert "libimage-exiftool-perl" in (refused.value.hint or "")
