"""Thumbnails under the new names of their files: what is copied, what is deleted, and what is left alone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image

from vaultd.worker import thumbnail_files, thumbnails
from vaultd.worker.thumbnail_copies import mtime, original, relabelled
from vaultd.worker.thumbnail_moves import Move, follow


class Folder:
    """Pictures in a folder, and their thumbnails."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.cache = folder, folder / "cache"

    def draw(self, name: str, colour: str, seconds: int = 1000) -> None:
        path = self.folder / name
        path.write_text(colour)
        os.utime(path, (seconds, seconds))
        thumbnails.write(Image.new("RGB", (300, 200), colour), bytes(path), seconds * 10**9, self.cache)

    def place(self, name: str) -> Path:
        return thumbnail_files.place(self.cache, "normal", bytes(self.folder / name))

    def colour(self, name: str) -> str:
        """Of the thumbnail that says it is of this name, '' where there is none."""
        place = self.place(name)
        if not place.exists():
            return ""
        assert original(place.read_bytes()) == thumbnail_files.uri(bytes(self.folder / name))
        with Image.open(place) as png:
            return {(255, 0, 0): "red", (0, 0, 255): "blue"}[png.convert("RGB").getpixel((0, 0))]  # type: ignore[index]

    def move(self, old: str, new: str | None = None, seconds: int = 1000) -> Move:
        return Move(bytes(self.folder / old), None if new is None else bytes(self.folder / new), seconds * 10**9)

    def follow(self, *moves: Move, still_wanted: tuple[str, ...] = ()) -> None:
        follow(moves, self.cache, [bytes(self.folder / name) for name in still_wanted])


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_the_new_name_gets_the_pixels_and_the_old_name_has_none(folder: Folder) -> None:
    folder.draw("a", "red")
    (folder.folder / "a").rename(folder.folder / "b")
    folder.follow(folder.move("a", "b"))
    assert (folder.colour("a"), folder.colour("b")) == ("", "red")
    assert mtime(folder.place("b").read_bytes()) == 1000


def test_names_that_were_exchanged_in_the_same_second_are_told_apart(folder: Folder) -> None:
    folder.draw("a", "red")
    folder.draw("b", "blue")
    folder.follow(folder.move("a", "b"), folder.move("b", "a"), folder.move("aside", "b"))
    assert (folder.colour("a"), folder.colour("b")) == ("blue", "red")


def test_one_that_a_later_move_needs_is_not_overwritten(folder: Folder) -> None:
    folder.draw("a", "red")
    folder.draw("b", "blue")
    folder.follow(folder.move("a", "b"), still_wanted=("b",))
    assert folder.colour("b") == "blue"
    folder.follow(folder.move("b", "a"))
    assert (folder.colour("a"), folder.colour("b")) == ("blue", "")


def test_one_of_an_older_state_of_the_file_is_not_copied_and_goes(folder: Folder) -> None:
    folder.draw("a", "red")
    folder.follow(folder.move("a", "b", seconds=2000))
    (folder.folder / "a").unlink()
    folder.follow(folder.move("a"))
    assert (folder.colour("a"), folder.colour("b")) == ("", "")


def test_that_of_another_file_which_has_the_old_name_by_now_stays(folder: Folder) -> None:
    folder.draw("a", "blue", seconds=3000)
    folder.follow(folder.move("a", "b", seconds=1000), folder.move("a"))
    assert (folder.colour("a"), folder.colour("b")) == ("blue", "")


def test_what_another_program_wrote_is_neither_copied_nor_deleted(folder: Folder) -> None:
    folder.draw("a", "red")
    png = folder.place("a").read_bytes().replace(b"Visionary Vault", b"GNOME::ThumbFac")
    folder.place("a").write_bytes(png)
    (folder.folder / "a").unlink()
    folder.follow(folder.move("a", "b"))
    assert folder.place("a").read_bytes() == png
    assert not folder.place("b").exists()


def test_one_of_ours_that_names_another_file_is_left_alone(folder: Folder) -> None:
    folder.draw("a", "red")
    png = relabelled(folder.place("a").read_bytes(), b"/elsewhere/a", 1000)
    assert png is not None
    folder.place("a").write_bytes(png)
    (folder.folder / "a").unlink()
    folder.follow(folder.move("a"))
    assert folder.place("a").read_bytes() == png
