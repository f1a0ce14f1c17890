"""Pictures leave as a zip file or into a folder."""

from __future__ import annotations

import io
import os
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
def exporting(demo_vault: RunningVault, target: Path) -> Iterator[Web]:
    demo_vault.environ["VVAULT_WEB_EXPORT_FOLDERS"] = str(target)
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
