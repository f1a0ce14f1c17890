"""What everyday programs do in a folder of the mount."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.mounting import Mount
from support.smalldaemon import MAGIC, SmallDaemon
from support.vault import eventually

_numbers = itertools.count(1)


@pytest.fixture
def word(library: SmallDaemon) -> str:
    """A word that finds nothing yet."""
    return f"word{next(_numbers)}"


def run(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(
        [str(part) for part in command],
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        timeout=40,
        check=False,
    )


def test_pictures_are_read_whole_through_every_way(mount: Mount, library: SmallDaemon, word: str) -> None:
    data = MAGIC + os.urandom(3_000_001)
    library.tag(word, library.add(f"{word}.jpg", word, data))
    for path in (f"search/{word}/001 {word}.jpg", f"tags/{word}/{word}.jpg"):
        assert (mount.place / path).read_bytes() == data
        assert (mount.place / path).stat().st_size == len(data)
    with (mount.place / f"tags/{word}/{word}.jpg").open("rb") as file:
        file.seek(2_999_000)
        assert file.read(500) == data[2_999_000:2_999_500]


def test_many_readers_at_once(mount: Mount, library: SmallDaemon, word: str) -> None:
    pictures = [library.add(f"{word}/{number}.jpg", word) for number in range(16)]
    library.tag(word, *pictures)
    folder = mount.place / "tags" / word
    with ThreadPoolExecutor(64) as pool:
        read = list(pool.map(lambda number: (folder / f"{number % 16}.jpg").read_bytes(), range(64)))
    assert read == [Path(os.fsdecode(pictures[number % 16].path)).read_bytes() for number in range(64)]


@pytest.mark.parametrize(
    "name", [b"new\nline.jpg", "emoji 🐈.jpg".encode(), b"bad \xff\xfe.jpg", b"-rf.jpg", b"a'b\"c.jpg"]
)
def test_odd_names_can_be_listed_read_and_linked(name: bytes, mount: Mount, library: SmallDaemon, word: str) -> None:
    picture = library.add(os.fsencode(word) + b"/" + name, word)
    folder = os.fsencode(mount.place) + b"/search/" + word.encode()
    assert os.listdir(folder) == [b"001 " + name]
    library.tag(word)
    tag = os.fsencode(mount.place) + b"/tags/" + word.encode()
    os.symlink(os.readlink(folder + b"/001 " + name), tag + b"/" + name)
    assert os.listdir(tag) == [name]
    with open(tag + b"/" + name, "rb") as file:
        assert file.read() == Path(os.fsdecode(picture.path)).read_bytes()


def test_a_folder_of_two_thousand_is_listed_whole(mount: Mount, library: SmallDaemon, word: str) -> None:
    pictures = [library.add(f"{word}/{number:04}.jpg", word) for number in range(2000)]
    done = run("ls", "-l", mount.place / "search" / word)
    for picture in pictures:
        del library.pictures[picture.id]
    assert done.returncode == 0
    assert len(done.stdout.splitlines()) == 2001


def test_a_folder_lists_itself_and_the_one_above(mount: Mount, library: SmallDaemon, word: str) -> None:
    library.tag(word, library.add(f"{word}.jpg", word))
    assert run("ls", "-a", mount.place / "tags" / word).stdout.split() == [".", "..", f"{word}.jpg"]


def test_a_new_hit_is_in_the_next_listing_a_second_later(mount: Mount, library: SmallDaemon, word: str) -> None:
    folder = mount.place / "search" / word
    assert os.listdir(folder) == []
    library.add(f"{word}.jpg", word)
    eventually(lambda: os.listdir(folder) == [f"001 {word}.jpg"], "listed", 3)


def test_a_name_that_moved_to_another_picture_reads_the_new_one(mount: Mount, library: SmallDaemon, word: str) -> None:
    first = library.add(f"{word}/x/a.jpg", word, MAGIC + b"first")
    path = mount.place / "search" / word / "001 a.jpg"
    assert path.read_bytes() == MAGIC + b"first"
    first.labels.clear()
    library.add(f"{word}/y/a.jpg", word, MAGIC + b"second")
    time.sleep(1.1)
    os.listdir(path.parent)
    eventually(lambda: path.read_bytes() == MAGIC + b"second", "the new picture", 3)


def test_a_tag_that_was_deleted_elsewhere_can_be_made_again(mount: Mount, library: SmallDaemon, word: str) -> None:
    library.tag(word)
    assert (mount.place / "tags" / word).is_dir()
    del library.tags[word]
    library.tell("tags")
    eventually(lambda: not (mount.place / "tags" / word).exists(), "gone", 5)
    (mount.place / "tags" / word).mkdir()
    assert word in library.tags


def test_a_shell_can_write_a_picture_in_pieces(mount: Mount, library: SmallDaemon, word: str) -> None:
    library.tag(word)
    place = mount.place / "tags" / word / f"{word}.jpg"
    assert run("sh", "-c", f"( printf PIC; printf 'TURE {word}' ) > '{place}'").returncode == 0
    assert len(library.tagged(word)) == 1


def test_pythons_copy_and_move_work(mount: Mount, library: SmallDaemon, outside: Path, word: str) -> None:
    library.tag(word)
    for verb, name in ((shutil.copy2, "copied"), (shutil.move, "moved")):
        source = outside / f"{word}-{name}-{mount.backend}.jpg"
        source.write_bytes(MAGIC + f"{word} {name} {mount.backend}".encode())
        verb(source, mount.place / "tags" / word)
    assert len(library.tagged(word)) == 2


def test_rsync_copies_into_a_tag(mount: Mount, library: SmallDaemon, outside: Path, word: str) -> None:
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed")
    library.tag(word)
    source = outside / f"{word}-{mount.backend}.jpg"
    source.write_bytes(MAGIC + f"{word} rsync {mount.backend}".encode())
    assert run("rsync", "-a", source, f"{mount.place}/tags/{word}/").returncode == 0
    assert len(library.tagged(word)) == 1


def test_an_editor_may_write_the_query_in_any_way(mount: Mount, library: SmallDaemon, word: str) -> None:
    library.save(word, "old")
    query = mount.place / "saved" / word / ".query"
    assert run("sed", "-i", f"s/old/{word}/", query).returncode == 0
    assert library.saved[word].query == word
    assert run("sh", "-c", f"echo two words > '{query}'").returncode == 0
    assert library.saved[word].query == "two words"
    assert query.read_text() == "two words\n"
    with query.open("r+") as file:
        file.write("red")
    assert library.saved[word].query == "red words"


@pytest.mark.parametrize("command", [["cp", "-a"], ["mv"], ["rsync", "-a"]], ids=lambda command: command[0])
def test_a_folder_taken_in_with_its_times_and_owner_is_a_tag(
    command: list[str], mount: Mount, library: SmallDaemon, outside: Path, word: str
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    name = f"{word}{command[0]}{mount.backend}"
    (outside / name).mkdir()
    (outside / name / f"{name}.jpg").write_bytes(MAGIC + name.encode())
    os.utime(outside / name, (1, 1))
    done = run(*command, outside / name, mount.place / "tags")
    assert (done.returncode, done.stderr) == (0, "")
    assert [picture.tags for picture in library.pictures.values() if name.encode() in picture.path] == [{name}]


def test_a_folder_with_a_decomposed_name_is_found_removed_and_renamed_under_both_names(
    mount: Mount, library: SmallDaemon, outside: Path, word: str
) -> None:
    composed, decomposed = f"caf\u00e9{word}{mount.backend}", f"cafe\u0301{word}{mount.backend}"
    (outside / decomposed).mkdir()
    (outside / decomposed / f"{decomposed}.jpg").write_bytes(MAGIC + composed.encode())
    done = run("cp", "-r", outside / decomposed, mount.place / "tags")
    assert (done.returncode, done.stderr) == (0, "")
    tags = mount.place / "tags"
    assert os.listdir(tags / decomposed) == os.listdir(tags / composed) == [f"{decomposed}.jpg"]
    assert composed in library.tags
    assert run("mkdir", "-p", tags / decomposed).returncode == 0
    os.rename(tags / decomposed, tags / f"{word}{mount.backend}")
    assert composed not in library.tags
    os.mkdir(tags / decomposed)
    os.rmdir(tags / decomposed)
    assert composed not in os.listdir(tags)
    os.mkdir(mount.place / "saved" / decomposed)
    os.rmdir(mount.place / "saved" / decomposed)
    assert composed not in library.saved


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_shell_tells_of_a_query_that_does_not_parse(
    shell: str, mount: Mount, library: SmallDaemon, word: str
) -> None:
    library.save(word, word)
    place = mount.place / "saved" / word / ".query"
    done = run(shell, "-c", f"echo '\"{word}' > '{place}'")
    assert done.returncode != 0
    assert done.stderr
    assert run(shell, "-c", f"printf '{word}\n\tmore\n' > '{place}'").returncode == 0
    assert library.saved[word].query == f"{word}\n\tmore"


def test_python_deletes_a_whole_saved_search_and_nothing_else(mount: Mount, library: SmallDaemon, word: str) -> None:
    picture = library.add(f"{word}.jpg", word)
    library.tag(word, picture)
    library.save(word, word)
    assert len(os.listdir(mount.place / "saved" / word)) == 2
    shutil.rmtree(mount.place / "saved" / word)
    assert word not in library.saved
    assert word in picture.tags
    assert Path(os.fsdecode(picture.path)).exists()


def test_a_saved_search_is_copied_with_its_times(mount: Mount, library: SmallDaemon, word: str) -> None:
    library.add(f"{word}.jpg", word)
    library.save(word, word)
    copy = f"copy-of-{word}-{mount.backend}"
    done = run("cp", "-a", mount.place / "saved" / word, mount.place / "saved" / copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert library.saved[copy].query == word
    assert sorted(os.listdir(mount.place / "saved" / copy)) == [".query", f"001 {word}.jpg"]
    assert run("cat", mount.place / "saved" / copy / f"001 {word}.jpg").returncode == 0
