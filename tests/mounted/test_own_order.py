"""Albums, favourites, neighbours and facets in the mount of the real daemon, by the programs of every day."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from support.prompt_writers import CASES, invokeai
from support.vault import RunningVault, eventually

COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200)}
SHADE = (180, 30, 30)


def draw(path: Path, colour: tuple[int, int, int], size: int = 48) -> Path:
    """Write a picture of one colour; another size is another content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (size, 32), colour).save(path)
    return path


@pytest.fixture(scope="module", params=["pyfuse3", pytest.param("fusepy", marks=pytest.mark.long)])
def running(request: pytest.FixtureRequest) -> Iterator[RunningVault]:
    """A library of three pictures, one of them in two files, settled and mounted."""
    with RunningVault(Path(tempfile.mkdtemp(prefix=""))) as vault:
        vault.environ["VVAULT_MOUNT_BACKEND"] = request.param
        for name, colour in COLOURS.items():
            draw(vault.pictures / f"{name}.png", colour)
        shutil.copy(vault.pictures / "blue.png", vault.pictures / "again.png")
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        vault.mount()
        yield vault
        assert "Traceback" not in vault.log("mount"), vault.log("mount")
        assert "Traceback" not in vault.log("daemon"), vault.log("daemon")


@pytest.fixture
def album(running: RunningVault, request: pytest.FixtureRequest) -> Path:
    """A new album's folder."""
    place = running.mountpoint / "albums" / f"a{abs(hash(request.node.name)) % 10**8}"
    place.mkdir()
    return place


def run(*command: str | Path) -> None:
    """Run a program: a process of its own, and so an action of its own."""
    subprocess.run(command, check=True)


def shown(vault: RunningVault, album: Path) -> list[str]:
    """Return the names in an album as the command line tells them, in order."""
    return [hit["name"] for hit in vault.call("album", "show", album.name)["hits"]]


def test_an_album_is_filled_and_ordered_by_links_copies_and_moves(running: RunningVault, album: Path) -> None:
    run("ln", "-s", running.pictures / "red.png", running.pictures / "green.png", album)
    run("cp", draw(running.home / "new.png", SHADE, 60), album)
    assert os.listdir(album) == shown(running, album) == ["red.png", "green.png", "new.png"]
    assert (running.pictures / "Vault Inbox" / "new.png").exists()
    run("mv", album / "new.png", album / "red.png")
    assert os.listdir(album) == shown(running, album) == ["new.png", "green.png"]
    running.call("undo")
    assert os.listdir(album) == ["red.png", "green.png", "new.png"]
    running.call("album", "move", album.name, running.pictures / "green.png", "--before", running.pictures / "red.png")
    assert os.listdir(album) == ["green.png", "red.png", "new.png"]


def test_an_rm_of_a_whole_album_is_one_undo(running: RunningVault, album: Path) -> None:
    run("ln", "-s", *(running.pictures / f"{name}.png" for name in COLOURS), album)
    before = os.listdir(album)
    run("rm", "-r", album)
    assert not album.exists()
    running.call("undo")
    assert os.listdir(album) == before
    assert len(before) == 3


def test_a_move_between_albums_is_one_undo(running: RunningVault, album: Path) -> None:
    other = album.with_name(f"{album.name}-other")
    run("cp", "-P", running.mountpoint / "recent" / "red.png", album)
    run("mkdir", other)
    run("mv", album / "red.png", other)
    assert (os.listdir(album), os.listdir(other)) == ([], ["red.png"])
    running.call("undo")
    assert (os.listdir(album), os.listdir(other)) == (["red.png"], [])


def test_favourites_agree_with_the_command_line(running: RunningVault) -> None:
    folder = running.mountpoint / "favorites"
    run("ln", "-s", running.pictures / "red.png", folder)
    assert running.call("search", "fav:yes")["total"] == 1
    running.call("fav", running.pictures / "green.png")
    assert os.listdir(folder) == ["green.png", "red.png"]
    run("mv", draw(running.home / "loved.png", SHADE, 61), folder)
    assert not (running.home / "loved.png").exists()
    run("rm", *(folder / name for name in os.listdir(folder)))
    assert os.listdir(folder) == []
    running.call("undo")
    assert len(os.listdir(folder)) == 3


def test_neighbours_of_a_picture_are_a_folder(running: RunningVault) -> None:
    like = running.mountpoint / "like"
    running.settle()  # what an earlier test took in may become a neighbour between two looks
    (image,) = [hit["id"] for hit in running.call("search", "name:red.png")["hits"]]
    by_name = os.listdir(like / "red.png" / ".all")
    assert by_name == os.listdir(like / image / ".all")
    assert len(by_name) >= 2
    assert not [name for name in by_name if name.endswith(" red.png")]
    assert "red.png" not in os.listdir(like)
    os.listdir(like / "red.png")
    assert os.listdir(like) == ["drop", "red.png"]
    with pytest.raises(FileNotFoundError):
        os.listdir(like / "nothing-like-it.png")


