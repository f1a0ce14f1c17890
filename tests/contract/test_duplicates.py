"""Copies of pictures in a whole vault: found, merged, moved to the trash and brought back."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from PIL import Image

from support.vault import CommandFailed, RunningVault, eventually
from vaultd.demo.scene import Scene, draw

THINGS = {
    "shot": ("tree", "beach"),
    "kept": ("boat", "beach"),
    "moved": ("car", "city"),
    "again": ("dog", "meadow"),
    "late": ("house", "beach"),
}

NAMES = ("kept", "moved", "again", "late")


def scene(name: str) -> Image.Image:
    thing, ground = THINGS[name]
    return draw(Scene(thing, "red", ground, 5), (480, 360))


@pytest.fixture(scope="module")
def vault(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningVault]:
    """Pictures, each large, and small as a JPEG; one is there twice, one copy is private, and two are of a burst."""
    with RunningVault(tmp_path_factory.mktemp("d")) as running:
        running.environ["VVAULT_PRIVACY_PRIVATE"] = "~/Pictures/Secret"
        (running.pictures / "Secret").mkdir()
        for name in NAMES:
            picture = scene(name)
            picture.save(running.pictures / f"{name}.png")
            picture.resize((240, 180)).save(running.pictures / f"{name} small.jpg", quality=85)
        for shot, turn in enumerate((0, 5), start=1):
            turned = scene("shot").rotate(turn, Image.Resampling.BICUBIC)
            turned.crop((40, 40, 440, 320)).save(running.pictures / f"burst {shot}.png")
        data = (running.pictures / "kept.png").read_bytes()
        (running.pictures / "twice.png").write_bytes(data)
        scene("kept").resize((200, 150)).save(running.pictures / "Secret/own.png")
        running.start()
        running.call("add", running.pictures)
        running.settle()
        yield running


def groups(vault: RunningVault, level: str) -> list[list[str]]:
    found = json.loads(vault.run("duplicates", "--level", level, "--json").stdout)["groups"]
    return sorted([Path(member["path"]).name for member in group["members"]] for group in found)


def trash_of(vault: RunningVault) -> Path:
    return vault.home / ".local/share/Trash"


def refused(vault: RunningVault, *words: object) -> str:
    with pytest.raises(CommandFailed) as failed:
        vault.call(*words)
    return str(failed.value)


def info(vault: RunningVault, name: str) -> dict[str, Any]:
    return vault.call("image", vault.pictures / name)


def test_each_level_tells_its_own_groups_and_none_what_is_private(vault: RunningVault) -> None:
    assert groups(vault, "exact") == [["kept.png", "twice.png"]]
    same = groups(vault, "same")
    assert [f"{name}.png" for name in sorted(NAMES)] == [group[0] for group in same]
    assert all(group[1:] == [f"{Path(group[0]).stem} small.jpg"] for group in same)
    assert [sorted(group) for group in groups(vault, "similar")] == [["burst 1.png", "burst 2.png"]]


def test_merging_gives_the_best_what_was_said_of_its_copies_and_undoing_takes_it_back(vault: RunningVault) -> None:
    small = vault.pictures / "again small.jpg"
    vault.call("tag", "pets/dogs", small)
    vault.call("rate", "4", small)
    vault.call("fav", small)
    vault.call("edit", "--title", "Rex", small)
    vault.call("album", "create", "Summer")
    vault.call("album", "add", "Summer", small)
    before = info(vault, "again.png")
    told = vault.call("duplicates", "merge", small, "--dry-run")
    assert told["gains"] == ["the tag pets/dogs", "the album Summer", "the rating 4", "being a favourite", "the title"]
    assert info(vault, "again.png") == before
    merged = vault.call("duplicates", "merge", small)
    assert merged["gains"] == told["gains"]
    assert Path(merged["best"]).name == "again.png"
    after = info(vault, "again.png")
    assert [tag["name"] for tag in after["tags"] if tag["source"] == "user"] == ["pets/dogs"]
    assert (after["rating"], after["favourite"], after["albums"]) == (4, True, ["Summer"])
    assert {"kind": "title", "text": "Rex", "source": "user"} in after["texts"]
    marked = [group["marked"] for group in vault.call("duplicates", "--level", "same")["groups"] if group["marked"]]
    assert marked == [merged["copies"]]
    assert info(vault, "again small.jpg")["copy_of"] == merged["image"]
    vault.call("undo")
    left = info(vault, "again.png")
    assert {**left, "seq": 0} == {**before, "seq": 0}


def test_nothing_goes_to_the_trash_before_it_is_asked_for_and_all_comes_back(vault: RunningVault) -> None:
    small, best = vault.pictures / "moved small.jpg", vault.pictures / "moved.png"
    bytes_before, time_before = small.read_bytes(), small.stat().st_mtime_ns
    refused(vault, "duplicates", "trash", best)  # nothing was merged into it, so nothing is superfluous
    vault.call("duplicates", "merge", best, small)
    told = vault.call("duplicates", "trash", best)
    assert [file["path"] for file in told["moved"]] == [str(small)]
    assert (told["action"], small.exists(), best.exists()) == (None, True, True)
    done = vault.call("duplicates", "trash", best, "--yes")
    assert (done["changed"], done["bytes"]) == (1, len(bytes_before))
    assert best.exists()
    assert not small.exists()
    assert (trash_of(vault) / "files/moved small.jpg").read_bytes() == bytes_before
    note = ConfigParser(interpolation=None)
    note.read(trash_of(vault) / "info/moved small.jpg.trashinfo")
    assert unquote(note["Trash Info"]["Path"]) == str(small)
    eventually(lambda: ["moved.png", "moved small.jpg"] not in groups(vault, "same"), "the group is gone")
    (undone,) = vault.call("undo")["actions"]
    assert (undone["kind"], undone["skipped"]) == ("trash", [])
    assert (small.read_bytes(), small.stat().st_mtime_ns) == (bytes_before, time_before)
    assert not (trash_of(vault) / "info/moved small.jpg.trashinfo").exists()
    eventually(lambda: ["moved.png", "moved small.jpg"] in groups(vault, "same"), "the group is back")
    refused(vault, "undo", "--action", "999999")


def test_what_lies_in_its_place_by_now_is_not_replaced(vault: RunningVault) -> None:
    small, best = vault.pictures / "late small.jpg", vault.pictures / "late.png"
    data = small.read_bytes()
    vault.call("duplicates", "merge", best)
    vault.call("duplicates", "trash", best, "--yes")
    small.write_bytes(b"another one")
    (undone,) = vault.call("undo")["actions"]
    assert "another file in its place" in undone["skipped"][0]
    assert small.read_bytes() == b"another one"
    assert (trash_of(vault) / "files/late small.jpg").read_bytes() == data
    small.unlink()


def test_pictures_that_are_no_copies_are_merged_by_name_only(vault: RunningVault) -> None:
    assert "no group" in refused(vault, "duplicates", "merge", vault.pictures / "Secret/own.png")
    copies = vault.pictures / "Secret/own.png", vault.pictures / "kept.png"
    told = vault.call("duplicates", "merge", *copies, "--dry-run")
    assert Path(told["best"]).name == "kept.png"
    vault.call("duplicates", "merge", *copies)
    going = vault.call("duplicates", "trash", vault.pictures / "kept.png")["moved"]
    assert [Path(file["path"]).name for file in going] == ["twice.png"], "what is private is left alone"


def test_a_film_is_no_copy_of_its_middle_and_a_bare_bitmap_no_better_one(vault: RunningVault) -> None:
    frames = [scene("kept").rotate(20 * turn) for turn in (-1, 0, 1)]
    data = io.BytesIO()
    frames[0].save(data, "GIF", save_all=True, append_images=frames[1:], duration=100)
    (vault.pictures / "film.gif").write_bytes(data.getvalue())
    jpeg = scene("moved").crop((0, 0, 300, 200)).resize((480, 320))
    jpeg.save(vault.pictures / "photo.jpg", quality=90)
    with Image.open(vault.pictures / "photo.jpg") as photo:
        photo.save(vault.pictures / "bare.bmp")
    vault.settle()
    same = groups(vault, "same")
    assert not any("film.gif" in group for group in same)
    assert ["photo.jpg", "bare.bmp"] in same


def test_the_original_is_the_best_copy_whichever_format_it_has(vault: RunningVault) -> None:
    """A PNG that was made of a JPEG holds no more than that one did, a JPEG that was made of a PNG less."""
    wanted = []
    for quality, ground in ((85, "beach"), (90, "city"), (95, "meadow")):
        first, other = vault.pictures / f"camera {quality}.jpg", vault.pictures / f"camera {quality} edited.png"
        draw(Scene("cat", "green", ground, 2), (640, 480)).save(first, quality=quality)
        with Image.open(first) as photo:
            photo.save(other)
        drawn, passed_on = vault.pictures / f"drawn {quality}.png", vault.pictures / f"drawn {quality} sent.jpg"
        draw(Scene("house", "purple", ground, 9), (640, 480)).save(drawn)
        with Image.open(drawn) as picture:
            picture.convert("RGB").save(passed_on, quality=quality)
        wanted += [[first.name, other.name], [drawn.name, passed_on.name]]
    vault.settle()
    assert sorted(wanted) == [group for group in groups(vault, "same") if group[0].startswith(("camera", "drawn"))]
