"""Thumbnails for names in a mount: when they are written, for whom, and that they never stay behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from support.vault import RunningVault, eventually
from vaultd.worker import thumbnail_files
from vaultipc.blocking import Client
from vaultipc.errors import UserError

FOLDER = "/nowhere/vault/search/red car"


class Shower:
    """A mount that is none: it tells of a folder what a mount would."""

    def __init__(self, vault: RunningVault) -> None:
        self.vault = vault
        self.cache = vault.home / ".cache/thumbnails"
        with Client(vault.socket, 20.0) as client:
            hits = client.call("search", {"query": "width:>0 private:*"}).hits
        self.pictures = {Path(hit.path).name: (hit.id, hit.mtime_ns) for hit in hits}
        self.client = Client(vault.socket, 20.0)
        mount = {"path": "/nowhere/vault", "backend": "none", "entries": "symlink", "pid": 1}
        self.wanted = self.client.call("mount", mount).thumbnails

    def show(self, *names: str, folder: str = FOLDER) -> int:
        entries = [
            {"name": f"001 {name}", "image": self.pictures[name][0], "mtime_ns": self.pictures[name][1]}
            for name in names
        ]
        taken: int = self.client.call("mount.thumbnails", {"folder": folder, "entries": entries}).entries
        return taken

    def places(self, name: str, folder: str = FOLDER) -> list[Path]:
        path = os.fsencode(f"{folder}/001 {name}")
        return [thumbnail_files.place(self.cache, size, path) for size in thumbnail_files.SIZES]

    def has(self, name: str, folder: str = FOLDER) -> bool:
        return all(place.exists() for place in self.places(name, folder))

    def lacks(self, name: str, folder: str = FOLDER) -> bool:
        return not any(place.exists() for place in self.places(name, folder))


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    """Two pictures for everybody, and one in a private folder."""
    with RunningVault(tmp_path_factory.mktemp("s")) as running:
        running.environ["VVAULT_PRIVACY_PRIVATE"] = "~/Pictures/Secret"
        (running.pictures / "Secret").mkdir()
        for name, colour in {"red": "red", "blue": "blue", "Secret/own": "green"}.items():
            Image.new("RGB", (400, 300), colour).save(running.pictures / f"{name}.png")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


@pytest.fixture
def shower(vault: RunningVault) -> Iterator[Shower]:
    made = Shower(vault)
    with made.client:
        yield made
    eventually(lambda: made.lacks("red.png") and made.lacks("blue.png"), "nothing stays when a mount is gone", 10)


def test_they_are_written_for_the_user_alone_and_carry_the_names_marks(shower: Shower) -> None:
    assert shower.wanted
    assert shower.show("red.png", "blue.png") == 2
    eventually(lambda: shower.has("red.png") and shower.has("blue.png"), "thumbnails", 10)
    for place in shower.places("red.png"):
        with Image.open(place) as found:
            assert found.info["Thumb::URI"] == "file:///nowhere/vault/search/red%20car/001%20red.png"
            assert found.info["Thumb::MTime"] == str(shower.pictures["red.png"][1] // 10**9)
            assert found.convert("RGB").getpixel((5, 5)) == (255, 0, 0)
        assert place.stat().st_mode & 0o777 == 0o600
        assert place.parent.stat().st_mode & 0o777 == 0o700


def test_what_a_folder_shows_no_more_is_deleted(shower: Shower) -> None:
    shower.show("red.png", "blue.png")
    eventually(lambda: shower.has("red.png") and shower.has("blue.png"), "thumbnails", 10)
    shower.show("blue.png")
    eventually(lambda: shower.lacks("red.png"), "the other one is gone", 10)
    assert shower.has("blue.png")
    shower.show()
    eventually(lambda: shower.lacks("blue.png"), "the folder is forgotten", 10)


def test_none_is_written_of_a_private_picture(shower: Shower) -> None:
    shower.show("own.png", "red.png")
    eventually(lambda: shower.has("red.png"), "that of the other one", 10)
    assert shower.lacks("own.png")


def test_one_that_somebody_else_made_stays_theirs(shower: Shower) -> None:
    shower.show("red.png")
    eventually(lambda: shower.has("red.png"), "thumbnails", 10)
    theirs = [place.read_bytes() for place in shower.places("red.png")]
    shower.show()
    eventually(lambda: shower.lacks("red.png"), "none", 10)
    for place, png in zip(shower.places("red.png"), theirs, strict=True):
        place.write_bytes(png)
    shower.show("red.png", "blue.png")
    eventually(lambda: shower.has("blue.png"), "thumbnails", 10)
    shower.show()
    eventually(lambda: shower.lacks("blue.png"), "ours are gone", 10)
    assert shower.has("red.png")
    for place in shower.places("red.png"):
        place.unlink()


def test_one_of_an_older_state_of_the_file_is_not_copied(shower: Shower) -> None:
    original = os.fsencode(shower.vault.pictures / "red.png")
    for size in thumbnail_files.SIZES:
        place = thumbnail_files.place(shower.cache, size, original)
        mark = b"Thumb::MTime\0%d" % (shower.pictures["red.png"][1] // 10**9)
        place.write_bytes(place.read_bytes().replace(mark, mark[:-1] + (b"1" if mark[-1:] != b"1" else b"2")))
    try:
        shower.show("red.png", "blue.png")
        eventually(lambda: shower.has("blue.png"), "that of the other one", 10)
        assert shower.lacks("red.png")
    finally:
        shower.vault.call("rescan")


def test_only_a_mount_may_ask_for_them(vault: RunningVault) -> None:
    with Client(vault.socket, 20.0) as client, pytest.raises(UserError, match="Only a mount"):
        client.call("mount.thumbnails", {"folder": FOLDER, "entries": []})


def test_a_daemon_that_was_killed_leaves_none_to_the_next(short_path: Path) -> None:
    with RunningVault(short_path) as vault:
        Image.new("RGB", (400, 300), "red").save(vault.pictures / "red.png")
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        shower = Shower(vault)
        shower.show("red.png")
        eventually(lambda: shower.has("red.png"), "thumbnails", 10)
        workers = [Path(f"/proc/{pid}") for pid in vault.workers()]
        vault.kill_daemon()
        shower.client.close()
        eventually(lambda: not any(worker.exists() for worker in workers), "its workers have ended")
        assert shower.has("red.png")
        vault.start()
        assert shower.lacks("red.png")
        vault.stop()
        assert not (vault.data / "mount-thumbnails").exists()
