"""Small pictures over HTTP."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from support.web import Answer, Web


@pytest.fixture(scope="module")
def hits(web: Web) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = web.get("/api/images").json["images"]
    assert len(found) > 10
    return found


def looked_at(answer: Answer) -> tuple[str | None, tuple[int, int]]:
    assert answer.status == 200, answer.body
    with Image.open(BytesIO(answer.body)) as picture:
        picture.load()
        return picture.format, picture.size


@pytest.mark.parametrize("size", [256, 512, 1024])
@pytest.mark.parametrize(("ending", "form"), [("webp", "WEBP"), ("avif", "AVIF"), ("jpg", "JPEG")])
def test_a_thumbnail_has_the_format_and_at_most_the_size_of_its_name(
    web: Web, hits: list[dict[str, Any]], size: int, ending: str, form: str
) -> None:
    hit = hits[0]
    answer = web.get(f"/thumbnails/{hit['content']}-{size}.{ending}")
    shown, (width, height) = looked_at(answer)
    assert shown == form
    assert answer.headers["content-type"] == f"image/{'jpeg' if ending == 'jpg' else ending}"
    assert max(width, height) == min(size, max(hit["width"], hit["height"]))
    assert abs(width / height - hit["width"] / hit["height"]) < 0.05


def test_a_thumbnail_may_be_kept_for_ever_and_does_nothing(web: Web, hits: list[dict[str, Any]]) -> None:
    path = f"/thumbnails/{hits[0]['content']}-256.webp"
    told = web.get(path).headers
    assert "immutable" in told["cache-control"]
    assert "private" in told["cache-control"]
    assert told["x-content-type-options"] == "nosniff"
    assert told["content-security-policy"] == "sandbox; default-src 'none'"
    again = web.get(path, If_None_Match=told["etag"])
    assert (again.status, again.body) == (304, b"")


def test_the_accept_header_chooses_where_the_name_does_not(web: Web, hits: list[dict[str, Any]]) -> None:
    path = f"/thumbnails/{hits[1]['content']}-256"
    assert looked_at(web.get(path, Accept="image/avif,image/webp,*/*"))[0] == "WEBP"
    assert looked_at(web.get(path, Accept="image/avif"))[0] == "AVIF"
    plain = web.get(path)
    assert looked_at(plain)[0] == "JPEG"
    assert "Accept" in plain.headers["vary"]


def test_an_image_is_also_named_by_its_id(web: Web, hits: list[dict[str, Any]]) -> None:
    hit = hits[2]
    by_id, by_content = (web.get(f"/thumbnails/{name}-256.webp") for name in (f"id/{hit['id']}", hit["content"]))
    assert by_id.status == 200
    assert (by_id.body, by_id.headers["etag"]) == (by_content.body, by_content.headers["etag"])


@pytest.mark.parametrize(
    "name",
    ["0123456789abcdef-257.webp", "0123456789abcdef-256.png", "..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "x",
     "0123456789ABCDEF-256.webp", "id/..-256", "id/17", "%00-256"],
)  # fmt: skip
def test_a_name_that_is_none_leads_to_no_file(web: Web, name: str) -> None:
    answer = web.get(f"/thumbnails/{name}")
    assert answer.status in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_content_that_nobody_knows_is_a_problem(web: Web) -> None:
    assert web.get("/thumbnails/0123456789abcdef-256.webp").status == 404
    assert web.get("/thumbnails/id/999999-256").status == 404


def test_thumbnails_need_the_session(web: Web, hits: list[dict[str, Any]]) -> None:
    path = f"/thumbnails/{hits[0]['content']}-256.webp"
    assert web.bare("GET", path).status == 401
    assert web.bare("GET", path, headers={"Cookie": web.cookie()}).status == 200


def test_a_thousand_at_once_are_all_answered(web: Web, hits: list[dict[str, Any]]) -> None:
    """Each over a connection of its own; none is asked for before all of them stand."""
    kinds = ("256.webp", "512.webp", "256.jpg", "1024.webp")
    contents = [hit["content"] for hit in hits]
    asked = [f"/thumbnails/{contents[at % len(contents)]}-{kinds[at % len(kinds)]}" for at in range(1000)]
    all_there = threading.Barrier(len(asked), timeout=60)

    def ask(path: str) -> Answer:
        all_there.wait()
        return web.get(path)

    with ThreadPoolExecutor(len(asked)) as threads:
        answers = list(threads.map(ask, asked))
    assert Counter(answer.status for answer in answers) == {200: 1000}
    bodies = {path: answer.body for path, answer in zip(asked, answers, strict=True)}
    assert all(bodies[path] == answer.body for path, answer in zip(asked, answers, strict=True))
