"""A model pack that cannot be used is told in a sentence, and the vault goes on with one that can."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import numpy as np
import pytest

from support.ingesting import draw
from support.outcome import health
from support.tinypack import copy_of_mini, edit, replace_file, write_pack
from support.vault import RunningVault, eventually

pytestmark = pytest.mark.timeout(180)

COLOURS = ("red", "green", "blue", "white", "yellow", "maroon")


def cut_short(folder: Path) -> None:
    os.truncate(folder / "text.onnx", 100)


def overwritten(folder: Path) -> None:
    content = bytearray((folder / "image.onnx").read_bytes())
    content[len(content) // 2] ^= 255
    (folder / "image.onnx").write_bytes(content)


def hashed_wrongly(folder: Path) -> None:
    edit(folder, files={path.name: hashlib.sha256(b"").hexdigest() for path in folder.iterdir()})


def of_the_future(folder: Path) -> None:
    edit(folder, format=99, brain="quantum")


def of_another_dimension(folder: Path) -> None:
    rows = np.ones((4, 7), np.float16)
    np.save(folder / "background.npy", rows)
    edit(folder, dimension=7)
    replace_file(folder, "background.npy", (folder / "background.npy").read_bytes())


def without_a_tower(folder: Path) -> None:
    (folder / "image.onnx").unlink()


def no_graph_under_an_honest_hash(folder: Path) -> None:
    replace_file(folder, "image.onnx", b"no graph")


def half_a_graph_under_an_honest_hash(folder: Path) -> None:
    replace_file(folder, "text.onnx", (folder / "text.onnx").read_bytes()[:200])


def with_a_manifest_of_noise(folder: Path) -> None:
    (folder / "manifest.json").write_bytes(os.urandom(300))


DAMAGES = (
    cut_short, overwritten, hashed_wrongly, of_the_future, of_another_dimension, without_a_tower,
    no_graph_under_an_honest_hash, half_a_graph_under_an_honest_hash, with_a_manifest_of_noise,
)  # fmt: skip
SEEN_ONLY_IN_USE = {"of-another-dimension", "no-graph-under-an-honest-hash", "half-a-graph-under-an-honest-hash"}


def library(vault: RunningVault) -> None:
    """A running vault with some pictures, all searchable."""
    for colour in COLOURS:
        draw(vault.pictures / f"{colour}.png", colour)
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()


def found(vault: RunningVault) -> int:
    return int(vault.call("search", "red", "--only", "meaning", "--level", "all")["total"])


def test_no_damaged_pack_is_taken_and_the_one_in_use_goes_on_answering(vault: RunningVault) -> None:
    library(vault)
    for damage in DAMAGES:
        name = damage.__name__.replace("_", "-")
        damage(write_pack(vault.data / "models" / name, name))
        done = vault.run("model", "use", name)
        assert done.returncode == 2, name
        assert done.stdout == ""
        assert name in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.strip().splitlines()) <= 2, done.stderr
    status = vault.call("status")
    assert (status["model"]["name"], status["reason"], status["state"]) == ("mini", "", "idle")
    assert "reembed" not in status["model"]
    assert found(vault) == len(COLOURS)
    listed = {model["name"]: model for model in vault.call("model", "list")["models"]}
    assert listed["mini"]["state"] == "active"
    damaged = {damage.__name__.replace("_", "-") for damage in DAMAGES}
    told = {name for name, model in listed.items() if "problem" in model}
    assert damaged - told <= SEEN_ONLY_IN_USE


@pytest.mark.expects_log("is damaged", "ONNX Runtime cannot open", "is of format 99")
def test_the_daemon_starts_with_a_pack_it_can_read_and_returns_to_the_chosen_one(vault: RunningVault) -> None:
    folder = write_pack(vault.data / "models" / "colours", "colours")
    library(vault)
    vault.call("model", "use", "colours", "--wait")
    whole = {path: path.read_bytes() for path in folder.iterdir()}
    for damage in (cut_short, half_a_graph_under_an_honest_hash, of_the_future):
        assert vault.stop() == 0
        damage(folder)
        vault.start()
        status = vault.call("status")
        assert status["model"]["name"] == "mini", damage
        assert str(folder) in status["reason"]
        assert "mini" in status["reason"]
        assert found(vault) == len(COLOURS)
        checks = json.loads(vault.run("doctor", "--json").stdout)["checks"]
        assert [check["state"] for check in checks if check["name"] == "chosen model"] == ["warn"]
        for path, content in whole.items():
            path.write_bytes(content)
    vault.stop()
    vault.start()
    eventually(lambda: vault.call("status")["model"]["name"] == "colours", "the chosen model answers again")
    assert vault.call("status")["counters"]["embedded"] == 0
    assert vault.call("status")["reason"] == ""


@pytest.mark.expects_log("is damaged")
def test_a_configured_pack_that_is_damaged_does_not_keep_the_daemon_from_starting(vault: RunningVault) -> None:
    pack = copy_of_mini(vault.home / "pack", "copy")
    cut_short(pack)
    vault.environ["VVAULT_MODEL_NAME"] = str(pack)
    library(vault)
    status = vault.call("status")
    assert status["model"]["name"] == "mini"
    assert "text.onnx" in status["reason"]
    assert found(vault) == len(COLOURS)


def test_a_picture_that_cannot_be_read_any_more_does_not_hold_up_the_switch(vault: RunningVault) -> None:
    write_pack(vault.data / "models" / "colours", "colours")
    library(vault)
    vault.stop()
    rotten = vault.pictures / "blue.png"
    status, size = rotten.stat(), rotten.stat().st_size
    with rotten.open("r+b") as file:
        file.write(b"\0" * size)
    os.utime(rotten, ns=(status.st_atime_ns, status.st_mtime_ns))
    vault.start()
    vault.call("model", "use", "colours", "--wait")
    assert vectors(vault, "colours") == len(COLOURS) - 1
    vault.settle()
    assert found(vault) == len(COLOURS) - 1
    assert [Path(file["path"]).name for file in vault.call("failed")["files"]] == ["blue.png"]
    assert health(vault) == []


@pytest.mark.expects_log("it fails at picture after picture")
def test_a_model_that_fails_at_every_picture_never_answers(vault: RunningVault) -> None:
    folder = write_pack(vault.data / "models" / "colours", "colours")
    tower = (folder / "image.onnx").read_bytes()
    replace_file(folder, "image.onnx", tower.replace(np.float32(1 / 64).tobytes(), np.float32(3e38).tobytes()))
    for number in range(10):
        draw(vault.pictures / f"{number}.png", f"rgb({200 + number}, 200, 200)")
    library(vault)
    vault.call("model", "use", "colours")
    eventually(lambda: "colours" in vault.call("status")["reason"], "it is told")
    status = vault.call("status")
    assert status["model"]["name"] == "mini"
    assert "reembed" not in status["model"]
    assert found(vault) == len(COLOURS) + 10


@pytest.mark.expects_log("can be made at present")
def test_a_pack_that_vanishes_during_the_switch_is_told_and_taken_up_when_it_returns(vault: RunningVault) -> None:
    folder = write_pack(vault.data / "models" / "colours", "colours")
    library(vault)
    vault.call("pause")
    vault.call("model", "use", "colours")
    away = folder.rename(vault.home / "away")
    vault.call("resume")
    eventually(lambda: vault.call("status")["reason"], "it is told")
    assert found(vault) == len(COLOURS)
    away.rename(folder)
    eventually(lambda: vault.call("status")["model"]["name"] == "colours", "the switch is made")
    assert vault.call("status")["reason"] == ""


def vectors(vault: RunningVault, name: str) -> int:
    return int(vault.call("model", "info", name)["model"]["vectors"])
