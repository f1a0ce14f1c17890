"""Every format that a package is installed for goes the whole way: read, found by its type, with a thumbnail."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from support.otherformats import samples
from support.vault import RunningVault
from vaultd.worker import thumbnail_files
from vaultd.worker.optional_formats import OPTIONAL, OptionalFormat

TYPED = {"HEIF": "heic", "JXL": "jxl", "RAW": "raw", "SVG": "svg"}
"""What a query calls each."""
ENDINGS = {"HEIF": ".HEIC", "JXL": ".jxl", "RAW": ".dng", "SVG": ".svg"}

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    """A library of one picture of each, and a video."""
    with RunningVault(tmp_path_factory.mktemp("o")) as vault:
        for one in OPTIONAL:
            if one.module is not None:
                (vault.pictures / f"a{ENDINGS[one.pillow]}").write_bytes(samples(one.pillow)[0])
        (vault.pictures / "a.mov").write_bytes(b"\0\0\0\x14ftypqt  ")
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        yield vault


@pytest.mark.parametrize("one", OPTIONAL, ids=lambda one: one.name)
def test_a_picture_of_an_optional_format_is_found_and_has_a_thumbnail(vault: RunningVault, one: OptionalFormat) -> None:
    if one.module is None:
        pytest.skip(f"no package for {one.name} is installed: {one.modules}")
    [hit] = vault.call("search", f"type:{TYPED[one.pillow]}")["hits"]
    assert Path(hit["path"]).name == f"a{ENDINGS[one.pillow]}"
    place = thumbnail_files.place(vault.home / ".cache/thumbnails", "normal", hit["path"].encode())
    with Image.open(place) as thumbnail:
        assert (thumbnail.width > thumbnail.height) == (hit["width"] > hit["height"])


def test_the_doctor_lists_every_format_and_what_is_left_out(vault: RunningVault) -> None:
    assert vault.call("failed")["files"] == []
    found = {check["name"]: check for check in vault.call("doctor")["checks"]}
    for one in OPTIONAL:
        assert found[f"format {one.name}"]["state"] == ("skip" if one.module is None else "ok")
    assert "1 file is left out" in found["videos"]["message"]
