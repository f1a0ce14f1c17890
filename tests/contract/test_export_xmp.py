"""The sidecars of `vvault export`, put beside copies of the pictures in an empty vault as docs/sidecars.md says.

Whatever XMP can hold of what was said comes back the same, and exiftool and exiv2 read the same files alike.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.ingesting import draw
from support.vault import RunningVault
from vaultipc.blocking import Client

pytestmark = pytest.mark.timeout(180)

ODD_TAGS = (
    "plain", "Zürich & sea", "a, b; c", "yes|no", "it's “odd” \"here\" <b>", "]]> &amp; &#38;", "back\\slash", "50%",
    "日本語 🗻", "שלום", "e\u0301te\u0301", "#1", "lang=x", "two spaces",
    "می\u200cخواهم", "👩\u200d🚀 & 🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
)  # fmt: skip
NESTED = (
    "places/Germany/Berlin", "Germany", "places", "PLACES", "travel/a, b/c & d", "this|that/more|less", "more|less",
    "this/that", "/".join("abcdefghij"), "x" * 255,
)  # fmt: skip
PICTURES = {
    "plain.jpg": "red",
    "ümlaut & <c> 'it\"s'.jpg": "green",
    "in a folder/a, b | c.png": "blue",
    "in a folder/nested.jpg": "yellow",
}
FIELDS = {
    "TagsList": "digiKam.TagsList",
    "HierarchicalSubject": "lr.hierarchicalSubject",
    "Subject": "dc.subject",
    "Rating": "xmp.Rating",
    "Title": "dc.title",
    "Description": "dc.description",
    "AltTextAccessibility": "iptc.AltTextAccessibility",
}
"""What a sidecar holds, as exiftool calls it and as exiv2 does."""
TEXTS = ("Title", "Description", "AltTextAccessibility")
TITLE = 'She said “no”, "yes" & <left>'
DESCRIPTION = "Two\nlines\tand\n\n a third ]]> &amp; 🗻"
CAPTION = "The harbour | at dawn, 'early'; <sea> & sky"


@pytest.fixture(scope="module")
def told() -> Iterator[RunningVault]:
    """A vault in which all that XMP can hold was said, each in odd letters."""
    with RunningVault(Path(tempfile.mkdtemp(prefix="x"))) as vault:
        for name, colour in PICTURES.items():
            (vault.pictures / name).parent.mkdir(exist_ok=True)
            draw(vault.pictures / name, colour)
        look_at(vault)
        say(vault)
        yield vault


@pytest.fixture(scope="module")
def sidecars(told: RunningVault, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The exported folder that stands for that of the pictures."""
    out = tmp_path_factory.mktemp("export") / "out"
    told.call("export", "--to", out)
    return out / "xmp" / told.pictures.relative_to("/")


def look_at(vault: RunningVault) -> None:
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()


def say(vault: RunningVault) -> None:
    plain, umlaut, piped, nested = (str(vault.pictures / name) for name in PICTURES)
    with Client(vault.socket) as client:
        for tag in ODD_TAGS:
            client.call("tag", {"tag": tag, "images": [umlaut, piped]})
        for tag in NESTED:
            client.call("tag", {"tag": tag, "images": [nested]})
        client.call("tag", {"tag": "yes|no", "images": [plain]})
    vault.call("rate", 1, plain)
    vault.call("rate", 5, nested)
    vault.call("edit", umlaut, "--title", TITLE, "--description", DESCRIPTION, "--caption", CAPTION)
    vault.call("edit", piped, "--caption", CAPTION)


def known(vault: RunningVault) -> dict[str, Any]:
    """Tags, stars and words of each picture, whoever said them."""
    with Client(vault.socket) as client:
        infos = [client.call("image", {"image": str(vault.pictures / name)}) for name in PICTURES]
    return {
        name: (
            sorted(tag.name for tag in info.tags),
            info.rating,
            {text.kind: text.text for text in info.texts},
        )
        for name, info in zip(PICTURES, infos, strict=True)
    }


def test_what_was_said_comes_back_from_sidecars_put_beside_the_pictures(
    told: RunningVault, vault: RunningVault, sidecars: Path
) -> None:
    shutil.copytree(told.pictures, vault.pictures, dirs_exist_ok=True)
    run("cp", "-rn", f"{sidecars}/.", str(vault.pictures))
    look_at(vault)
    now, before = known(vault), known(told)
    for n in before:
        print(set(now[n][0]) ^ set(before[n][0]), now[n][1:], before[n][1:])
    assert now == before


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
def test_exiftool_reads_the_same(told: RunningVault, sidecars: Path) -> None:
    for name, said in known(told).items():
        (read,) = json.loads(
            run("exiftool", "-json", "-validate", "-warning", "-error", "-xmp:all", beside(sidecars, name))
        )
        assert "Error" not in read
        assert {field: read[field] for field in FIELDS if field in read} == expected(*said)


@pytest.mark.skipif(shutil.which("exiv2") is None, reason="exiv2 is not installed")
def test_exiv2_reads_the_same(told: RunningVault, sidecars: Path) -> None:
    for name, said in known(told).items():
        wanted = {field: shown_by_exiv2(field, value) for field, value in expected(*said).items()}
        sidecar = beside(sidecars, name)
        assert {field: run("exiv2", "-K", f"Xmp.{FIELDS[field]}", "-Pv", sidecar)[:-1] for field in wanted} == wanted


def expected(tags: list[str], rating: int, texts: dict[str, str]) -> dict[str, Any]:
    """What the sidecar of a picture holds, by exiftool's names; names with `|` do not fit between others."""
    held = {
        "TagsList": tags,
        "HierarchicalSubject": [tag.replace("/", "|") for tag in tags if "|" not in tag],
        "Subject": list(dict.fromkeys(tag.rpartition("/")[2] for tag in tags)),
        "Rating": rating,
        "Title": texts.get("title"),
        "Description": texts.get("description"),
        "AltTextAccessibility": texts.get("caption"),
    }
    return {field: one_or_more(value) for field, value in held.items() if value}


def one_or_more(value: Any) -> Any:
    """As exiftool has it, which makes no list of a single one."""
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def shown_by_exiv2(field: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value)
    return f'lang="x-default" {value}' if field in TEXTS else str(value)


def beside(sidecars: Path, name: str) -> str:
    return f"{sidecars / name}.xmp"


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, check=True, timeout=60, encoding="utf-8").stdout
