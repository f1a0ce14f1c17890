"""What is changed over HTTP: one image, many, and back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.web import Web


@pytest.fixture
def ids(web: Web) -> Iterator[list[str]]:
    """Three images that nothing was said of; all that is said of them is taken back."""
    before = _done(web)
    told = (web.get(f"/api/image/{hit['id']}").json for hit in web.get("/api/images").json["images"])
    yield [image["id"] for image in told if not image["texts"] and not image["tags"]][:3]
    for action in _done(web):
        if action not in before:
            assert web.post("/api/undo", {"id": action}).status == 200


def _done(web: Web) -> list[str]:
    """Actions that hold, the newest first."""
    actions = web.get("/api/log?limit=1000").json["actions"]
    held = [action for action in actions if not action["undone"] and action["kind"] != "undo"]
    return [action["id"] for action in held if "taken back in the same gesture" not in action["summary"]]


def test_one_request_is_one_undo_however_much_it_changes(web: Web, ids: list[str]) -> None:
    before = len(web.get(f"/api/image/{ids[0]}").json["history"])
    wanted = {"tags": {"add": ["pets/dogs"]}, "caption": "A dog", "prompt": "dog", "favourite": True, "rating": 4}
    changed = web.ask("PATCH", f"/api/image/{ids[0]}", wanted)
    assert changed.status == 200
    told = changed.json
    assert (told["tags"][0]["name"], told["favourite"], told["rating"]) == ("pets/dogs", True, 4)
    assert {text["kind"]: text["text"] for text in told["texts"]} == {"caption": "A dog", "prompt": "dog"}
    assert len(told["history"]) == before + 1
    undone = web.post("/api/undo", {"n": 1})
    assert undone.status == 200
    back = web.get(f"/api/image/{ids[0]}").json
    assert (back["tags"], back["texts"], back["favourite"], back["rating"]) == ([], [], False, 0)


def test_who_saw_an_older_state_changes_nothing(web: Web, ids: list[str]) -> None:
    seen = web.get(f"/api/image/{ids[0]}").headers["etag"]
    first = web.ask("PATCH", f"/api/image/{ids[0]}", {"title": "One"}, {"If-Match": seen})
    assert first.status == 200
    second = web.ask("PATCH", f"/api/image/{ids[0]}", {"title": "Two", "rating": 1}, {"If-Match": seen})
    assert second.status == 412
    assert web.get(f"/api/image/{ids[0]}").json["rating"] == 0
    again = web.ask("PATCH", f"/api/image/{ids[0]}", {"title": "Two", "rating": 1}, {"If-Match": first.headers["etag"]})
    assert again.status == 200


@pytest.mark.parametrize("etag", ["x", '"-1"', '""', "[]"])
def test_what_is_no_state_of_an_image_matches_none(web: Web, ids: list[str], etag: str) -> None:
    assert web.ask("PATCH", f"/api/image/{ids[0]}", {"title": "One"}, {"If-Match": etag}).status == 412


def test_a_change_that_fails_half_way_leaves_nothing_behind(web: Web, ids: list[str]) -> None:
    before = len(_done(web))
    wanted = {"ids": ids, "tags": {"add": ["half"]}, "rating": 5, "album": {"remove": "no such album"}}
    assert web.post("/api/images/batch", wanted).status == 404
    assert len(_done(web)) == before
    assert "half" not in [tag["name"] for tag in web.get("/api/tags").json["tags"]]
    assert web.get(f"/api/image/{ids[0]}").json["rating"] == 0


def test_many_are_changed_and_brought_back_as_one(web: Web, ids: list[str]) -> None:
    before = len(_done(web))
    wanted = {"ids": ids, "tags": {"add": ["trip"]}, "favourite": True, "album": {"add": "Summer"}}
    done = web.post("/api/images/batch", wanted)
    assert (done.status, done.json["changed"]) == (200, 3)
    assert web.get("/api/albums/Summer").json["hits"]
    assert len(_done(web)) == before + 1
    assert web.post("/api/undo", {"id": done.json["action"]}).status == 200
    assert web.get("/api/images?tag=trip").json["total"] == 0
    assert web.get("/api/images?fav=yes").json["total"] == 0


def test_a_query_is_settled_before_anything_is_changed(web: Web, ids: list[str]) -> None:
    web.post("/api/images/batch", {"ids": ids, "tags": {"add": ["old"]}})
    wanted = {"query": "tag:old", "tags": {"add": ["new"], "remove": ["old"]}, "rating": 3}
    assert web.post("/api/images/batch", wanted).json["changed"] == 3
    found = web.get("/api/images?tag=new&rating=3").json
    assert sorted(hit["id"] for hit in found["images"]) == sorted(ids)


def test_an_image_that_is_not_there_is_said_so(web: Web, ids: list[str]) -> None:
    assert web.ask("PATCH", "/api/image/99999", {"rating": 3}).status == 404
    done = web.post("/api/images/batch", {"ids": [ids[0], "99999"], "rating": 3}).json
    assert [error["item"] for error in done["errors"]] == ["99999"]
    assert done["changed"] == 1


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"ids": ["1"]},
        {"rating": 3},
        {"ids": ["1"], "query": "red", "rating": 3},
        {"query": " ", "rating": 3},
        {"ids": ["1"], "rating": 6},
        {"ids": ["1"], "stars": 3},
        {"ids": ["/etc/passwd"], "rating": 3},
        {"ids": "1", "rating": 3},
        [],
        None,
    ],
)
def test_a_body_that_does_not_fit_changes_nothing(web: Web, wanted: object) -> None:
    before = len(_done(web))
    assert web.post("/api/images/batch", wanted if wanted is not None else b"null").status == 422
    assert len(_done(web)) == before


def test_the_last_change_is_undone_without_a_word_more(web: Web, ids: list[str]) -> None:
    assert web.ask("PATCH", f"/api/image/{ids[0]}", {"rating": 5}).status == 200
    undone = web.ask("POST", "/api/undo")
    assert (undone.status, len(undone.json["actions"])) == (200, 1)
    assert web.get(f"/api/image/{ids[0]}").json["rating"] != 5
    for method, path in (("POST", "/api/tags"), ("PATCH", f"/api/image/{ids[0]}"), ("POST", "/api/images/batch")):
        assert web.ask(method, path).status in (415, 422)


def test_a_body_must_say_that_it_is_json(web: Web) -> None:
    assert web.ask("PATCH", "/api/image/1", b'{"rating": 1}', {"Content-Type": "text/plain"}).status == 415
    assert web.ask("PATCH", "/api/image/1", b"{", {}).status == 422


def test_what_does_not_fit_is_told_in_a_sentence(web: Web, ids: list[str]) -> None:
    answer = web.ask("PATCH", f"/api/image/{ids[0]}", {"rating": 6})
    assert answer.json["detail"] == "The body does not fit: `rating` must be a whole number of at most 5"
