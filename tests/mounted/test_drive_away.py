"""A drive that is pulled out and comes back elsewhere, seen through a mount that shows its pictures. Needs root."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from support.drive import empty_drive
from support.ingesting import draw
from support.vault import RunningVault, eventually
from vaultd.worker import thumbnail_files

FOLDERS = ("search/tag:pets", "tags/pets", "albums/Trip", "favorites", "recent", "by/type/png")


@pytest.mark.fuse
@pytest.mark.parametrize(("entries", "here"), [("symlink", errno.ENOENT), ("file", errno.ENOMEDIUM)])
def test_every_folder_keeps_a_picture_whose_drive_is_away_and_it_is_read_again_when_that_is_back(
    short_path: Path, entries: str, here: int
) -> None:
    with empty_drive(short_path / "disk") as drive, RunningVault(short_path / "v") as vault:
        stick = vault.home / "Stick"
        drive.attach(stick)
        data = draw(stick / "away.png", "red")
        vault.environ["VVAULT_SEARCH_OFFLINE"] = "show"
        vault.start()
        vault.call("add", stick)
        vault.settle()
        picture = stick / "away.png"
        vault.call("tag", "pets", picture)
        vault.call("fav", picture)
        vault.call("album", "create", "Trip")
        vault.call("album", "add", "Trip", picture)
        vault.mount("--entries", entries)

        def entry(folder: str) -> Path:
            place = vault.mountpoint / folder
            (name,) = [name for name in os.listdir(place) if name.endswith("away.png")]
            return place / name

        assert [entry(folder).read_bytes() for folder in FOLDERS] == [data] * len(FOLDERS)
        drive.detach()
        eventually(lambda: vault.call("status")["offline"] == 1, "noticed by itself", 60)
        for folder in FOLDERS:
            passing = folder in ("tags/pets", "albums/Trip", "favorites")
            with pytest.raises(OSError) as raised:
                entry(folder).read_bytes()
            assert raised.value.errno == (errno.ENOMEDIUM if passing else here), folder
            assert os.lstat(entry(folder)).st_size > 0
            if entries == "file":
                assert entry(folder).stat().st_size == len(data)
        fresh = bytes(entry("search/away"))  # a folder that was not opened before
        shown = thumbnail_files.place(vault.home / ".cache/thumbnails", "normal", fresh)
        eventually(shown.exists, "a file manager has a thumbnail to show, though no file to make it of", 30)
        (vault.mountpoint / "tags/wanted").mkdir()
        os.rename(entry("recent"), vault.mountpoint / "tags/wanted/away.png")
        assert [hit["state"] for hit in vault.call("search", "tag:wanted")["hits"]] == ["offline"]
        drive.attach(vault.home / "Elsewhere")
        eventually(lambda: vault.call("status")["offline"] == 0, "here again", 60)
        for folder in FOLDERS:
            assert entry(folder).read_bytes() == data, folder
