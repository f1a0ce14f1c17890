"""From a picture on disk to a tag made by hand, with the real daemon: what the mount and the catalog say."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from support.mounting import BACKENDS
from support.vault import RunningVault, eventually

COLOURS = {"red": (200, 20, 20), "green": (20, 200, 20), "blue": (20, 20, 200), "grey": (90, 90, 90)}


def draw(path: Path, colour: str, size: int = 48) -> Path:
    """Write a picture of one colour; another size is another content."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (size, 32), COLOURS[colour]).save(path)
    return path


@pytest.fixture(scope="module", params=BACKENDS)
def running(request: pytest.FixtureRequest) -> Iterator[RunningVault]:
    """A library of four pictures, settled and mounted."""
    with RunningVault(Path(tempfile.mkdtemp(prefix=""))) as vault:
        vault.environ["VVAULT_MOUNT_BACKEND"] = request.param
        for colour in COLOURS:
            draw(vault.pictures / f"{colour}.png", colour)
        vault.start()
        vault.call("add", vault.pictures)
        vault.settle()
        vault.mount()
        yield vault
        assert "Traceback" not in vault.log("mount"), vault.log("mount")
        assert "Traceback" not in vault.log("daemon"), vault.log("daemon")


@pytest.fixture
def tag(running: RunningVault, request: pytest.FixtureRequest) -> Path:
    """A new tag's folder."""
    place = running.mountpoint / "tags" / f"t{abs(hash(request.node.name)) % 10**8}"
    place.mkdir()
    return place


def tagged(vault: RunningVault, tag: Path) -> list[str]:
    """Return the file names that the command line finds for a tag."""
    hits = json.loads(vault.run("search", f'tag:"{tag.name}"', "--json").stdout)["hits"]
    return [Path(hit["path"]).name for hit in hits]


def run(*command: str | Path) -> None:
    """Run a program: a process of its own, and so an action of its own."""
    subprocess.run(command, check=True)


def test_a_link_an_rm_and_an_undo_agree_everywhere_at_once(running: RunningVault, tag: Path) -> None:
    run("ln", "-s", running.pictures / "red.png", tag)
    assert os.listdir(tag) == ["red.png"]
    assert tagged(running, tag) == ["red.png"]
    run("rm", tag / "red.png")
    assert os.listdir(tag) == []
    assert tagged(running, tag) == []
    running.call("undo")
    assert os.listdir(tag) == ["red.png"]
    assert tagged(running, tag) == ["red.png"]


def test_tags_set_as_an_attribute_are_the_catalogs_and_undone_as_one(running: RunningVault, tag: Path) -> None:
    os.symlink(running.pictures / "red.png", tag / "red.png")
    before = os.getxattr(tag / "red.png", "user.xdg.tags")
    assert tag.name in before.decode().split(",")
    script = "import os, sys; os.setxattr(sys.argv[1], 'user.xdg.tags', sys.argv[2].encode())"
    run(sys.executable, "-c", script, tag / "red.png", f"{tag.name}a,{tag.name}b")
    assert os.listdir(tag) == []
    for letter in "ab":
        assert tagged(running, tag.with_name(f"{tag.name}{letter}")) == ["red.png"]
    running.call("undo")
    assert os.listdir(tag) == ["red.png"]
    assert os.getxattr(tag / "red.png", "user.xdg.tags") == before


def test_tags_that_a_program_attached_to_an_original_are_shown(running: RunningVault, tag: Path) -> None:
    original = running.pictures / "blue.png"
    try:
        os.setxattr(original, "user.xdg.tags", tag.name.encode())
    except OSError as error:
        pytest.skip(f"files here have no extended attributes ({error.strerror})")
    eventually(lambda: os.listdir(tag) == ["blue.png"], "the tag is shown")
    assert running.call("search", f"tag:{tag.name} source:xattr")["total"] == 1
    os.removexattr(original, "user.xdg.tags")
    eventually(lambda: os.listdir(tag) == [], "the tag is gone")


