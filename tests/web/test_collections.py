"""Tags, albums, saved searches, rules, folders and models over HTTP."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from support.web import Web


@pytest.fixture(scope="module")
def ids(web: Web) -> list[str]:
    return [hit["id"] for hit in web.get("/api/images?limit=5").json["images"]]


def names(web: Web, what: str) -> set[str]:
    return {one["name"] for one in web.get(f"/api/{what}").json[what]}


def actions(web: Web) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = web.get("/api/log?limit=1000").json["actions"]
    return found


def done(web: Web, method: str, path: str, body: Any = None) -> dict[str, Any]:
    """A change that is made, as one action."""
    before = len(actions(web))
    answer = web.ask(method, path, body)
    assert answer.status == 200, answer.body
    assert len(actions(web)) == before + 1
    result: dict[str, Any] = answer.json
    return result


def test_a_tag_of_any_depth_is_made_renamed_merged_and_deleted(web: Web, ids: list[str]) -> None:
    done(web, "POST", "/api/tags", {"name": "wild/Füchse 狐"})
    done(web, "PATCH", f"/api/image/{ids[0]}", {"tags": {"add": ["wild/Füchse 狐"]}})
    done(web, "PATCH", f"/api/tags/{quote('wild/Füchse 狐', safe='')}", {"name": "wild/foxes"})
    assert {"wild", "wild/foxes"} & names(web, "tags")
    done(web, "POST", "/api/tags/merge", {"sources": ["wild/foxes"], "into": "animals"})
    assert "animals" in {tag["name"] for tag in web.get(f"/api/image/{ids[0]}").json["tags"]}
    refused = web.ask("DELETE", "/api/tags/animals?force=false")
    assert (refused.status, refused.json["code"]) == (409, 1003)
    done(web, "DELETE", "/api/tags/animals")
    assert "animals" not in names(web, "tags")
    assert web.ask("DELETE", "/api/tags/animals").status == 404


def test_an_album_keeps_the_order_that_it_is_given(web: Web, ids: list[str]) -> None:
    album = f"/api/albums/{quote('Sommer & mehr ☀')}"
    done(web, "POST", "/api/albums", {"name": "Sommer & mehr ☀"})
    done(web, "POST", f"{album}/images", {"ids": ids[:3]})
    done(web, "POST", f"{album}/images", {"ids": [ids[2], ids[3]], "before": ids[0]})
    order = [hit["id"] for hit in web.get(album).json["hits"]]
    assert order == [ids[2], ids[3], ids[0], ids[1]]
    done(web, "POST", f"{album}/images", {"ids": [ids[2]], "before": "end"})
    assert [hit["id"] for hit in web.get(album).json["hits"]] == [ids[3], ids[0], ids[1], ids[2]]
    done(web, "DELETE", f"{album}/images", {"ids": [ids[0]]})
    done(web, "PATCH", album, {"name": "Winter"})
    assert len(web.get("/api/albums/Winter").json["hits"]) == 3
    done(web, "DELETE", "/api/albums/Winter")
    assert web.get("/api/albums/Winter").status == 404


def test_a_saved_search_changes_its_name_and_query_in_one_action(web: Web) -> None:
    done(web, "POST", "/api/saved", {"name": "Cars", "query": "car", "level": "loose"})
    assert web.post("/api/saved", {"name": "Cars", "query": "bus"}).status == 409
    done(web, "PATCH", "/api/saved/Cars", {"name": "Red", "query": "red car"})
    (found,) = [one for one in web.get("/api/saved").json["saved"] if one["name"] == "Red"]
    assert (found["query"], found["level"]) == ("red car", "loose")
    web.post("/api/undo", {"n": 1})
    (found,) = [one for one in web.get("/api/saved").json["saved"] if one["name"] == "Cars"]
    assert found["query"] == "car"
    assert web.ask("PATCH", "/api/saved/Cars", {"query": "tag:"}).status == 400
    assert web.ask("PATCH", "/api/saved/Cars", {"query": "like:/etc/passwd"}).status == 403
    done(web, "DELETE", "/api/saved/Cars")
    assert web.ask("PATCH", "/api/saved/Cars", {"query": "x"}).status == 404


def test_a_change_that_fails_half_way_is_not_made(web: Web) -> None:
    for name in ("One", "Two"):
        web.post("/api/saved", {"name": name, "query": "car"})
    assert web.ask("PATCH", "/api/saved/One", {"query": "bus", "name": "Two"}).status == 409
    queries = {one["name"]: one["query"] for one in web.get("/api/saved").json["saved"]}
    assert (queries["One"], queries["Two"]) == ("car", "car")


def test_a_rule_is_tried_made_run_and_removed(web: Web) -> None:
    rule = {"query": "type:jpeg", "tag": "photos"}
    tried = web.post("/api/rules", {**rule, "dry_run": True}).json
    assert (tried["rule"], tried["matched"] > 0) == ("", True)
    made = web.post("/api/rules", rule).json
    assert made["changed"] == tried["matched"]
    assert web.post("/api/rules/run", {"rule": made["rule"]}).json["rules"][0]["changed"] == 0
    assert web.ask("DELETE", f"/api/rules/{made['rule']}").status == 200
    assert "photos" not in {one["tag"] for one in web.get("/api/rules").json["rules"]}


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/api/saved", {"name": "x", "query": "like:/etc/passwd"}, 403),
        ("POST", "/api/saved", {"name": "x", "query": 'like:"~/secret.jpg"'}, 403),
        ("POST", "/api/rules", {"query": "like:∕etc∕passwd", "tag": "x"}, 403),
        ("POST", "/api/albums/x/images", {"ids": ["/etc/passwd"]}, 422),
        ("POST", "/api/albums/x/images", {"query": "like:/etc/passwd"}, 403),
        ("DELETE", "/api/albums/x/images", {"query": "like:/etc/passwd"}, 403),
        ("POST", "/api/write-metadata", {"query": "like:/etc/passwd"}, 403),
        ("POST", "/api/export", {"query": "like:/etc/passwd"}, 403),
        ("POST", "/api/models/use", {"name": "/tmp/pack"}, 422),
        ("POST", "/api/models/use", {"name": "~root"}, 422),
        ("POST", "/api/duplicates/trash", {"images": ["/etc/passwd"], "yes": True}, 422),
        ("POST", "/api/write-metadata", {"ids": ["../1"]}, 422),
        ("POST", "/api/backup", {"to": "/tmp/x"}, 200),
        ("DELETE", "/api/roots/%2ftmp%2fx", None, 404),
        ("DELETE", "/api/roots/~", None, 422),
        ("POST", "/api/roots", {"paths": ["/tmp/x"]}, 405),
        ("GET", "/api/models/..%2f..%2fetc", None, 404),
        ("GET", "/api/albums/..%2f..%2fetc%2fpasswd", None, 404),
        ("GET", "/api/tags/../../etc/passwd", None, 404),
        ("GET", "/api/views/%2e%2e%2fetc", None, 404),
    ],
)
def test_no_path_of_a_file_comes_in(web: Web, method: str, path: str, body: Any, status: int) -> None:
    answer = web.ask(method, path, body)
    assert answer.status in (status, 405) if method == "GET" else answer.status == status, answer.body
    assert answer.status != 200 or "/tmp/x" not in answer.body.decode()


def test_a_key_that_nobody_knows_is_refused(web: Web) -> None:
    answer = web.post("/api/tags", {"name": "x", "colour": "red"})
    assert (answer.status, "colour" in answer.json["detail"]) == (422, True)
    assert web.ask("POST", "/api/tags", b"{", {"Content-Type": "application/json"}).status == 422
    assert web.ask("POST", "/api/tags", b"name=x", {"Content-Type": "text/plain"}).status == 415


def test_a_folder_is_watched_no_more_and_what_was_said_of_its_pictures_is_there_when_it_is_again(
    web: Web, ids: list[str]
) -> None:
    vault = web.vault
    (root,) = web.get("/api/roots").json["roots"]
    done(web, "POST", "/api/images/batch", {"ids": ids[:2], "tags": {"add": ["of a folder"]}})
    removed = web.ask("DELETE", f"/api/roots/{root['id']}")
    assert (removed.status, removed.json) == (200, {"roots": []})
    assert web.get("/api/images").json["total"] == 0
    again = web.ask("DELETE", f"/api/roots/{root['id']}")
    assert (again.status, again.json["detail"]) == (404, f"there is no watched folder {root['id']}")
    assert len(list(vault.pictures.iterdir())) == root["files"], "no file was touched"
    vault.call("add", vault.pictures)
    vault.settle()
    assert web.get("/api/roots").json["roots"][0]["id"] == root["id"]
    assert {hit["id"] for hit in web.get(f"/api/search?q=tag:{quote('of?a?folder')}").json["hits"]} == set(ids[:2])


def test_reading_is_paused_and_goes_on(web: Web) -> None:
    assert web.ask("POST", "/api/pause").json["state"] == "paused"
    assert web.ask("POST", "/api/resume").json["state"] != "paused"
    roots = web.get("/api/roots").json["roots"]
    assert roots[0]["files"] > 0
    assert web.ask("POST", "/api/rescan").json["missing"] == 0
    assert {"files", "hidden"} == web.get("/api/failed").json.keys()
    assert web.get("/api/offline").json == {"volumes": []}