def test_a_dropped_picture_is_searched_by_and_never_taken_in(running: RunningVault) -> None:
    like = running.mountpoint / "like"
    images = running.call("status")["images"]
    photo = draw(running.home / "photo.png", SHADE, 90)
    run("cp", "-p", photo, like / "drop")
    assert (like / "drop" / "photo.png").read_bytes() == photo.read_bytes()
    assert (like / "drop" / "photo.png").stat().st_mtime_ns == photo.stat().st_mtime_ns
    assert [name for name in os.listdir(like / "photo.png" / ".all") if name.endswith(" red.png")]
    assert running.settle()["images"] == images
    (like / "drop" / "notes.txt").write_text("no picture")
    with pytest.raises(OSError, match="Invalid argument"):
        os.listdir(like / "notes.txt")
    assert len(list((running.data / "holding").iterdir())) >= 2
    run("rm", "-r", like / "drop" / "photo.png", like / "drop" / "notes.txt")
    assert os.listdir(like / "drop") == []


def test_what_is_dropped_is_moved_into_an_album_as_any_file(running: RunningVault, album: Path) -> None:
    drop = running.mountpoint / "like" / "drop"
    run("cp", draw(running.home / "kept.png", SHADE, 91), drop)
    run("mv", drop / "kept.png", album)
    assert os.listdir(drop) == []
    assert os.listdir(album) == ["kept.png"]


def test_facets_hold_what_the_catalog_knows(running: RunningVault) -> None:
    running.call("rate", "4", running.pictures / "green.png")
    assert running.listing("by") == ["camera", "color", "date", "lora", "model", "rating", "type"]
    assert "png" in running.listing("by/type")
    assert running.listing("by/rating") == ["4"]
    assert running.listing("by/rating/4") == ["green.png"]
    assert "red.png" in running.listing("by/color/red")
    assert "red.png" not in running.listing("by/color/green")
    assert running.listing("by/model") == running.listing("by/camera") == []


def test_copies_stand_together_and_what_is_gone_is_missing(running: RunningVault) -> None:
    (group,) = running.listing("duplicates/exact")
    folder = running.mountpoint / "duplicates" / "exact" / group
    targets = sorted(os.readlink(folder / name) for name in os.listdir(folder))
    assert targets == [str(running.pictures / "again.png"), str(running.pictures / "blue.png")]
    lost = draw(running.pictures / "lost.png", SHADE, 92)
    running.settle()
    lost.unlink()
    eventually(lambda: running.listing("missing") == ["lost.png"], "missing")
    assert os.readlink(running.mountpoint / "missing" / "lost.png") == str(lost)
    assert running.listing("offline") == []


def test_how_a_picture_was_generated_is_read_beside_it(running: RunningVault) -> None:
    case = next(each for each in CASES if each.name == "InvokeAI 5")
    picture = running.pictures / "made.png"
    picture.write_bytes(case.content)
    running.settle()
    (lora, *_), model = case.said.loras, case.said.model
    assert running.listing("by/model") == [model]
    assert running.listing(f"by/model/{model}") == running.listing(f"by/lora/{lora.name}") == ["made.png"]
    results = running.mountpoint / "search" / f"seed:{case.said.seed}"
    assert os.listdir(results) == ["001 made.png"]
    assert os.listdir(results / ".prompt") == ["001 made.png.txt"]
    found = subprocess.run(["grep", "-rl", case.said.prompt, results / ".prompt"], capture_output=True, check=True)
    assert os.fsdecode(found.stdout.rstrip()) == str(results / ".prompt" / "001 made.png.txt")
    run("cp", results / ".workflow" / "001 made.png.json", running.home / "graph.json")
    assert (running.home / "graph.json").read_text() == invokeai.WORKFLOW
    assert os.listdir(results / ".by" / "lora" / lora.name) == ["001 made.png"]
    picture.unlink()
    eventually(lambda: running.listing("by/model") == [], "what is gone is no value")


def test_the_daemon_away_leaves_what_was_listed_and_refuses_the_rest_at_once(
    running: RunningVault, album: Path
) -> None:
    run("ln", "-s", running.pictures / "red.png", album)
    before = {place: running.listing(place) for place in ("albums", f"albums/{album.name}", "favorites", "by/type")}
    running.stop()
    assert {place: running.listing(place) for place in before} == before
    drop = running.mountpoint / "like" / "drop"
    run("cp", running.pictures / "red.png", drop)
    assert os.listdir(drop) == ["red.png"]
    for gesture in (
        lambda: (album / "green.png").symlink_to(running.pictures / "green.png"),
        lambda: os.mkdir(album.with_name("new")),
        lambda: os.unlink(album / "red.png"),
        lambda: os.listdir(running.mountpoint / "like" / "green.png"),
    ):
        with pytest.raises(OSError, match="Input/output error"):
            gesture()
    assert "daemon is away" in (running.mountpoint / "STATUS.txt").read_text()
    running.start()
    eventually(lambda: "away" not in (running.mountpoint / "STATUS.txt").read_text(), "the daemon is found again")
    assert os.listdir(album) == ["red.png"]


def test_the_first_steps_leave_the_list_and_what_was_dropped_goes_with_the_mount(running: RunningVault) -> None:
    holding = running.data / "holding"
    for name in os.listdir(running.mountpoint / "like" / "drop"):
        os.unlink(running.mountpoint / "like" / "drop" / name)
    before = set(os.listdir(holding))
    run("cp", running.pictures / "red.png", running.mountpoint / "like" / "drop")
    os.listdir(running.mountpoint / "search" / "type:png")
    assert set(os.listdir(holding)) > before
    running.unmount()
    assert set(os.listdir(holding)) == before
    running.mount()
    assert "README.txt" not in running.listing(".")
    assert os.listdir(running.mountpoint / "like" / "drop") == []
    assert "vvault undo" in (running.mountpoint / "README.txt").read_text()
