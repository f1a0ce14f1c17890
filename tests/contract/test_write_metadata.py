"""`vvault write-metadata`: shown first, written on request, and taken back; originals stay as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.metadata_writers import bag, jpeg, xmp
from support.vault import RunningVault
from vaultd.metadata import sidecar


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    with RunningVault(tmp_path_factory.mktemp("w")) as running:
        for name, colour in (("a", "red"), ("b", "blue"), ("c", "green")):
            (running.pictures / f"{name}.jpg").write_bytes(jpeg(colour=colour))
        (running.pictures / "b.jpg.xmp").write_bytes(OTHERS)
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


OTHERS = xmp(bag("dc:subject", "theirs") + "<dc:source>kept as it is</dc:source>", 'xmp:Rating="2"')


def asked(vault: RunningVault, *arguments: object) -> dict[str, object]:
    found: dict[str, object] = json.loads(vault.run("write-metadata", *arguments, "--json").stdout)
    return found


def test_what_would_be_written_is_shown_written_and_taken_back(vault: RunningVault) -> None:
    a, b, c = (vault.pictures / f"{name}.jpg" for name in "abc")
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (a, b, c)}
    vault.call("tag", "places/Lisbon", a, b)
    vault.call("rate", 5, a, b)
    shown = asked(vault, a, b, c)
    assert [(Path(one["sidecar"]).name, one["does"], one["tags_added"], one["rating"]) for one in shown["files"]] == [  # type: ignore[attr-defined]
        ("a.jpg.xmp", "make", ["places/Lisbon"], 5),
        ("b.jpg.xmp", "change", ["places/Lisbon"], 5),
    ]
    assert (shown["written"], shown["unchanged"], shown["errors"]) == (0, 1, [])
    assert not a.with_name("a.jpg.xmp").exists()
    assert b.with_name("b.jpg.xmp").read_bytes() == OTHERS
    told = vault.run("write-metadata", a)
    assert "+places/Lisbon; 5 stars" in told.stdout
    assert "1 sidecar would be written" in told.stderr
    done = asked(vault, a, b, c, "--write")
    assert (done["written"], done["unchanged"]) == (2, 1)
    made = sidecar.read(b"a.xmp", a.with_name("a.jpg.xmp").read_bytes())
    assert (made.tags, made.rating) == ((("places", "Lisbon"),), 5)
    changed = b.with_name("b.jpg.xmp").read_bytes()
    assert b"<dc:source>kept as it is</dc:source>" in changed
    assert set(sidecar.read(b"b.xmp", changed).tags) == {("theirs",), ("places", "Lisbon")}
    assert asked(vault, a, b, c)["files"] == [], "it stands there"
    taken = asked(vault, a, b, c, "--take-back", "--write")
    assert (taken["written"], taken["errors"]) == (2, [])
    assert not a.with_name("a.jpg.xmp").exists(), "it held nothing but the user's words"
    assert sidecar.read(b"b.xmp", b.with_name("b.jpg.xmp").read_bytes()) == sidecar.read(b"b.xmp", OTHERS)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in before} == before
    assert "places/Lisbon" in [tag["name"] for tag in vault.call("image", a)["tags"]]


@pytest.mark.expects_log("it is no well-formed XML")
def test_a_sidecar_that_cannot_be_read_is_not_written_and_named(vault: RunningVault) -> None:
    picture = vault.pictures / "c.jpg"
    vault.call("tag", "mine", picture)
    beside = picture.with_name("c.jpg.xmp")
    beside.write_bytes(b"<no packet")
    done = vault.run("write-metadata", picture, "--write")
    assert done.returncode == 4
    assert "c.jpg" in done.stdout + done.stderr
    assert beside.read_bytes() == b"<no packet"


def test_files_themselves_are_not_written_unless_a_setting_allows_it(vault: RunningVault) -> None:
    picture = vault.pictures / "a.jpg"
    before = picture.read_bytes()
    vault.call("tag", "mine", picture)
    done = vault.run("write-metadata", "--into", "files", "--write", picture)
    assert done.returncode == 4
    assert "vvault config set library.write_files true" in done.stderr
    assert picture.read_bytes() == before


def test_no_picture_is_no_request(vault: RunningVault) -> None:
    assert vault.run("write-metadata").returncode == 2
