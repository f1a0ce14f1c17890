"""What must not come in: paths of files, in every place; bodies that are too long; requests that are none."""

from __future__ import annotations

import io
import re
import socket
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from PIL import Image

from support.web import Web
from vaultweb.uploads import MOST_BYTES

ESCAPES = ("../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "/etc/passwd", "%2fetc%2fpasswd")


def _places(web: Web, escape: str) -> Iterator[tuple[str, str]]:
    """Every way to ask each address of the interface that has something to fill in, filled."""
    for path, operations in web.get("/api/openapi.json").json["paths"].items():
        for method in operations:
            if "{" in path:
                yield method.upper(), re.sub(r"{[^}]+}", escape, path)
                yield method.upper(), path.partition("{")[0] + escape


@pytest.mark.parametrize("escape", ESCAPES)
def test_no_address_leads_out_of_the_vault(web: Web, escape: str) -> None:
    places = [*_places(web, escape), ("GET", f"/assets/{escape}"), ("GET", f"/{escape}")]
    assert {method for method, _ in places} >= {"GET", "POST", "PATCH", "DELETE"}
    for method, place in places:
        answer = web.ask(method, place, None if method == "GET" else {})
        assert answer.status in (303, 400, 401, 403, 404, 405, 422), (method, place)
        assert b"root:" not in answer.body


def test_a_file_is_named_neither_by_a_query_nor_in_its_place(web: Web) -> None:
    path = web.get("/api/images?limit=1").json["images"][0]["path"]
    query = quote(f"like:{path}")
    for asked in ("search", "layout", "images", "timeline", "facets", "parse"):
        answer = web.get(f"/api/{asked}?q={query}")
        assert answer.status == 403, asked
        assert "by path" in answer.json["detail"]
        assert answer.json["hint"] == "use the id that a search shows"
    assert web.get(f"/api/explain?image=1&q={query}").status == 403
    for where in (f"search?like={quote(path)}", f"explain?image={quote(path)}", f"log?image={quote(path)}"):
        assert web.get(f"/api/{where}").status == 422
    assert web.post("/api/images/batch", {"query": f"like:{path}", "rating": 5}).status == 403
    hidden = {"ids": ["1"], "hide": {"query": f"like:{path}"}}
    assert web.post("/api/images/batch", hidden).status == 403
    assert web.post("/api/saved", {"name": "mine", "query": f"like:{path}"}).status == 403


def test_names_and_paths_may_still_be_searched_for(web: Web) -> None:
    assert web.get(f"/api/search?q={quote('path:Pictures')}").json["total"]


def test_fifty_megabytes_are_looked_at_and_more_than_we_take_are_not(web: Web) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(picture, "PNG")
    heavy = picture.getvalue() + b"\0" * (50 << 20)
    assert web.post("/api/search?limit=1", heavy, Content_Type="image/png").status == 200
    said = {"Authorization": f"Bearer {web.token}", "Content-Type": "image/png", "Content-Length": "1" + "0" * 12}
    assert web.bare("POST", "/api/search", b"", said).status == 413
    assert _unannounced(web, MOST_BYTES + (1 << 20)) == 413
    assert not list(web.vault.socket.with_name("web-uploads").iterdir())


def test_who_hangs_up_once_answered_leaves_no_trace_in_the_log(web: Web) -> None:
    said = {"Authorization": f"Bearer {web.token}", "Content-Type": "image/png", "Content-Length": "1" + "0" * 12}
    for _ in range(400):
        assert web.bare("POST", "/api/search", b"", said).status == 413
    assert "Traceback" not in web.vault.log("web")


def _unannounced(web: Web, length: int) -> int:
    """The status of an upload that does not say how long it is."""
    chunk = b"10000\r\n" + b"\0" * 0x10000 + b"\r\n"
    head = f"POST /api/search HTTP/1.1\r\nHost: {web.host}:{web.port}\r\nAuthorization: Bearer {web.token}\r\n"
    with socket.create_connection((web.host, web.port), 60) as wire:
        wire.sendall(head.encode() + b"Content-Type: image/png\r\nTransfer-Encoding: chunked\r\n\r\n")
        try:
            for _ in range(length >> 16):
                wire.sendall(chunk)
            wire.sendall(b"0\r\n\r\n")
        except OSError:
            pass  # it was answered before it was sent
        return int(wire.makefile("rb").readline().split()[1])


@pytest.mark.parametrize("kind", ["text/html", "application/json", "multipart/form-data"])
def test_what_is_sent_to_be_compared_is_a_picture(web: Web, kind: str) -> None:
    assert web.post("/api/search", b"x", Content_Type=kind).status == 415


def test_bytes_that_are_no_picture_are_said_to_be_none(web: Web) -> None:
    answer = web.post("/api/search", b"GIF89a but not really", Content_Type="image/gif")
    assert answer.status == 422
    assert answer.json["detail"].startswith("The picture")
    assert "web-uploads" not in answer.body.decode()


def test_a_body_of_json_has_its_limit(web: Web) -> None:
    assert web.post("/api/images/batch", b"[" * (5 << 20)).status == 413
    assert web.post("/api/images/batch", b"[" * 100_000).status == 422


def test_what_is_not_understood_is_told_with_its_place(web: Web) -> None:
    problem = web.get("/api/search?q=red+(car")
    assert problem.status == 400
    assert (problem.json["code"], problem.json["position"]) == (1001, 4)
    assert problem.json["hint"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/nothing", 404),
        ("GET", "/nothing", 404),
        ("DELETE", "/api/status", 405),
        ("GET", "/api/image/x", 422),
        ("GET", "/api/image/99999", 404),
        ("GET", "/api/images?limit=0", 422),
        ("GET", "/api/images?lmit=5", 422),
        ("GET", "/api/images?cursor=x", 422),
        ("GET", "/api/search?level=most", 422),
        ("GET", "/api/search?snapshot=x", 404),
        ("GET", "/api/placeholders?ids=1,x", 422),
        ("GET", "/assets/none.js", 404),
    ],
)
def test_every_error_is_a_problem(web: Web, method: str, path: str, status: int) -> None:
    answer = web.ask(method, path)
    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json
    assert (problem["type"], problem["status"]) == ("about:blank", status)
    assert problem["title"]
    assert problem["detail"]


def test_a_web_socket_is_not_opened(web: Web) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }
    assert web.ask("GET", "/api/events", headers=upgrade).status in (400, 403)


def test_who_asks_by_a_method_that_there_is_not_is_told_all_that_there_are(web: Web) -> None:
    for path, methods in (
        ("/api/tags", "GET, POST"),
        ("/api/albums/Summer", "DELETE, GET, PATCH"),
        ("/api/image/17/file", "GET, HEAD"),
    ):
        answer = web.ask("PUT", path)
        assert (answer.status, answer.headers["allow"]) == (405, methods)
        assert answer.headers["content-type"] == "application/problem+json"
