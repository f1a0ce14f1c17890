"""Pictures on a drive that is pulled out, under a real daemon that shows them, and one that does not. Needs root."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from support.drive import Drive, empty_drive
from support.ingesting import draw
from support.vault import RunningVault, eventually
from support.web import Web
from vaultipc.blocking import Client


class Away(NamedTuple):
    """A vault with `here.png`, and `away.png` on a stick that was plugged in at `stick` and is not any more."""

    vault: RunningVault
    drive: Drive
    stick: Path
    image: str


@pytest.fixture(scope="module")
def away(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Away]:
    folder = tmp_path_factory.mktemp("s")
    with empty_drive(folder / "disk") as drive, RunningVault(folder / "v") as vault:
        stick = vault.home / "Stick"
        drive.attach(stick)
        draw(stick / "away.png", "red")
        draw(vault.pictures / "here.png", "blue")
        vault.environ["VVAULT_SEARCH_OFFLINE"] = "show"
        vault.start()
        vault.call("add", vault.pictures, stick)
        vault.settle()
        vault.call("tag", "pets", "--query", "name:*.png")
        image = vault.call("search", "name:away.png")["hits"][0]["id"]
        drive.detach()
        eventually(lambda: vault.call("status")["offline"] == 1, "noticed by itself", 60)
        yield Away(vault, drive, stick, image)


def asked(away: Away, method: str, **params: object) -> dict[str, Any]:
    with Client(away.vault.socket, 20.0) as client:
        answer: dict[str, Any] = json.loads(client.call_raw(method, params))
    return answer


def told(answer: dict[str, Any]) -> dict[str, str]:
    return {hit["name"]: hit["state"] for hit in (answer.get("hits") or answer["images"])}


BOTH = {"here.png": "online", "away.png": "offline"}


def test_a_search_finds_it_with_where_it_was_and_says_that_it_is_offline(away: Away) -> None:
    found = away.vault.call("search", "tag:pets", "--facets")
    assert told(found) == BOTH
    assert found["facets"]["tag"] == {"pets": 2}
    assert away.vault.run("search", "name:away.png").stdout == f"{away.stick}/away.png\n"


@pytest.mark.parametrize(
    ("method", "params"),
    [
        ("view", {"view": "recent"}),
        ("tags.folder", {"tag": "pets"}),
        ("facet.images", {"facet": "type", "value": "png"}),
        ("images", {}),
        ("similar", {"image": "here.png", "level": "all"}),
    ],
)
def test_whatever_lists_pictures_lists_it(away: Away, method: str, params: dict[str, object]) -> None:
    expected = {"away.png": "offline"} if method == "similar" else BOTH
    assert told(asked(away, method, **params)) == expected


def test_counts_have_it(away: Away) -> None:
    (tag,) = asked(away, "tags")["tags"]
    (kind,) = asked(away, "facet.values", facet="type")["values"]
    assert (tag["count"], kind["count"], asked(away, "layout")["away"] != []) == (2, 2, True)


def test_what_is_said_of_pictures_by_a_query_is_said_of_it_too_and_taken_back_as_one(away: Away) -> None:
    assert away.vault.call("tag", "seen", "--query", "tag:pets")["changed"] == 2
    assert told(away.vault.call("search", "tag:seen")) == BOTH
    away.vault.call("undo")
    assert away.vault.call("album", "create", "Trip")
    assert away.vault.call("album", "add", "Trip", "--query", "tag:pets")["changed"] == 2
    assert told(asked(away, "album.show", name="Trip")) == BOTH
    assert away.vault.call("fav", away.stick / "away.png")["changed"] == 1, "named by the path that a search shows"
    assert told(asked(away, "view", view="favorites")) == {"away.png": "offline"}


def test_what_needs_its_file_is_refused_for_it_alone(away: Away) -> None:
    ended = away.vault.run("write-metadata", "--query", "tag:pets")
    assert f"{away.stick}/away.png: its drive is not connected" in ended.stderr
    assert "here.png.xmp" in ended.stdout


def test_what_lies_now_where_its_drive_was_is_not_taken_for_it(away: Away) -> None:
    draw(away.stick / "away.png", "green")
    with Web(away.vault) as web:
        refused = web.get(f"/api/image/{away.image}/file")
    assert (refused.status, b"is not connected" in refused.body) == (404, True)
    os.unlink(away.stick / "away.png")


def test_it_comes_and_goes_with_its_drive_and_with_the_setting(away: Away) -> None:
    vault, query = away.vault, "tag:pets"
    away.drive.attach(vault.home / "Elsewhere")
    eventually(lambda: told(vault.call("search", query)) == dict.fromkeys(BOTH, "online"), "here again", 60)
    assert vault.run("search", "name:away.png").stdout == f"{vault.home}/Elsewhere/away.png\n"
    away.drive.detach()
    eventually(lambda: told(vault.call("search", query)) == BOTH, "away again", 60)
    for setting, expected in (("hide", {"here.png": "online"}), ("show", BOTH)):
        before = asked(away, "hits", ids=[])["seq"]
        vault.stop()
        vault.environ["VVAULT_SEARCH_OFFLINE"] = setting
        vault.start()
        assert told(vault.call("search", query)) == expected
        assert told(asked(away, "view", view="offline")) == {"away.png": "offline"}, "there, whatever is said"
        assert asked(away, "hits", ids=[])["seq"] > before, "who keeps a listing asks anew"
