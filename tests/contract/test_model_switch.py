"""Changing the model of a running vault: every picture stays findable, and every choice is kept."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.ingesting import draw
from support.tinypack import copy_of_mini, write_pack
from support.vault import RunningVault, eventually
from vaultipc.blocking import Client
from vaultipc.messages import SearchParams, Status

pytestmark = pytest.mark.timeout(180)

COLOURS = ("red", "green", "blue", "white", "yellow")
EVERYTHING = SearchParams(query="red", only="meaning", level="all", limit=100)


def filled(vault: RunningVault) -> RunningVault:
    """Runs, with a picture of each colour and a pack named colours that nobody uses yet."""
    write_pack(vault.data / "models" / "colours", "colours")
    for colour in COLOURS:
        draw(vault.pictures / f"{colour}.png", colour)
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    return vault


@pytest.fixture(scope="module")
def started() -> Iterator[RunningVault]:
    with RunningVault(Path(tempfile.mkdtemp(prefix=""))) as vault:
        yield filled(vault)


@pytest.fixture
def library(started: RunningVault) -> Iterator[RunningVault]:
    """A running vault with a picture of each colour, and a pack named colours that nobody uses yet.

    All tests share its daemon: after each, the model, the packs, the vectors and the pictures are as they were.
    """
    yield started
    started.call("resume")
    started.call("model", "use", "mini", "--wait")
    shutil.rmtree(started.data / "models")
    shutil.rmtree(started.data / "elsewhere", ignore_errors=True)
    for model in started.call("model", "list")["models"]:
        if model.get("vectors") and model["name"] != "mini":
            started.call("model", "forget", model["name"], "--yes")
    for picture in started.pictures.iterdir():
        if picture.stem not in COLOURS:
            picture.unlink()
    write_pack(started.data / "models" / "colours", "colours")
    started.settle()


@pytest.fixture
def client(library: RunningVault) -> Iterator[Client]:
    with Client(library.socket) as client:
        yield client


def names(vault: RunningVault, query: str) -> list[str]:
    found = vault.call("search", query, "--only", "meaning", "--level", "all")
    return [Path(hit["path"]).name for hit in found["hits"]]


def states(vault: RunningVault) -> dict[str, str]:
    """The models at hand and what they are doing."""
    listed = vault.call("model", "list")["models"]
    return {model["name"]: model["state"] for model in listed if model["state"] != "remote"}


def vectors(vault: RunningVault, name: str) -> int:
    return int(vault.call("model", "info", name)["model"]["vectors"])


def test_every_answer_is_whole_before_during_and_after_a_switch(library: RunningVault, client: Client) -> None:
    library.call("model", "use", "colours")
    seen: list[str] = []
    deadline = time.monotonic() + 60
    while not (seen and seen[-1].startswith("colours")) and time.monotonic() < deadline:
        answer = client.call("search", EVERYTHING)
        assert answer.total == len(COLOURS)
        seen.append(answer.model)
    assert seen[0].startswith(("mini", "colours"))
    assert seen[-1] == "colours 1"
    status: Status = client.call("status")
    assert status.model is not None
    assert (status.model.name, status.model.dim) == ("colours", 8)
    assert not status.model.reembed
    assert names(library, "red")[0] == "red.png"
    assert names(library, "blue")[0] == "blue.png"
    assert library.call("similar", library.pictures / "red.png", "--level", "all")["total"] == len(COLOURS) - 1


def test_a_switch_is_told_while_it_waits_and_new_pictures_come_along(library: RunningVault) -> None:
    library.call("pause")
    used = library.call("model", "use", "colours")
    assert (used["model"]["state"], used["reembed"]["done"]) == ("building", 0)
    draw(library.pictures / "new.png", "crimson")
    model = library.call("status")["model"]
    assert model["name"] == "mini"
    assert (model["next"], model["reembed"]["done"]) == ("colours 1", 0)
    assert states(library) == {"mini": "active", "colours": "building"}
    library.call("resume")
    library.call("model", "use", "colours", "--wait")
    library.settle()
    assert states(library) == {"mini": "bundled", "colours": "active"}
    assert sorted(names(library, "red")[:2]) == ["new.png", "red.png"]
    draw(library.pictures / "newer.png", "navy")
    library.settle()
    assert vectors(library, "colours") == len(COLOURS) + 2


def test_going_back_is_at_once_and_makes_only_what_is_new(library: RunningVault) -> None:
    library.call("model", "use", "colours", "--wait")
    before = vectors(library, "mini")
    back = library.call("model", "use", "mini")
    assert back["model"]["state"] == "active"
    assert library.call("status")["model"]["name"] == "mini"
    assert sorted(names(library, "red")) == sorted(f"{colour}.png" for colour in COLOURS)
    draw(library.pictures / "new.png", "gold")
    library.settle()
    library.call("model", "use", "colours", "--wait")
    assert len(names(library, "yellow")) == len(COLOURS) + 1
    assert vectors(library, "mini") == before + 1


def test_the_choice_survives_a_restart_and_the_later_word_counts(vault: RunningVault) -> None:
    library = filled(vault)
    library.call("model", "use", "colours", "--wait")
    library.stop()
    library.start()
    assert library.call("status")["model"]["name"] == "colours"
    copy_of_mini(library.data / "models" / "twin", "twin")
    library.stop()
    library.call("config", "set", "model.name", "twin")
    library.start()
    eventually(lambda: library.call("status")["model"]["name"] == "twin", "the configured model answers")
    library.call("model", "use", "colours", "--wait")
    library.stop()
    library.start()
    assert library.call("status")["model"]["name"] == "colours"


def test_another_choice_replaces_the_one_on_its_way(library: RunningVault) -> None:
    write_pack(library.data / "models" / "wide", "wide", dimension=32)
    library.call("pause")
    library.call("model", "use", "colours")
    library.call("model", "use", "wide")
    assert states(library)["colours"] == "local"
    assert library.call("status")["model"]["next"] == "wide 1"
    library.call("model", "use", "mini")
    assert "next" not in library.call("status")["model"]
    library.call("resume")
    library.call("model", "use", "wide", "--wait")
    assert library.call("status")["model"]["dim"] == 32


def test_vectors_are_freed_when_asked_and_never_those_that_answer(vault: RunningVault) -> None:
    library = filled(vault)
    library.call("model", "use", "colours", "--wait")
    refused = library.run("model", "forget", "mini")
    assert refused.returncode == 4
    assert "--yes" in refused.stderr
    freed = library.call("model", "forget", "mini", "--yes")
    assert (freed["vectors"], freed["bytes"]) == (len(COLOURS), len(COLOURS) * 256 * 2)
    library.stop()
    assert len(list((library.data / "index").glob("*.vectors"))) == 1
    library.start()
    for name in ("colours", "mini", "nothing"):
        assert library.run("model", "forget", name, "--yes").returncode == 4
    assert vectors(library, "mini") == 0
    assert len(names(library, "green")) == len(COLOURS)
    library.call("model", "use", "mini", "--wait")
    assert len(names(library, "green")) == len(COLOURS)


def test_a_model_is_chosen_by_the_folder_of_its_pack(library: RunningVault) -> None:
    folder = write_pack(library.home / "packs" / "far", "far", dimension=16)
    library.call("model", "use", folder, "--wait")
    assert library.call("status")["model"]["name"] == "far"
    assert library.call("model", "info", folder)["model"]["manifest"]["dimension"] == 16
    library.stop()
    library.start()
    assert library.call("status")["model"]["name"] == "far"
    assert states(library)["far"] == "active"


def test_a_pack_used_from_its_own_folder_keeps_its_details_and_can_be_chosen_by_its_name(library: RunningVault) -> None:
    folder = copy_of_mini(library.home / "packs" / "copy", "mini-copy")
    library.call("model", "use", folder, "--wait")
    library.call("model", "use", "mini", "--wait")
    (listed,) = [one for one in library.call("model", "list")["models"] if one["name"] == "mini-copy"]
    assert (listed["state"], listed["vectors"]) == ("local", len(COLOURS))
    assert listed["bytes"] > 0
    assert listed["licence"]
    assert listed["languages"]
    assert library.call("model", "info", "mini-copy")["model"]["folder"] == str(folder)
    library.call("model", "use", "mini-copy", "--wait")
    library.stop()
    library.start()  # its folder is known after it was chosen by its name, too
    assert library.call("status")["model"]["name"] == "mini-copy"
    library.call("model", "use", "mini", "--wait")
    library.call("model", "use", "mini-copy", "--wait")
    library.call("model", "use", "mini", "--wait")
    folder.rename(folder.with_name("moved"))
    assert library.run("model", "use", "mini-copy").returncode in (2, 4)
    (gone,) = [one for one in library.call("model", "list")["models"] if one["name"] == "mini-copy"]
    assert (gone["state"], gone["vectors"]) == ("local", len(COLOURS))
    assert str(folder) in gone["problem"]


@pytest.mark.parametrize("folder", ["models/colours", "models/another", "elsewhere/colours"])
def test_a_damaged_pack_with_kept_vectors_is_one_line_that_says_both(library: RunningVault, folder: str) -> None:
    place = library.data / folder
    if folder != "models/colours":
        place.parent.mkdir(exist_ok=True)
        (library.data / "models" / "colours").rename(place)
    library.call("model", "use", place if folder.startswith("elsewhere") else "colours", "--wait")
    library.call("model", "use", "mini", "--wait")
    (place / "image.onnx").write_bytes(b"damaged")
    lines = [one for one in library.call("model", "list")["models"] if one["name"] in ("colours", "another")]
    ((state, kept, revision, problem),) = [
        (one["state"], one["vectors"], one["revision"], one["problem"]) for one in lines
    ]
    assert (state, kept, revision) == ("local", len(COLOURS), "1")
    assert "image.onnx" in problem
    assert "image.onnx" in library.run("model", "use", "colours").stderr
    assert vectors(library, "colours") == len(COLOURS)


def test_a_pack_that_was_removed_is_remote_only_if_it_can_be_pulled(library: RunningVault) -> None:
    library.call("model", "use", "colours", "--wait")
    library.call("model", "use", "mini", "--wait")
    shutil.rmtree(library.data / "models" / "colours")
    told = library.call("model", "info", "colours")["model"]
    assert (told["state"], told["vectors"]) == ("local", len(COLOURS))
    assert "not here any more" in told["problem"]


@pytest.mark.expects_log("can stand in one place only")
def test_a_mistake_in_the_vocabulary_is_told_by_doctor_and_status(vault: RunningVault) -> None:
    vault.environ["VVAULT_AUTOTAGS_ENABLED"] = "true"
    vault.data.mkdir(parents=True, exist_ok=True)
    (vault.data / "vocabulary.toml").write_text('[animals]\nterms = ["dog", "dog"]\n', encoding="utf-8")
    vault.start()
    (check,) = [one for one in vault.call("doctor")["checks"] if one["name"] == "auto-tag words"]
    assert check["state"] == "warn"
    assert "vocabulary.toml, line 2" in check["message"]
    assert check["fix"]
    assert "vocabulary.toml, line 2" in vault.call("status")["reason"]
    done = vault.run("autotags")
    told = done.stdout + done.stderr
    assert "0 words" not in told
    assert "vocabulary.toml, line 2" in told


def test_an_unknown_model_is_told_with_a_sentence(library: RunningVault) -> None:
    for words in (("use", "none"), ("info", "none"), ("use", "/nowhere/at/all")):
        done = library.run("model", *words)
        assert done.returncode in (2, 4)
        assert "Traceback" not in done.stderr
        assert done.stdout == ""
