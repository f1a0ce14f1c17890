"""Every form of the query language that its documentation shows, a small library that has something for them, and two
of the places where they can be said. The third, the mount, is in the tests that have one.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import ExifTags, Image

from support.metadata_writers import bag, xmp
from support.vault import RunningVault
from vaultd.cli.__main__ import run
from vaultipc.blocking import Client
from vaultipc.errors import UserError

LANGUAGE = Path(__file__).parents[2] / "docs" / "query-language.md"
REFUSED = ["error"]
"""What is found for a text that is no query."""
MANY = 1000
NAMES = ["red car", "night snow", "dog in the garden", "golden retriever, beach"]
_CODE = re.compile(r"`([^`]+)`")
_FIELD = re.compile(r"-?[a-z]+:(?=\S)")


def forms() -> list[str]:
    """What stands first in the rows of the tables, and every field with a value anywhere else; in order, each once."""
    text, _, _ = LANGUAGE.read_text(encoding="utf-8").partition("## Grammar")
    found: list[str] = []
    for line in text.splitlines():
        first = line.split(" | ")[0] if line.startswith("| `") else ""
        found.extend(_CODE.findall(first))
        found.extend(code for code in _CODE.findall(line) if _FIELD.match(code))
    return list(dict.fromkeys(found))


@contextmanager
def library() -> Iterator[RunningVault]:
    """A vault of eighteen pictures, settled: it has something for most of the fields."""
    with RunningVault(Path(tempfile.mkdtemp(prefix=""))) as made:
        pictures = made.pictures
        _draw(pictures / "Holiday" / "IMG_1.jpg", "red", (1920, 1280), "2023-05-01", "NIKON Z 6", 1600)
        _draw(pictures / "Holiday" / "pool.jpg", "blue", (90, 60), "2022-07-04", "Canon R5", 200)
        _draw(pictures / "2023" / "holiday" / "beach.png", "yellow", (60, 60), "2023-06-10")
        _draw(pictures / "garden.webp", "green", (60, 90))
        for number, name in enumerate([*NAMES, *map(str, range(14 - len(NAMES)))]):
            _draw(pictures / f"{name}.png", f"hsl({25 * number}, 90%, 30%)", (40 + number, 30))
        Image.linear_gradient("L").resize((64, 64)).convert("RGB").save(pictures / "8.png")
        _draw(made.home / "new.jpg", "navy", (64, 48))
        made.start()
        made.call("add", pictures)
        made.settle()
        made.call("tag", "pets/dogs", pictures / "Holiday" / "pool.jpg")
        made.call("tag", "pets", pictures / "garden.webp")
        yield made
        assert "Traceback" not in made.log("daemon"), made.log("daemon")


def asked_at(vault: RunningVault, form: str) -> str:
    """A form of the documentation, its file outside the library one that there is."""
    return form.replace("/tmp/new.jpg", f"{vault.home}/new.jpg").replace(
        "\u2215tmp\u2215new.jpg", f"{vault.home}/new.jpg".replace("/", "\u2215")
    )


def on_the_socket(client: Client, query: str) -> tuple[list[str], str]:
    """The paths that are found, in order, and the canonical text."""
    try:
        answer = json.loads(client.call_raw("search", {"query": query, "limit": MANY}))
    except UserError:
        return REFUSED, query
    return [hit["path"] for hit in answer["hits"]], answer["canonical"]


def on_the_command_line(vault: RunningVault, capfd: pytest.CaptureFixture[str], query: str) -> list[str]:
    code = run(["search", "--json", "--limit", str(MANY), "--socket", str(vault.socket), "--", query])
    answer = json.loads(capfd.readouterr().out)
    if "error" in answer:
        return REFUSED
    assert code == (0 if answer["hits"] else 1)
    return [hit["path"] for hit in answer["hits"]]


def _draw(path: Path, colour: str, size: tuple[int, int], taken: str = "", camera: str = "", iso: int = 0) -> None:
    """A picture of one colour with what a camera would say of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    exif = Image.Exif()
    if camera:
        exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = camera.split(" ", 1)
    details = exif.get_ifd(ExifTags.IFD.Exif)
    if taken:
        details[ExifTags.Base.DateTimeOriginal] = f"{taken.replace('-', ':')} 12:00:00"
    if iso:
        details[ExifTags.Base.ISOSpeedRatings] = iso
        details[ExifTags.Base.LensModel] = "50mm f/1.8"
        details[ExifTags.Base.FNumber], details[ExifTags.Base.FocalLength] = 1.8, 50.0
        details[ExifTags.Base.ExposureTime] = 0.05
        exif[ExifTags.Base.Artist] = "Anna"
        exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (38.0, 42.0, 41.4), 3: "W", 4: (9.0, 7.0, 48.0)})
    said: dict[str, Any] = {}
    if iso:
        said["xmp"] = xmp(bag("Iptc4xmpExt:PersonInImage", "Anna"), 'xmp:Label="Red"')
    Image.new("RGB", size, colour).save(path, exif=exif, **said)
