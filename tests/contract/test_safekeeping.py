"""`backup`, `restore` and `export` as a person uses them: what was said of pictures goes out and comes back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.tinypack import write_pack
from support.vault import RunningVault
from vaultd.demo.library import Written
from vaultipc.blocking import Client
from vaultipc.errors import EXIT_BUSY, EXIT_PARTIAL, EXIT_REFUSED, EXIT_USAGE

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def some(demo: Written, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of three pictures."""
    folder = tmp_path_factory.mktemp("some")
    for picture in sorted(demo.dir.rglob("*.jpg"))[:3]:
        shutil.copy(picture, folder)
    return folder


@pytest.fixture(scope="module")
def told(some: Path) -> Iterator[RunningVault]:
    """A vault of them of which everything that can be said was said."""
    with RunningVault(Path(tempfile.mkdtemp(prefix="k"))) as vault:
        shutil.copytree(some, vault.pictures, dirs_exist_ok=True)
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        say(vault)
        yield vault


def pictures(vault: RunningVault) -> list[Path]:
    return sorted(vault.pictures.glob("*.jpg"))


def say(vault: RunningVault) -> None:
    one, two, three = pictures(vault)
    vault.call("tag", "travel/Zürich & sea", one, two)
    vault.call("tag", "plain", three)
    vault.call("album", "add", "Best <of>", three, one)
    vault.call("save", "reds", "red car", "--level", "loose")
    vault.call("fav", two)
    vault.call("rate", 4, two)
    vault.call("edit", one, "--caption", "The harbour")
    vault.call("hide", "red car", three)
    vault.call("prefer", "red car", one)


def seen(vault: RunningVault) -> dict[str, Any]:
    """What a person sees of what was said."""
    with Client(vault.socket, timeout=30) as client:

        def told(method: str, **params: str) -> Any:
            return json.loads(client.call_raw(method, params))

        return {
            "tags": [(tag["name"], tag["count"]) for tag in told("tags")["tags"]],
            "albums": [(album["name"], names(told("album.show", name=album["name"]))) for album in albums(client)],
            "saved": [(one["name"], one["query"], one["level"]) for one in told("saved")["saved"]],
            "feedback": sorted((one["verdict"], *names(one)) for one in told("feedback", query="red car")["feedback"]),
            **{query: names(told("search", query=query)) for query in ("fav:yes", "rating:4", "caption:harbour")},
        }


