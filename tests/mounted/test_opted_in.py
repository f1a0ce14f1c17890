"""What is off by default, through the real program: portable names, and words written to attributes and sidecars."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from support.mounting import BACKENDS
from support.vault import RunningVault, eventually

TAGS, RATING = "user.xdg.tags", "user.baloo.rating"
NASTY = "who: me?.png"
ALIKE = "who： me？.png"


@pytest.fixture(scope="module")
def library() -> Iterator[RunningVault]:
    """Two pictures, with names that Windows refuses."""
    with RunningVault(Path(tempfile.mkdtemp(prefix=""))) as running:
        running.environ |= {"VVAULT_MOUNT_PORTABLE_NAMES": "true", "VVAULT_LIBRARY_WRITE_XATTRS": "true"}
        running.environ |= {"VVAULT_LIBRARY_WRITE_SIDECARS": "all"}
        Image.new("RGB", (48, 32), "red").save(running.pictures / NASTY)
        Image.new("RGB", (48, 32), "blue").save(running.pictures / "CON.png")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


@pytest.fixture(scope="module", params=BACKENDS)
def vault(library: RunningVault, request: pytest.FixtureRequest) -> Iterator[RunningVault]:
    """The same, mounted with entries that are files."""
    library.environ["VVAULT_MOUNT_BACKEND"] = request.param
    library.mount("--entries", "file")
    yield library
    library.unmount()


@pytest.fixture
def original(vault: RunningVault) -> Path:
    """The picture of the nasty name."""
    original = vault.pictures / NASTY
    try:
        os.setxattr(original, "user.test", b"")
    except OSError as error:
        pytest.skip(f"no extended attributes here: {error.strerror}")
    return original


def said(original: Path, attribute: str) -> str:
    try:
        return os.getxattr(original, attribute).decode()
    except OSError:
        return ""


def test_names_are_shown_so_that_windows_can_hold_them_and_lead_to_the_bytes(vault: RunningVault) -> None:
    assert vault.listing("recent") == sorted([ALIKE, "ＣON.png"])
    assert {name[4:] for name in vault.listing("search/width：48")} == {ALIKE, "CON.png"}
    for name in (ALIKE, NASTY):
        assert (vault.mountpoint / "recent" / name).read_bytes() == (vault.pictures / NASTY).read_bytes()
    os.mkdir(vault.mountpoint / "tags/a|b")
    assert "a｜b" in vault.listing("tags")
    os.rename(vault.mountpoint / "recent" / ALIKE, vault.mountpoint / "tags/a｜b" / ALIKE)
    assert vault.call("search", 'tag:="a|b"')["total"] == 1
    os.unlink(vault.mountpoint / "tags/a|b" / NASTY)
    assert vault.listing("tags/a｜b") == []
    os.rmdir(vault.mountpoint / "tags/a｜b")
    assert "a|b" not in {tag["name"] for tag in vault.call("tags")["tags"]}


def test_a_tag_given_in_the_mount_stands_in_the_original_until_it_is_undone(
    vault: RunningVault, original: Path
) -> None:
    before = original.stat()
    os.setxattr(original, TAGS, b"theirs")
    entry = vault.mountpoint / "recent" / ALIKE
    eventually(lambda: vault.call("search", "tag:theirs")["total"] == 1, "the vault knows of it")
    os.setxattr(entry, TAGS, b"theirs,mine")
    eventually(lambda: said(original, TAGS) == "theirs,mine", "the original says it")
    vault.call("rate", 4, original)
    eventually(lambda: said(original, RATING) == "8", "the original has the stars")
    vault.call("undo")
    vault.call("undo")
    eventually(lambda: (said(original, TAGS), said(original, RATING)) == ("theirs", ""), "the original says no more")
    after = original.stat()
    assert (after.st_mtime_ns, after.st_size, after.st_ino) == (before.st_mtime_ns, before.st_size, before.st_ino)
    checks = {check["name"]: check["state"] for check in vault.call("doctor")["checks"]}
    assert checks["attributes of files"] == "ok"


def test_a_tag_given_in_the_mount_stands_beside_the_original_until_it_is_undone(vault: RunningVault) -> None:
    beside = vault.pictures / f"{NASTY}.xmp"
    os.mkdir(vault.mountpoint / "tags/zoo")
    os.symlink(vault.mountpoint / "recent" / ALIKE, vault.mountpoint / "tags/zoo" / "any")
    eventually(lambda: beside.exists() and b"<rdf:li>zoo</rdf:li>" in beside.read_bytes(), "the sidecar says it")
    theirs = beside.read_bytes().replace(b"<rdf:li>zoo</rdf:li>", b"<rdf:li>zoo</rdf:li><rdf:li>park</rdf:li>")
    beside.write_bytes(theirs)
    eventually(lambda: vault.run("search", "tag:park source:sidecar").returncode == 0, "the vault knows of it")
    os.unlink(vault.mountpoint / "tags/zoo" / NASTY)
    eventually(lambda: b"zoo" not in beside.read_bytes(), "the sidecar says no more")
    assert b"<rdf:li>park</rdf:li>" in beside.read_bytes()
    checks = {check["name"]: check["state"] for check in vault.call("doctor")["checks"]}
    assert (checks["writing sidecars"], checks["sidecars"]) == ("ok", "ok")
    beside.unlink()
    eventually(lambda: vault.run("search", "tag:park").returncode == 1, "what it said is gone")
    os.rmdir(vault.mountpoint / "tags/zoo")
