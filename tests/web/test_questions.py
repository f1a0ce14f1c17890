"""Every question that can be asked over HTTP, asked of a real daemon."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from support.web import Web
from vaultipc.blocking import Client


def _first(web: Web) -> str:
    found: str = web.get("/api/images?limit=1").json["images"][0]["id"]
    return found


def test_an_answer_is_the_sockets_answer(web: Web) -> None:
    with Client(web.vault.socket) as client:
        for path, method, params in (
            ("/api/image/1", "image", {"image": "1"}),
            ("/api/layout", "layout", {}),
            ("/api/timeline?q=width:%3E0&sort=size", "timeline", {"query": "width:>0", "sort": "size"}),
            ("/api/parse?q=red+tag:x", "parse", {"query": "red tag:x"}),
            ("/api/complete?prefix=ty", "complete", {"text": "ty"}),
            ("/api/explain?q=red&image=1", "explain", {"query": "red", "image": "1"}),
            ("/api/log", "log", {}),
        ):
            told, socket = web.get(path).json, json.loads(client.call_raw(method, params))
            socket.pop("snapshot", None)
            assert {name: told[name] for name in socket} == socket, path


def test_all_images_come_page_by_page(web: Web) -> None:
    ids: list[str] = []
    cursor = ""
    while True:
        page = web.get(f"/api/images?limit=7&cursor={quote(cursor)}").json
        ids += [hit["id"] for hit in page["images"]]
        assert len(page["images"]) <= 7
        if page["next"] is None:
            break
        cursor = page["next"]
    assert len(ids) == len(set(ids)) == page["total"]
    assert sorted(ids) == sorted(web.get("/api/layout").json["ids"])


def test_a_page_that_did_not_change_is_not_sent_again(web: Web) -> None:
    first = web.get("/api/images?limit=3")
    again = web.get("/api/images?limit=3", If_None_Match=first.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert web.get("/api/images?limit=3", If_None_Match='"other"').status == 200


def test_conditions_narrow_what_is_listed(web: Web) -> None:
    every = web.get("/api/images").json["total"]
    png = web.get("/api/images?type=png").json["total"]
    jpeg = web.get("/api/images?type=jpeg").json["total"]
    assert 0 < png < every
    assert 0 < jpeg < every
    assert web.get("/api/images?type=png&type=jpeg").json["total"] == 0
    assert web.get("/api/images?type=png&q=width:%3E0+OR+width:%3E0").json["total"] == png
    assert web.get("/api/images?tag=no%22such%5Ctag").json["total"] == 0
    assert web.get("/api/images?type=png&q=sort:size").json["total"] == png
    both = quote("width:>0 OR width:>0 sort:size limit:1000")
    assert web.get(f"/api/images?type=png&q={both}").json["total"] == png
    words = quote('width:>0 OR "sort:size"')
    assert web.get(f"/api/images?type=png&q={words}").json["total"] == png


def test_a_layout_has_columns_of_one_length(web: Web) -> None:
    told = web.get("/api/layout").json
    columns = ("ids", "widths", "heights", "days", "colours", "contents")
    assert {len(told[name]) for name in columns} == {told["total"]}
    assert web.get(f"/api/layout?snapshot={told['snapshot']}").json["ids"] == told["ids"]


def test_searching_finds_and_says_why(web: Web) -> None:
    found = web.get("/api/search?q=type:png&explain=true&facets=true&limit=2").json
    assert len(found["hits"]) == 2
    assert found["facets"]["type"] == {"image/png": found["total"]}
    assert all(hit["explain"]["matched"] for hit in found["hits"])
    rest = web.get(f"/api/search?snapshot={found['snapshot']}&offset=2").json
    assert len(rest["hits"]) == min(found["total"] - 2, 100)


def test_what_looks_like_an_image_leaves_it_out(web: Web) -> None:
    one = _first(web)
    found = web.get(f"/api/search?like={one}&level=all&limit=5").json
    assert found["hits"]
    assert one not in [hit["id"] for hit in found["hits"]]


def test_a_picture_that_is_sent_is_compared_and_not_kept(web: Web) -> None:
    before = web.get("/api/status").json["images"]
    hit = web.get("/api/search?q=type:jpeg&limit=1").json["hits"][0]
    sent = Path(hit["path"]).read_bytes()
    found = web.post("/api/search?level=all&limit=3", sent, Content_Type="image/jpeg")
    assert found.status == 200
    assert hit["id"] in [one["id"] for one in found.json["hits"]]
    assert not list(web.vault.socket.with_name("web-uploads").iterdir())
    assert str(web.vault.socket.parent) not in found.body.decode()
    assert web.get("/api/status").json["images"] == before


def test_facets_count_what_a_query_matches_and_everything_without_one(web: Web) -> None:
    assert sum(web.get("/api/facets").json["type"].values()) == web.get("/api/layout").json["total"]
    assert set(web.get("/api/facets?q=type:png").json["type"]) == {"image/png"}


def test_placeholders_are_twelve_pixels(web: Web) -> None:
    ids = web.get("/api/layout").json["ids"]
    told = web.get(f"/api/placeholders?ids={','.join(ids)}").json["placeholders"]
    assert set(told) <= set(ids)
    assert {len(one) for one in told.values()} == {48}  # 36 bytes in base64


def test_an_image_is_told_whole(web: Web) -> None:
    one = web.get(f"/api/image/{_first(web)}")
    assert one.headers["etag"] == f'"{one.json["seq"]}"'
    assert isinstance(one.json["history"], list)
    assert isinstance(one.json["duplicates"], list)


def test_duplicates_of_an_image_are_told_with_it(web: Web) -> None:
    groups = web.get("/api/duplicates?level=exact").json["groups"]
    assert groups, "the demo library has copies"
    group = groups[0]
    assert group in web.get(f"/api/image/{group['image']}").json["duplicates"]


def test_the_cursor_decides_what_is_completed(web: Web) -> None:
    whole = web.get("/api/complete?prefix=typ+red&position=3").json
    assert whole["start"] == 0
    assert "type:" in [one["text"] for one in whole["completions"]]


@pytest.mark.parametrize("path", ["/api/status", "/api/log", "/api/facets", "/api/timeline", "/api/openapi.json"])
def test_nobody_between_keeps_what_is_private(web: Web, path: str) -> None:
    assert web.get(path).headers.get("cache-control", "") in ("no-cache", "no-store", "")


def test_like_stands_in_place_of_a_query(web: Web) -> None:
    answer = web.get("/api/search?like=1&q=red")
    assert (answer.status, "`q`" in answer.json["detail"]) == (422, True)
