"""Originals, parts of them, and what else may lie under a picture's name."""

from __future__ import annotations

import http.client
import os
from pathlib import Path
from typing import Any

import pytest

from support.web import Web


@pytest.fixture(scope="module")
def hit(web: Web) -> dict[str, Any]:
    images: list[dict[str, Any]] = web.get("/api/images").json["images"]
    return max((image for image in images if image["name"].endswith(".jpg")), key=lambda one: int(one["size"]))


def test_an_original_comes_byte_by_byte_under_its_name(web: Web, hit: dict[str, Any]) -> None:
    answer = web.get(f"/api/image/{hit['id']}/file")
    assert answer.body == Path(hit["path"]).read_bytes()
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-disposition"].startswith("inline; filename=")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["etag"].strip('"').startswith(hit["content"])
    assert "immutable" in answer.headers["cache-control"]


def test_what_is_asked_for_first_is_only_its_headers(web: Web, hit: dict[str, Any]) -> None:
    answer = web.ask("HEAD", f"/api/image/{hit['id']}/file")
    assert (answer.status, answer.body, int(answer.headers["content-length"])) == (200, b"", hit["size"])


@pytest.mark.parametrize(
    ("wanted", "start", "end"), [("0-0", 0, 1), ("100-199", 100, 200), ("-50", -50, None), ("7-", 7, None)]
)
def test_a_part_is_the_part(web: Web, hit: dict[str, Any], wanted: str, start: int, end: int | None) -> None:
    answer = web.get(f"/api/image/{hit['id']}/file", Range=f"bytes={wanted}")
    whole = Path(hit["path"]).read_bytes()
    assert answer.status == 206
    assert answer.body == whole[start:end]
    first = len(whole) + start if start < 0 else start
    assert answer.headers["content-range"] == f"bytes {first}-{first + len(answer.body) - 1}/{len(whole)}"


def test_ranges_that_cannot_be_sent_are_told_apart(web: Web, hit: dict[str, Any]) -> None:
    path = f"/api/image/{hit['id']}/file"
    beyond = web.get(path, Range=f"bytes={hit['size']}-")
    assert (beyond.status, beyond.headers["content-range"]) == (416, f"bytes */{hit['size']}")
    assert beyond.headers["content-type"] == "application/problem+json"
    assert web.get(path, Range="bytes=0-1,5-6").status == 200
    assert web.get(path, Range="bytes=5-1").status == 200


def test_a_part_of_another_state_is_all_of_this_one(web: Web, hit: dict[str, Any]) -> None:
    path = f"/api/image/{hit['id']}/file"
    etag = web.ask("HEAD", path).headers["etag"]
    assert web.get(path, Range="bytes=0-9", If_Range=etag).status == 206
    assert web.get(path, Range="bytes=0-9", If_Range='"another"').status == 200
    assert web.get(path, If_None_Match=etag).status == 304


def test_a_download_can_be_broken_off_and_the_server_goes_on(web: Web, hit: dict[str, Any]) -> None:
    for _ in range(20):
        connection = http.client.HTTPConnection(web.host, web.port, timeout=10)
        connection.request("GET", f"/api/image/{hit['id']}/file", headers={"Authorization": f"Bearer {web.token}"})
        connection.getresponse().read(10)
        connection.close()
    assert web.get("/api/status").status == 200


def test_what_became_a_page_is_never_shown_as_one(web: Web) -> None:
    vault = web.vault
    place = vault.pictures / "page.jpg"
    Path(place).write_bytes(next(vault.pictures.glob("*.jpg")).read_bytes() + b"another")
    vault.settle()
    (found,) = web.get("/api/search?q=name:page.jpg").json["hits"]
    before = web.get(f"/api/image/{found['id']}/file").headers
    # The file is exchanged before the daemon could notice it.
    other = vault.home / "page.html"
    other.write_bytes(b"<!doctype html><script>alert(1)</script>")
    os.replace(other, place)
    answer = web.get(f"/api/image/{found['id']}/file")
    if answer.status == 200:
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["etag"] != before["etag"]
        assert "immutable" not in answer.headers["cache-control"]
    place.unlink()
    vault.settle()
    gone = web.get(f"/api/image/{found['id']}/file")
    assert gone.status == 404
    assert gone.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("id", ["..", "%2e%2e", "0", "999999999", "-1", "17%2f..%2f18", "%2fetc%2fpasswd", "a"])
def test_what_is_no_id_is_no_file(web: Web, id: str) -> None:
    for path in (f"/api/image/{id}/file", f"/api/image/{id}/workflow"):
        answer = web.get(path)
        assert answer.status in (404, 422), path
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_generated_picture_gives_its_graph_and_others_have_none(web: Web, hit: dict[str, Any]) -> None:
    assert web.get(f"/api/image/{hit['id']}/workflow").status == 404


def test_without_allowed_folders_pictures_leave_as_a_zip_only(web: Web, hit: dict[str, Any], tmp_path: Path) -> None:
    answer = web.post("/api/export", {"ids": [hit["id"]], "as": "folder", "folder": str(tmp_path)})
    assert (answer.status, web.get("/api/export/folders").json) == (403, {"folders": []})
    assert "export_folders" in answer.json["hint"]
    assert list(tmp_path.iterdir()) == []