def albums(client: Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(client.call_raw("album.list", {}))["albums"]
    return found


def names(answer: Any) -> list[str]:
    """Of all pictures that an answer tells of, in its order."""
    match answer:
        case dict():
            return [Path(answer["path"]).name] if "path" in answer else names(list(answer.values()))
        case list():
            return [name for part in answer for name in names(part)]
    return []


def test_a_backup_is_restored_into_an_empty_vault(told: RunningVault, vault: RunningVault, tmp_path: Path) -> None:
    made = told.call("backup", "--to", tmp_path / "mine.db")
    assert made["path"] == str(tmp_path / "mine.db")
    assert made["images"] == 3
    assert made["tags"] == 3
    assert made["bytes"] == (tmp_path / "mine.db").stat().st_size
    assert made["sha256"] == hashlib.sha256((tmp_path / "mine.db").read_bytes()).hexdigest()
    restored = vault.call("restore", "--from", tmp_path / "mine.db")
    assert restored == {**made, "replaced": None}
    vault.start()
    assert seen(vault) == seen(told)
    assert vault.call("log")["actions"] == told.call("log")["actions"]


def test_a_backup_without_a_place_lies_beside_the_automatic_ones(told: RunningVault) -> None:
    made = told.call("backup", "--full")
    assert Path(made["path"]).parent == told.data / "backups"
    assert Path(made["path"]).name.startswith("manual-")


def test_a_backup_overwrites_nothing_and_names_what_is_wrong_with_a_place(told: RunningVault, tmp_path: Path) -> None:
    (tmp_path / "there.db").write_text("mine")
    done = told.run("backup", "--to", tmp_path / "there.db")
    assert done.returncode == EXIT_REFUSED
    assert "there.db" in done.stderr
    assert (tmp_path / "there.db").read_text() == "mine"
    assert told.run("backup", "--to", tmp_path / "nowhere" / "x.db").returncode == EXIT_REFUSED
    assert Path(told.call("backup", "--to", tmp_path)["path"]).parent == tmp_path


def test_a_backup_is_put_in_place_only_while_the_daemon_is_away(told: RunningVault, tmp_path: Path) -> None:
    told.call("backup", "--to", tmp_path / "mine.db")
    done = told.run("restore", "--from", tmp_path / "mine.db")
    assert done.returncode == EXIT_BUSY
    assert str(told.daemon and told.daemon.pid) in done.stderr


def test_what_is_no_backup_is_refused_and_nothing_is_changed(vault: RunningVault, tmp_path: Path) -> None:
    torn = tmp_path / "torn.db"
    torn.write_bytes(b"SQLite format 3\0" + bytes(5000))
    done = vault.run("restore", "--from", torn)
    assert done.returncode == EXIT_REFUSED
    assert str(torn) in done.stderr
    assert not (vault.data / "catalog.db").exists()
    assert vault.run("restore").returncode == EXIT_REFUSED, "there is no backup yet"


def test_what_cannot_be_read_or_has_no_end_is_no_export(told: RunningVault, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for place in ("/proc/self/mem", "/dev/zero", tmp_path / "pipe", tmp_path / "nothing"):
        done = told.run("restore", "--from", place, timeout=20)
        assert done.returncode == EXIT_REFUSED, (place, done.stderr)
        assert str(place) in done.stderr


def test_an_export_is_taken_in_again_after_it_was_undone(told: RunningVault, tmp_path: Path) -> None:
    made = told.call("export", "--to", tmp_path / "out")
    assert made["images"] == 3
    assert made["sha256"] == hashlib.sha256((tmp_path / "out" / "vault.json").read_bytes()).hexdigest()
    before = seen(told)
    told.call("untag", "plain", "--query", "tag:plain")
    told.call("album", "delete", "Best <of>", "--force")
    without = seen(told)
    taken = told.call("restore", "--from", tmp_path / "out")
    assert (taken["changed"], taken["errors"]) == (3, [])
    assert seen(told) == before
    told.call("undo")
    assert seen(told) == without
    assert told.call("restore", "--from", tmp_path / "out" / "vault.json")["changed"] == 3


def test_an_export_says_the_same_in_an_empty_vault_and_is_taken_back_after_a_restart(
    told: RunningVault, vault: RunningVault, some: Path, tmp_path: Path
) -> None:
    told.call("export", "--to", tmp_path / "out")
    shutil.copytree(some, vault.pictures / "elsewhere")
    vault.environ["VVAULT_MODEL_NAME"] = str(write_pack(tmp_path / "tiny", "tiny"))
    vault.start()
    vault.call("add", vault.pictures)
    vault.settle()
    nothing = seen(vault)
    assert vault.call("restore", "--from", tmp_path / "out")["errors"] == []
    assert all(seen(told).values())
    assert seen(vault) == seen(told)
    one = min(vault.pictures.rglob("*.jpg"))
    vault.call("tag", "later", one)
    logged, of_one = vault.call("log"), vault.call("log", one)
    assert [action["kind"] for action in of_one["actions"]] == ["tag", "restore"]
    assert vault.stop() == 0
    vault.start()
    assert (vault.call("log"), vault.call("log", one)) == (logged, of_one)
    undone = vault.call("undo", 2)["actions"]
    assert [action["kind"] for action in undone] == ["tag", "restore"]
    assert seen(vault) == nothing


def test_an_export_tells_what_could_not_be_taken_in(told: RunningVault, tmp_path: Path) -> None:
    told.call("export", "--to", tmp_path / "out")
    said = json.loads((tmp_path / "out" / "vault.json").read_text())
    said["images"].append({"hash": "00" * 32, "tags": ["plain"]})
    said["saved"][0]["query"] = "something else"
    (tmp_path / "out" / "vault.json").write_text(json.dumps(said))
    answer = told.call("restore", "--from", tmp_path / "out", expect=EXIT_PARTIAL)
    assert [error["message"].partition(" ")[0] for error in answer["errors"]] == ["1", "there"]
    assert told.call("saved")["saved"][0]["query"] == "red car"


@pytest.mark.parametrize("command", ["backup", "export"])
def test_a_place_that_cannot_be_written_is_named_with_the_reason(told: RunningVault, command: str) -> None:
    done = told.run(command, "--to", "/proc/mine")
    assert done.returncode == EXIT_REFUSED, done.stderr
    assert "/proc/mine cannot be written: " in done.stderr


def test_an_export_needs_a_new_folder(told: RunningVault, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    assert told.run("export", "--to", tmp_path).returncode == EXIT_REFUSED
    assert told.run("export").returncode == EXIT_USAGE
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
