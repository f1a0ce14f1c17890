"""Pictures leave as a zip file or into a folder."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.vault import RunningVault
from support.web import Web


@pytest.fixture(scope="module")
def target(demo_vault: RunningVault) -> Path:
    return demo_vault.home / "Export"


@pytest.fixture(scope="module")
def scratch(demo_vault: RunningVault) -> Path:
    """Where the server makes what nobody is to see."""
    folder = demo_vault.home / "scratch"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def exporting(demo_vault: RunningVault, target: Path, scratch: Path) -> Iterator[Web]:
    demo_vault.environ["VVAULT_WEB_EXPORT_FOLDERS"] = str(target)
    demo_vault.environ["TMPDIR"] = str(scratch)
    with Web(demo_vault) as running:
        yield running


@pytest.fixture(scope="module")
def hits(exporting: Web) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = exporting.get("/api/images").json["images"]
    return found


def unzipped(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_zip_has_the_originals_and_what_is_said_of_them(exporting: Web, hits: list[dict[str, Any]]) -> None:
    some = hits[:3]
    ids = [hit["id"] for hit in some]
    exporting.ask("PATCH", f"/api/image/{ids[0]}", {"tags": {"add": ["Größe/大"]}, "rating": 4})
    answer = exporting.post("/api/export", {"ids": ids, "sidecars": True})
    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="pictures-')
    found = unzipped(answer.body)
    for hit in some:
        assert found[hit["name"]] == Path(hit["path"]).read_bytes()
    assert "Größe" in found[f"{some[0]['name']}.xmp"].decode()


def test_all_that_was_said_comes_as_an_archive_that_restore_takes_in(
    exporting: Web, hits: list[dict[str, Any]], scratch: Path, tmp_path: Path
) -> None:
    some = hits[5]
    exporting.ask("PATCH", f"/api/image/{some['id']}", {"tags": {"add": ["kept/elsewhere"]}})
    answer = exporting.get("/api/export/library")
    assert answer.headers["content-type"] == "application/zip"
    assert int(answer.headers["content-length"]) == len(answer.body)
    name = re.fullmatch(r'attachment; filename="(visionary-vault-[\d-]+)\.zip"', answer.headers["content-disposition"])
    assert name is not None
    found = unzipped(answer.body)
    assert {path.partition("/")[0] for path in found} == {name[1]}, "one folder holds all of it"
    assert "elsewhere" in found[f"{name[1]}/xmp{some['path']}.xmp"].decode()
    assert list(scratch.iterdir()) == []
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        archive.extractall(tmp_path)
    exporting.post("/api/undo", {"n": 1})
    assert exporting.vault.call("restore", "--from", tmp_path / name[1])["changed"] > 0
    assert "kept/elsewhere" in {tag["name"] for tag in exporting.get(f"/api/image/{some['id']}").json["tags"]}


def test_no_archive_says_from_which_addresses_pictures_are_fetched(exporting: Web) -> None:
    """An address may hold a key, which no page is told."""
    added = exporting.vault.call("fetch", "add", "https://example.org/feed.xml?key=0123456789", "--every", "never")
    found = unzipped(exporting.get("/api/export/library").body)
    assert not [name for name, content in found.items() if b"example.org" in content]
    exporting.vault.call("fetch", "remove", added["subscription"])


def test_a_query_names_all_that_it_matches(exporting: Web, hits: list[dict[str, Any]]) -> None:
    answer = exporting.post("/api/export", {"query": "type:jpeg"})
    found = unzipped(answer.body)
    assert len(found) == exporting.get("/api/search?q=type:jpeg").json["total"] > 1


def test_an_archive_waits_at_an_address_of_its_own_for_one_who_fetches_it(
    exporting: Web, hits: list[dict[str, Any]]
) -> None:
    wanted = {"ids": [hit["id"] for hit in hits[:2]], "sidecars": True, "as": "download"}
    waiting = exporting.post("/api/export", wanted).json
    assert waiting["seconds"] == 600
    assert exporting.bare("GET", waiting["path"]).status == 401
    fetched = exporting.get(waiting["path"])
    assert fetched.headers["content-disposition"].startswith("attachment")
    assert {hit["name"] for hit in hits[:2]} <= unzipped(fetched.body).keys()
    assert exporting.get(waiting["path"]).status == 404
    assert exporting.post("/api/export", {**wanted, "ids": []}).status == 404


def test_an_original_that_vanished_is_named_and_the_others_come(exporting: Web) -> None:
    vault = exporting.vault
    other, gone = vault.pictures / "stays.jpg", vault.pictures / "vanishes.jpg"
    data = next(vault.pictures.glob("*.jpg")).read_bytes()
    other.write_bytes(data + b"stays")
    gone.write_bytes(data + b"vanishes")
    vault.settle()
    found = exporting.get("/api/search?q=name:stays.jpg OR name:vanishes.jpg".replace(" ", "+")).json["hits"]
    os.chmod(gone, 0)
    gone.rename(vault.home / "vanished.jpg")
    files = unzipped(exporting.post("/api/export", {"ids": [hit["id"] for hit in found]}).body)
    assert "stays.jpg" in files
    assert "vanishes.jpg" in files["NOT EXPORTED.txt"].decode()
    other.unlink()
    vault.settle()


def test_into_an_allowed_folder_go_copies_or_links(exporting: Web, hits: list[dict[str, Any]], target: Path) -> None:
    hit = hits[4]
    wanted = {"ids": [hit["id"]], "as": "folder", "folder": str(target / "2024")}
    assert exporting.post("/api/export", wanted).json | {"folder": ""} == {
        "folder": "", "written": 1, "bytes": hit["size"], "errors": [],
    }  # fmt: skip
    assert (target / "2024" / hit["name"]).read_bytes() == Path(hit["path"]).read_bytes()
    assert exporting.post("/api/export", {**wanted, "links": True}).json["written"] == 1
    (link,) = [path for path in (target / "2024").iterdir() if path.is_symlink()]
    assert os.readlink(link) == hit["path"]
    assert exporting.get("/api/export/folders").json == {"folders": [str(target)]}


@pytest.mark.parametrize(
    "folder", ["/tmp", "{target}/../elsewhere", "relative", "", "{target}\u0000", "{home}", "{target}2"]
)
def test_nothing_goes_into_another_folder(exporting: Web, target: Path, folder: str) -> None:
    place = folder.format(target=target, home=exporting.vault.home)
    answer = exporting.post("/api/export", {"query": "type:jpeg", "as": "folder", "folder": place})
    assert answer.status == 403, answer.body
    assert not (exporting.vault.home / "elsewhere").exists()


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({}, 422),
        ({"ids": ["1"], "query": "x"}, 422),
        ({"ids": ["/etc/passwd"]}, 422),
        ({"ids": ["1"], "as": "tar"}, 422),
        ({"ids": ["1"], "links": True}, 422),
        ({"query": "like:/etc/passwd"}, 403),
        ({"ids": ["99999999"]}, 200),
        ({"query": "name:nothing-has-this-name"}, 404),
        ({"query": "date:"}, 400),
    ],
)
def test_what_does_not_fit_is_told(exporting: Web, wanted: dict[str, Any], status: int) -> None:
    answer = exporting.post("/api/export", wanted)
    assert answer.status == status, answer.body
