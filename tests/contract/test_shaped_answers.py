"""A person shapes an answer of the daemon itself: hides, prefers, saves, and asks what is new after a restart."""

from __future__ import annotations

import json
from typing import Any

from PIL import Image

from support.vault import RunningVault, eventually


def draw(vault: RunningVault, name: str, colour: str) -> str:
    path = vault.pictures / name
    Image.new("RGB", (64, 48), colour).save(path)
    return str(path)


def names(vault: RunningVault, query: str) -> list[str]:
    return [hit["name"] for hit in vault.call("search", query)["hits"]]


def test_an_answer_is_shaped_saved_and_followed_across_a_restart(vault: RunningVault) -> None:
    one, two = draw(vault, "1.png", "red"), draw(vault, "2.png", "blue")
    draw(vault, "3.png", "green")
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()

    vault.call("hide", "type:png", one)
    vault.call("prefer", "type:png sort:name", two)
    assert names(vault, "type:png") == ["2.png", "3.png"]
    assert len(names(vault, "name:*.png")) == 3
    said = vault.call("feedback", "type:png")["feedback"]
    assert sorted((entry["name"], entry["verdict"]) for entry in said) == [("1.png", "hide"), ("2.png", "prefer")]

    vault.call("save", "all", "type:png", "--sort", "name", "--level", "strict")
    (saved,) = vault.call("saved", "all", "--count")["saved"]
    assert (saved["query"], saved["sort"], saved["level"], saved["count"]) == (
        "type:png sort:name",
        "name",
        "strict",
        2,
    )
    eventually(lambda: news(vault)["since"], "the search is followed")

    vault.stop()
    draw(vault, "4.png", "white")
    vault.start()
    vault.settle()
    assert names(vault, "type:png")[0] == "2.png"
    eventually(lambda: [hit["name"] for hit in news(vault)["entered"]] == ["4.png"], "the picture that came is news")
    vault.call("undo", "3")
    assert sorted(names(vault, "type:png")) == ["1.png", "2.png", "3.png", "4.png"]


def news(vault: RunningVault) -> dict[str, Any]:
    """What `vvault saved` tells; it ends with 1 while there is nothing to tell."""
    told: dict[str, Any] = json.loads(vault.run("saved", "all", "--since", "1d", "--json").stdout)
    return told
