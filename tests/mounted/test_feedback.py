"""What everyday programs do to the results of a query: hide some, add some, and never bytes."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.mounting import Mount
from support.smalldaemon import MAGIC, SmallDaemon
from support.vault import eventually
from vaultipc.messages import ActionResult, VerdictParams

_numbers = itertools.count(1)


@pytest.fixture
def query(library: SmallDaemon) -> str:
    """A query with five results."""
    word = f"hound{next(_numbers)}"
    for letter in "abcde":
        library.add(f"{word}/{letter}.jpg", word)
    return word


@pytest.fixture
def folder(mount: Mount, query: str) -> Path:
    place = mount.place / "search" / query
    assert len(os.listdir(place)) == 5
    return place


def run(*command: object, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run a program, which must say nothing and succeed."""
    if shutil.which(str(command[0])) is None:
        pytest.skip(f"{command[0]} is not installed")
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=40, check=False)
    assert not check or (done.returncode, done.stderr) == (0, "")
    return done


def said(library: SmallDaemon, query: str) -> dict[str, str]:
    """Return file name → verdict."""
    return {
        os.path.basename(library.pictures[image].path).decode(): verdict
        for (asked, image), verdict in library.verdicts.items()
        if asked == query
    }


def test_rm_hides(folder: Path, library: SmallDaemon, query: str) -> None:
    run("rm", folder / "002 b.jpg", folder / "004 d.jpg")
    assert said(library, query) == {"b.jpg": "hide", "d.jpg": "hide"}
    assert not (folder / "002 b.jpg").exists()
    assert (folder / "003 c.jpg").exists()


@pytest.mark.parametrize("place", ["search", "saved"])
def test_rm_r_hides_nothing_and_forgets_the_query(
    place: str, folder: Path, mount: Mount, library: SmallDaemon, query: str
) -> None:
    library.save(query, query)
    run("rm", "-r", mount.place / place / query)
    assert said(library, query) == {}
    assert query not in (library.history if place == "search" else library.saved)
    assert len(os.listdir(folder)) == 5


def test_an_rm_r_in_python_hides_nothing(folder: Path, library: SmallDaemon, query: str) -> None:
    run(sys.executable, "-c", "import shutil, sys; shutil.rmtree(sys.argv[1])", folder)
    assert said(library, query) == {}
    assert query not in library.history


def test_an_rm_of_everything_hides_nothing(folder: Path, library: SmallDaemon, query: str) -> None:
    run("sh", "-c", f"rm '{folder}'/*")
    assert said(library, query) == {}
    assert len(os.listdir(folder)) == 5
    run("find", folder, "-type", "l", "-delete")
    assert said(library, query) == {}


def test_threads_that_delete_everything_hide_nothing(folder: Path, library: SmallDaemon, query: str) -> None:
    program = (
        "import os, sys; from concurrent.futures import ThreadPoolExecutor as Pool; os.chdir(sys.argv[1])\n"
        "with Pool(4) as pool: list(pool.map(os.unlink, os.listdir()))"
    )
    run(sys.executable, "-c", program, folder)
    assert said(library, query) == {}


def test_a_folder_that_is_forgotten_while_a_window_shows_it_is_there_again(
    folder: Path, library: SmallDaemon, query: str
) -> None:
    window = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        run("rm", "-r", folder)
        assert len(os.listdir(folder)) == 5
        run("rm", folder / "001 a.jpg")
        assert said(library, query) == {"a.jpg": "hide"}
    finally:
        os.close(window)


