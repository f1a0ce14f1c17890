"""What file managers do, by the names they look for and by `gio`, which does it with the same library as GNOME's.

The names were noted while real ones were at work in a mount: `benchmarks/file_managers.py` repeats that.
"""

from __future__ import annotations

import itertools
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from support.mounting import Mount
from support.smalldaemon import MAGIC, SmallDaemon

_numbers = itertools.count(1)

LOOKED_FOR = {
    "Thunar": (".hidden", ".sh_thumbnails", ".Trash", ".Trash-1000"),
    "PCManFM": (".directory", ".Trash", ".Trash-1000"),
    "Nautilus": (".hidden", ".Trash", ".Trash-1000"),
    "Dolphin": (".hidden", ".directory"),
    "gvfs": (".Trash-0", ".xdg-volume-info", "autorun.inf", ".autorun", "autorun.sh"),
}
"""What each looked for in the folders that it opened, or above them."""

FOLDERS = (".", "search", "saved", "tags", "albums", "favorites", "like", "by", "by/camera", "recent", "offline")


@pytest.fixture
def word(library: SmallDaemon) -> str:
    """A word that finds one picture, which has it as its tag."""
    word = f"managed{next(_numbers)}"
    library.tag(word, library.add(f"{word}.jpg", word))
    return word


def gio(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run `gio`, which knows no other home than the test's."""
    if shutil.which("gio") is None:
        pytest.skip("gio is not installed")
    command = ["gio", *map(str, arguments)]
    return subprocess.run(
        command, cwd=cwd, env=os.environ | {"LC_ALL": "C.UTF-8", "GIO_USE_VFS": "local"}, capture_output=True,
        encoding="utf-8", timeout=30, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("program", LOOKED_FOR)
def test_what_a_file_manager_looks_for_is_answered_at_once_and_asked_of_nobody(
    program: str, mount: Mount, library: SmallDaemon, word: str
) -> None:
    folders = [mount.place / folder for folder in (*FOLDERS, f"search/{word}", f"tags/{word}")]
    for folder in folders:
        os.listdir(folder)
    before, history = asked(library), list(library.history)
    found = [folder / name for folder in folders for name in LOOKED_FOR[program] if os.path.lexists(folder / name)]
    assert found == []
    assert asked(library) == before
    assert library.history == history


def asked(library: SmallDaemon) -> dict[str, int]:
    """Return how often what costs something was asked; the lists of names the mount renews by itself."""
    return {method: library.requests[method] for method in ("search", "similar", "view", "facet.images", "image")}


def test_gio_lists_what_is_there(mount: Mount, library: SmallDaemon, word: str) -> None:
    done = gio("list", mount.place / "search" / word)
    assert (done.stdout, done.stderr) == (f"001 {word}.jpg\n", "")
    assert "tags" in gio("list", mount.place).stdout.split()


def test_gio_tells_the_type_and_the_size_of_a_picture(mount: Mount, library: SmallDaemon, word: str) -> None:
    size = next(p for p in library.pictures.values() if word in p.labels).path
    for folder, name in (("search", f"001 {word}.jpg"), ("tags", f"{word}.jpg")):
        told = gio("info", mount.place / folder / word / name).stdout
        assert "type: regular" in told
        assert f"size:  {os.stat(size).st_size}" in told
        assert "standard::content-type: image/jpeg" in told
        assert "access::can-trash: FALSE" in told


def test_gio_copies_a_picture_out(mount: Mount, library: SmallDaemon, outside: Path, word: str) -> None:
    for number, entry in enumerate((f"search/{word}/001 {word}.jpg", f"tags/{word}/{word}.jpg")):
        copy = outside / f"{word}-{mount.backend}-{number}.jpg"
        done = gio("copy", mount.place / entry, copy)
        assert done.returncode == 0, done.stderr
        assert copy.read_bytes() == (mount.place / entry).read_bytes()


def test_gio_copies_and_moves_a_picture_into_a_tag(
    mount: Mount, library: SmallDaemon, outside: Path, word: str
) -> None:
    for verb in ("copy", "move"):
        source = outside / f"{word}-{verb}-{mount.backend}.jpg"
        source.write_bytes(MAGIC + source.name.encode())
        done = gio(verb, source, mount.place / "tags" / word)
        assert done.returncode == 0, done.stderr
        assert source.exists() == (verb == "copy")
    assert len(library.tagged(word)) == 3


def test_gio_cannot_copy_into_results_and_says_so(mount: Mount, library: SmallDaemon, outside: Path, word: str) -> None:
    source = outside / f"{word}-{mount.backend}.jpg"
    source.write_bytes(MAGIC + source.name.encode())
    done = gio("copy", source, mount.place / "search" / word)
    assert done.returncode != 0
    assert "Read-only file system" in done.stderr
    assert os.listdir(mount.place / "search" / word) == [f"001 {word}.jpg"]


@pytest.mark.parametrize("folder", ["search", "tags"])
def test_there_is_no_trash_and_gio_says_so(folder: str, mount: Mount, library: SmallDaemon, word: str) -> None:
    [name] = os.listdir(mount.place / folder / word)
    done = gio("trash", mount.place / folder / word / name)
    assert done.returncode != 0
    assert done.stderr.startswith("gio: ")
    assert word in done.stderr
    assert os.listdir(mount.place / folder / word) == [name]
    assert len(library.tagged(word)) == 1
    assert not library.verdicts


def test_a_folder_that_gio_makes_in_tags_is_a_tag_and_one_it_renames_too(
    mount: Mount, library: SmallDaemon, word: str
) -> None:
    made = f"{word}-{mount.backend}"
    assert gio("mkdir", mount.place / "tags" / made).returncode == 0
    assert made in library.tags
    assert gio("rename", mount.place / "tags" / made, f"{made}-renamed").returncode == 0
    assert made not in library.tags
    assert f"{made}-renamed" in library.tags


def test_gio_sees_a_picture_come_and_go_that_others_link_and_remove(
    mount: Mount, library: SmallDaemon, word: str
) -> None:
    if shutil.which("gio") is None:
        pytest.skip("gio is not installed")
    folder, name = mount.place / "tags" / word, f"{word}-seen.jpg"
    target = os.fsdecode(library.add(name, "").path)
    command = ["stdbuf", "-oL", "gio", "monitor", "--dir", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as watching:
        assert watching.stdout is not None
        try:
            time.sleep(1)  # it does not tell when it has begun
            (folder / name).symlink_to(target)
            (folder / name).unlink()
            seen = b""
            while b"deleted" not in seen and select.select([watching.stdout], [], [], 10)[0]:
                seen += os.read(watching.stdout.fileno(), 4096)
        finally:
            watching.terminate()
    assert b"created" in seen
    assert b"deleted" in seen
