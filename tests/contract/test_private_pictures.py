"""Private pictures in a whole vault: read like others, shown only to who asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from support.vault import RunningVault, eventually
from vaultd.worker import thumbnail_files
from vaultipc.blocking import Client


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    """One picture for everybody, and one in a private folder."""
    with RunningVault(tmp_path_factory.mktemp("s")) as running:
        (running.pictures / "Secret").mkdir()
        running.environ["VVAULT_PRIVACY_PRIVATE"] = "~/Pictures/Secret"
        Image.new("RGB", (300, 200), "red").save(running.pictures / "open.png")
        Image.new("RGB", (300, 200), "blue").save(running.pictures / "Secret/own.png")
        for broken in ("broken.png", "Secret/diary.png"):
            (running.pictures / broken).write_bytes(b"\x89PNG\r\n\x1a\n and no more")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


def asked(vault: RunningVault, method: str, **params: object) -> dict[str, Any]:
    with Client(vault.socket, 20.0) as client:
        answer: dict[str, Any] = json.loads(client.call_raw(method, params))
    return answer


def names(answer: dict[str, Any]) -> list[str]:
    return sorted(Path(hit["path"]).name for hit in answer["hits"])


def test_only_a_search_that_asks_for_it_finds_a_private_picture(vault: RunningVault) -> None:
    assert names(asked(vault, "search", query="width:300")) == ["open.png"]
    assert names(asked(vault, "search", query="width:300 private:*")) == ["open.png", "own.png"]
    assert names(vault.call("search", "private:yes")) == ["own.png"]


@pytest.mark.parametrize("view", ["recent", "untagged"])
def test_no_view_lists_it(vault: RunningVault, view: str) -> None:
    assert names(asked(vault, "view", view=view)) == ["open.png"]


def test_a_private_file_that_cannot_be_read_is_named_only_to_who_asks(vault: RunningVault) -> None:
    def failed(**params: object) -> list[str]:
        answer = asked(vault, "failed", **params)
        assert answer["hidden"] == (0 if params else 1)
        return sorted(file["name"] for file in answer["files"])

    assert failed() == ["broken.png"]
    assert failed(private=True) == ["broken.png", "diary.png"]
    assert len(vault.call("failed", "--private")["files"]) == 2


def test_favourites_and_albums_keep_it_and_do_not_list_it(vault: RunningVault) -> None:
    own, other = vault.pictures / "Secret/own.png", vault.pictures / "open.png"
    assert vault.call("fav", own, other)["changed"] == 2
    vault.call("album", "create", "both")
    assert vault.call("album", "add", "both", own, other)["changed"] == 2
    assert names(asked(vault, "view", view="favorites")) == ["open.png"]
    assert names(asked(vault, "album.show", name="both")) == ["open.png"]
    assert [album["count"] for album in asked(vault, "album.list")["albums"]] == [1]
    assert names(asked(vault, "search", query="fav:yes")) == ["open.png"]
    assert names(asked(vault, "search", query="fav:yes private:*")) == ["open.png", "own.png"]
    assert names(asked(vault, "search", query="album:both private:yes")) == ["own.png"]


def test_named_by_its_path_it_is_told_and_changed_like_any_other(vault: RunningVault) -> None:
    own = vault.pictures / "Secret/own.png"
    assert vault.call("rate", 5, own)["changed"] == 1
    assert vault.call("image", own)["rating"] == 5
    assert names(asked(vault, "search", query="rating:5")) == []
    vault.call("undo")


def test_no_thumbnail_is_written_of_it(vault: RunningVault) -> None:
    cache = vault.home / ".cache/thumbnails"
    assert thumbnail_files.place(cache, "normal", bytes(vault.pictures / "open.png")).exists()
    assert not thumbnail_files.place(cache, "normal", bytes(vault.pictures / "Secret/own.png")).exists()


def test_none_is_made_of_it_where_those_that_are_gone_are_made_again(vault: RunningVault) -> None:
    cache = vault.home / ".cache/thumbnails"
    shown = thumbnail_files.place(cache, "normal", bytes(vault.pictures / "open.png"))
    for _ in range(2):  # when the second round has begun, the first one is through
        shown.unlink()
        asked(vault, "rescan")
        eventually(shown.exists, "that of the other picture is made again")
    assert not thumbnail_files.place(cache, "normal", bytes(vault.pictures / "Secret/own.png")).exists()


def test_what_becomes_private_loses_its_thumbnail(vault: RunningVault) -> None:
    thumbnail = thumbnail_files.place(vault.home / ".cache/thumbnails", "large", bytes(vault.pictures / "open.png"))
    assert thumbnail.exists()
    before = vault.environ["VVAULT_PRIVACY_PRIVATE"]
    for globs, found in ((f"{before},open.png", []), (before, ["open.png"])):
        vault.stop()
        vault.environ["VVAULT_PRIVACY_PRIVATE"] = globs
        vault.start()
        vault.settle()
        assert names(asked(vault, "view", view="recent")) == found
    assert not thumbnail.exists()


def test_a_search_for_private_pictures_is_not_remembered(vault: RunningVault) -> None:
    asked(vault, "search", query="width:300", remember=True)
    asked(vault, "search", query="private:yes", remember=True)
    assert [entry["query"] for entry in vault.call("history", "list")["queries"]] == ["width:300"]
    assert vault.call("history", "clear")["queries"] == []


def test_a_picture_moved_out_of_the_private_folder_is_private_no_more(vault: RunningVault) -> None:
    (vault.pictures / "Secret/own.png").rename(vault.pictures / "own.png")
    vault.call("rescan", "--wait")
    vault.settle()
    assert names(asked(vault, "view", view="recent")) == ["open.png", "own.png"]