def test_a_copy_onto_a_name_in_a_tag_never_changes_an_original(running: RunningVault, tag: Path) -> None:
    original = running.pictures / "red.png"
    before = (original.read_bytes(), original.stat().st_mtime_ns)
    (tag / "red.png").symlink_to(original)
    other = draw(running.home / "other" / "red.png", "blue", 77)
    done = subprocess.run(["cp", other, tag / "red.png"], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Read-only file system" in done.stderr
    assert (original.read_bytes(), original.stat().st_mtime_ns) == before


def test_the_only_copy_moved_in_from_outside_is_kept(running: RunningVault, tag: Path) -> None:
    source = draw(running.home / "outside" / "moved.png", "green", 80)
    data = source.read_bytes()
    run("mv", source, tag)
    assert not source.exists()
    assert (tag / "moved.png").read_bytes() == data
    assert (running.pictures / "Vault Inbox" / "moved.png").read_bytes() == data


def test_the_only_copy_moved_in_from_a_watched_folder_is_kept(running: RunningVault, tag: Path) -> None:
    source = draw(running.pictures / "deep" / "inside.png", "green", 81)
    data = source.read_bytes()
    running.settle()
    run("mv", source, tag)
    assert not source.exists()

    def kept() -> bool:
        try:
            return (tag / "inside.png").read_bytes() == data
        except OSError:
            return False

    eventually(kept, "the picture is there again")
    assert tagged(running, tag) == ["inside.png"]


@pytest.mark.parametrize("content", ["no picture at all", ""], ids=["a text", "nothing"])
def test_what_is_no_picture_is_refused_and_stays(running: RunningVault, tag: Path, content: str) -> None:
    broken = running.home / "broken.jpg"
    broken.write_text(content)
    os.utime(broken, (1, 1))
    done = subprocess.run(["mv", broken, tag], capture_output=True, text=True, check=False)
    assert "Invalid argument" in done.stderr
    assert broken.exists()
    assert os.listdir(tag) == []


def test_an_rm_of_a_whole_tag_is_one_undo(running: RunningVault, tag: Path) -> None:
    (tag / "sub").mkdir()
    for place in (tag, tag / "sub"):
        for colour in COLOURS:
            (place / f"{colour}.png").symlink_to(running.pictures / f"{colour}.png")
    run("rm", "-r", tag)
    assert not tag.exists()
    running.call("undo")
    assert len(os.listdir(tag)) == 5
    assert len(os.listdir(tag / "sub")) == 4


def test_a_retag_is_one_undo(running: RunningVault, tag: Path) -> None:
    (tag / "red.png").symlink_to(running.pictures / "red.png")
    (tag / "other").mkdir()
    run("mv", tag / "red.png", tag / "other")
    assert os.listdir(tag) == ["other"]
    running.call("undo")
    assert sorted(os.listdir(tag)) == ["other", "red.png"]
    assert os.listdir(tag / "other") == []


def test_a_renamed_tag_keeps_its_pictures(running: RunningVault, tag: Path) -> None:
    (tag / "red.png").symlink_to(running.pictures / "red.png")
    renamed = tag.rename(tag.with_name(f"{tag.name}-renamed"))
    assert os.listdir(renamed) == ["red.png"]
    assert tagged(running, renamed) == ["red.png"]


def test_saved_searches_are_made_asked_and_edited_as_folders(running: RunningVault) -> None:
    saved = running.mountpoint / "saved" / "type:png"
    saved.mkdir()
    assert len(os.listdir(saved)) > 4
    (saved / ".query").write_text("name:red\n")
    assert len([name for name in os.listdir(saved) if name.startswith("0")]) >= 1
    with pytest.raises(OSError, match="Invalid argument"):
        (saved / ".query").write_text('"open\n')
    assert (saved / ".query").read_text() == "name:red\n"
    saved.rmdir()
    assert running.call("saved")["saved"] == []


def found(vault: RunningVault, query: str) -> list[str]:
    """Return the file names that the command line finds for a query, in order."""
    return [Path(hit["path"]).name for hit in json.loads(vault.run("search", query, "--json").stdout)["hits"]]


def test_what_is_hidden_and_preferred_in_a_folder_is_so_everywhere_and_can_be_undone(running: RunningVault) -> None:
    folder = running.mountpoint / "search" / "width:48"
    before = running.listing("search/width:48")
    assert len(before) == 4
    run("rm", folder / before[0])
    hidden = before[0][4:]
    assert hidden not in found(running, "width:48")
    other = draw(running.pictures / "deep" / "wide.png", "blue", 90)
    running.settle()
    run("ln", "-s", other, folder)
    assert found(running, "width:48")[0] == "wide.png"
    assert running.listing("search/width:48")[0] == "001 wide.png"
    assert "wide.png" not in found(running, "width:48 type:png")
    running.call("undo")
    running.call("undo")
    assert sorted(found(running, "width:48")) == sorted(name[4:] for name in before)
    other.unlink()
    running.settle()


def test_an_rm_of_a_whole_folder_of_results_hides_nothing_and_is_one_line_of_the_log(
    running: RunningVault, tag: Path
) -> None:
    query = "width:48 type:png"
    before = found(running, query)
    assert len(before) == 4
    assert len(running.listing(f"search/{query}")) == 4
    earlier = running.call("log")["actions"][0]["id"]
    run("rm", "-r", running.mountpoint / "search" / query)
    assert found(running, query) == before
    newest, last = running.call("log")["actions"][:2]
    assert "taken back" in newest["summary"]
    assert last["id"] == earlier
    assert query not in os.listdir(running.mountpoint / "search")
    assert running.call("undo")["actions"][0]["id"] == newest["id"]
    assert found(running, query) == before
    assert tag.exists()


def test_an_rm_of_a_whole_saved_search_is_one_undo_and_hides_nothing(running: RunningVault) -> None:
    saved = running.mountpoint / "saved" / "small"
    saved.mkdir()
    (saved / ".query").write_text("width:<60\nlevel: loose\n")
    before = os.listdir(saved)
    assert len(before) == 5
    run("rm", "-r", saved)
    assert not saved.exists()
    running.call("undo")
    assert os.listdir(saved) == before
    assert (saved / ".query").read_text() == "width:<60\nlevel: loose\n"
    run("rm", "-r", saved)


def test_every_folder_answers_with_the_real_daemon(running: RunningVault) -> None:
    for folder in (".", "search", "search/name:red", "search/name:red/.why", "saved", "tags", "tags/auto", "by/date",
                   "recent", "untagged", "failed"):  # fmt: skip
        os.listdir(running.mountpoint / folder)
    assert "red.png" in running.listing("recent")
    (name,) = [name for name in running.listing("search/name:red") if name.endswith(" red.png")]
    assert os.readlink(running.mountpoint / "search/name:red" / name) == str(running.pictures / "red.png")
    (mount,) = running.call("status")["mounts"]
    assert mount["backend"] == running.environ["VVAULT_MOUNT_BACKEND"]
    assert "indexed" in (running.mountpoint / "STATUS.txt").read_text()