@pytest.mark.expects_log("the daemon does not answer")
def test_an_rm_r_that_the_daemon_left_in_the_middle_hides_nothing_once_it_is_back(
    folder: Path, library: SmallDaemon, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hide = library.on_hide

    def falls_silent(params: VerdictParams) -> ActionResult:
        library.silent = library.requests["hide"] >= heard + 2
        return hide(params)

    heard = library.requests["hide"]
    monkeypatch.setattr(library, "on_hide", falls_silent)
    try:
        assert "Input/output error" in run("rm", "-r", folder, check=False).stderr
        assert "hide" in said(library, query).values()
    finally:
        monkeypatch.undo()
        library.silent = False
    eventually(lambda: said(library, query) == {}, "shown again", 10)
    assert query in library.history


def test_the_only_result_is_hidden_by_rm_and_not_by_rm_r(mount: Mount, library: SmallDaemon, query: str) -> None:
    library.add(f"{query}/only.jpg", f"{query}x")
    folder = mount.place / "search" / f"{query}x"
    assert os.listdir(folder) == ["001 only.jpg"]
    run("rm", "-r", folder)
    assert os.listdir(folder) == ["001 only.jpg"]
    run("rm", folder / "001 only.jpg")
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    "command",
    [["ln", "-s"], ["ln", "-sf"], ["cp", "-P"], ["cp", "-a"], ["rsync", "-a"], ["mv"], ["mv", "-n"],
     ["gio", "copy", "-P"], ["gio", "move"]],
    ids=" ".join,
)  # fmt: skip
def test_a_result_of_another_query_is_added_by(
    command: list[str], folder: Path, mount: Mount, library: SmallDaemon, query: str
) -> None:
    library.add(f"{query}/other.jpg", f"{query}x")
    (name,) = os.listdir(mount.place / "search" / f"{query}x")
    run(*command, mount.place / "search" / f"{query}x" / name, folder)
    assert said(library, query) == {"other.jpg": "prefer"}
    assert os.listdir(folder)[0] == "001 other.jpg"
    assert os.listdir(mount.place / "search" / f"{query}x") == ["001 other.jpg"]


@pytest.mark.parametrize("place", ["search", "saved"])
@pytest.mark.parametrize(
    "command", [["cp"], ["cp", "-a"], ["mv"], ["rsync", "-a"], ["install"], ["gio", "copy"], ["gio", "move"]],
    ids=" ".join,
)  # fmt: skip
def test_bytes_are_not_taken_in_by(
    command: list[str], place: str, folder: Path, mount: Mount, library: SmallDaemon, outside: Path, query: str
) -> None:
    library.save(query, query)
    source = outside / f"{query}.jpg"
    source.write_bytes(MAGIC + query.encode())
    before = sorted(os.listdir(mount.place / place / query))
    done = run(*command, source, f"{mount.place}/{place}/{query}/", check=False)
    assert done.returncode != 0
    assert "Read-only file system" in done.stderr
    assert source.read_bytes() == MAGIC + query.encode()
    assert sorted(os.listdir(mount.place / place / query)) == before
    assert list(library.holding.iterdir()) == []
    assert said(library, query) == {}


@pytest.mark.parametrize(
    "command",
    [["mv"], ["install"], ["cp", "--remove-destination"], ["rsync", "-a"], ["rsync", "-a", "--inplace"],
     ["gio", "copy"], ["gio", "move"]],
    ids=" ".join,
)  # fmt: skip
def test_neither_an_original_nor_a_result_is_lost_to_bytes_in_its_place_by(
    command: list[str], folder: Path, library: SmallDaemon, outside: Path, query: str
) -> None:
    original = Path(os.readlink(folder / "001 a.jpg"))
    before = original.read_bytes()
    source = outside / f"{query}.jpg"
    source.write_bytes(MAGIC + query.encode())
    for _ in range(2):  # the second time, what the first one left behind must not be a way in
        done = run(*command, source, folder / "001 a.jpg", check=False)
        assert done.returncode != 0
        assert original.read_bytes() == before
        assert source.exists()
        assert said(library, query) == {}
        assert len(os.listdir(folder)) == 5


def test_a_name_that_was_linked_is_no_way_into_an_original(folder: Path, library: SmallDaemon, outside: Path) -> None:
    original = Path(os.readlink(folder / "002 b.jpg"))
    before = original.read_bytes()
    (folder / "mine.jpg").symlink_to(original)
    source = outside / "mine.jpg"
    source.write_bytes(MAGIC + b"other")
    for _ in range(2):
        assert "Read-only file system" in run("cp", source, folder, check=False).stderr
        os.listdir(folder)
    assert original.read_bytes() == before
