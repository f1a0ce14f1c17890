"""What a person says of pictures over the command line: favourites, stars, texts, albums; and taking it back."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from support.vault import VVAULT, RunningVault
from vaultipc.blocking import Client

COLOURS = ("red", "green", "blue", "white")


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    """Four pictures of one colour each, called after it."""
    with RunningVault(tmp_path_factory.mktemp("s")) as running:
        for colour in COLOURS:
            Image.new("RGB", (64, 48), colour).save(running.pictures / f"{colour}.png")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


def path(vault: RunningVault, colour: str) -> Path:
    return vault.pictures / f"{colour}.png"


def asked(vault: RunningVault, method: str, **params: object) -> dict[str, Any]:
    """What the socket answers: reading needs no process for each question."""
    with Client(vault.socket, 20.0) as client:
        answer: dict[str, Any] = json.loads(client.call_raw(method, params))
    return answer


def found(vault: RunningVault, query: str) -> list[str]:
    """The names of what a query matches, sorted."""
    return sorted(Path(hit["path"]).stem for hit in asked(vault, "search", query=query)["hits"])


def shown(vault: RunningVault, album: str) -> list[str]:
    """The names of an album's pictures, in its order."""
    return [Path(hit["path"]).stem for hit in asked(vault, "album.show", name=album)["hits"]]


def test_a_favourite_is_found_at_once_and_one_undo_takes_it_back(vault: RunningVault) -> None:
    done = vault.call("fav", path(vault, "red"), path(vault, "blue"))
    assert (done["changed"], done["unchanged"], done["errors"]) == (2, 0, [])
    assert found(vault, "fav:yes") == ["blue", "red"]
    assert vault.call("fav", path(vault, "red"), "--remove")["changed"] == 1
    assert found(vault, "fav:yes") == ["blue"]
    vault.call("undo", 2)
    assert found(vault, "fav:yes") == []


def test_stars_are_given_to_all_that_a_query_matches(vault: RunningVault) -> None:
    assert vault.call("rate", 4, "--query", "name:*e.png")["changed"] == 2
    assert found(vault, "rating:>=4") == ["blue", "white"]
    assert vault.call("rate", 0, path(vault, "blue"))["changed"] == 1
    assert found(vault, "rating:*") == ["white"]
    info = vault.call("image", path(vault, "white"))
    assert (info["rating"], info["ratings"]) == (4, {"user": 4})


def test_a_wrong_number_of_stars_is_refused_before_the_daemon_is_asked(vault: RunningVault) -> None:
    done = vault.run("rate", 6, path(vault, "red"))
    assert done.returncode == 2
    assert "from 0 to 5" in done.stderr


def test_a_picture_that_does_not_exist_fails_by_itself(vault: RunningVault) -> None:
    done = vault.call("rate", 1, path(vault, "red"), vault.pictures / "none.png", expect=6)
    assert (done["changed"], len(done["errors"])) == (1, 1)


def test_what_one_writes_is_found_by_its_words_and_by_its_field(vault: RunningVault) -> None:
    vault.call("edit", path(vault, "green"), "--title", "Zugspitze", "--caption", "our hut in the meadow")
    assert found(vault, "caption:meadow") == ["green"]
    vault.settle()
    assert found(vault, '"our hut"') == ["green"]
    told = vault.call("image", path(vault, "green"))["texts"]
    assert [(text["kind"], text["source"]) for text in told] == [("caption", "user"), ("title", "user")]
    vault.call("edit", path(vault, "green"), "--caption", "")
    assert found(vault, "caption:meadow") == []
    vault.call("undo")
    assert found(vault, "caption:meadow") == ["green"]


def test_a_long_text_is_read_from_the_standard_input(vault: RunningVault) -> None:
    command = [str(VVAULT), "edit", str(path(vault, "red")), "--description", "-"]
    subprocess.run(command, input="first line\nsecond líne\n".encode(), env=vault.environ, check=True, timeout=30)
    told = vault.call("image", path(vault, "red"))["texts"]
    assert [text["text"] for text in told] == ["first line\nsecond líne"]


def test_an_edit_without_a_text_is_a_mistake(vault: RunningVault) -> None:
    done = vault.run("edit", path(vault, "red"))
    assert (done.returncode, "--caption" in done.stderr) == (2, True)


def test_an_album_keeps_the_order_that_it_is_given(vault: RunningVault) -> None:
    assert vault.call("album", "add", "Summer 2026", path(vault, "red"), path(vault, "green"))["changed"] == 2
    vault.call("album", "add", "Summer 2026", path(vault, "blue"), "--before", path(vault, "green"))
    assert shown(vault, "Summer 2026") == ["red", "blue", "green"]
    vault.call("album", "move", "Summer 2026", path(vault, "red"))
    assert shown(vault, "Summer 2026") == ["blue", "green", "red"]
    assert found(vault, 'album:"summer 2026" name:*e*') == ["blue", "green", "red"]
    assert asked(vault, "image", image=str(path(vault, "red")))["albums"] == ["Summer 2026"]
    vault.call("album", "rename", "Summer 2026", "Sea")
    vault.call("album", "remove", "Sea", path(vault, "green"))
    assert shown(vault, "Sea") == ["blue", "red"]
    listed = vault.call("album")["albums"]
    assert [(album["name"], album["count"]) for album in listed] == [("Sea", 2)]
    assert vault.run("album", "delete", "Sea").returncode == 4
    vault.call("album", "delete", "Sea", "--force")
    assert vault.call("album", "list")["albums"] == []
    vault.call("undo", 3)
    assert shown(vault, "Summer 2026") == ["blue", "green", "red"]


def test_what_is_no_album_is_told_so(vault: RunningVault) -> None:
    done = vault.run("album", "show", "nothing")
    assert (done.returncode, "no album" in done.stderr) == (4, True)
    moved = vault.run("album", "move", "nothing", path(vault, "red"))
    assert (moved.returncode, "no album" in moved.stderr) == (4, True)


def test_the_names_of_albums_are_proposed_in_a_query_and_on_the_command_line(vault: RunningVault) -> None:
    vault.call("album", "create", "Winter at home")
    proposed = asked(vault, "complete", text="album:wi")["completions"]
    assert [(one["text"], one["kind"]) for one in proposed] == [('"Winter at home"', "album")]
    assert vault.run("complete", "--line", "zsh", "--", "vvault album show wi").stdout == "Winter at home\n"


def test_an_edited_picture_keeps_what_was_said_of_it(vault: RunningVault) -> None:
    vault.call("fav", path(vault, "white"))
    vault.call("rate", 5, path(vault, "white"))
    vault.call("edit", path(vault, "white"), "--title", "snow")
    vault.call("album", "add", "Kept", path(vault, "blue"), path(vault, "white"), path(vault, "red"))
    before = vault.call("image", path(vault, "white"))["id"]
    Image.new("RGB", (32, 32), "white").save(path(vault, "white"))
    vault.call("rescan", "--wait")
    vault.settle()
    info = vault.call("image", path(vault, "white"))
    assert info["id"] != before
    assert (info["favourite"], info["rating"], info["albums"]) == (True, 5, ["Kept"])
    assert [text["text"] for text in info["texts"]] == ["snow"]
    assert shown(vault, "Kept") == ["blue", "white", "red"]
