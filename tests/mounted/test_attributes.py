"""Extended attributes through the kernel, on both backends, with links and with files."""

from __future__ import annotations

import errno
import itertools
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from support.mounting import Mount
from support.smalldaemon import MAGIC, Picture, SmallDaemon

TAGS = "user.xdg.tags"
_numbers = itertools.count(1)


@pytest.fixture(params=["symlink", "file"])
def place(request: pytest.FixtureRequest, mount: Mount, file_mount: Mount) -> Path:
    """Where the library is mounted, once with links and once with files."""
    return {"symlink": mount, "file": file_mount}[request.param].place


@pytest.fixture
def word() -> str:
    return f"attribute{next(_numbers)}"


@pytest.fixture
def picture(library: SmallDaemon, word: str) -> Picture:
    """A picture that `word` finds and that has the tag `word`."""
    made = library.add(f"{word}.jpg", word)
    library.tag(word, made)
    return made


def refused(*arguments: object) -> str:
    """Return the name of the error that an os function of xattrs ends with."""
    function, *rest = arguments
    assert callable(function)
    with pytest.raises(OSError) as caught:
        function(*rest)
    return errno.errorcode[caught.value.errno or 0].replace("EOPNOTSUPP", "ENOTSUP")


def test_tags_are_read_and_set_on_an_entry_of_a_tag(place: Path, picture: Picture, word: str) -> None:
    entry = place / "tags" / word / f"{word}.jpg"
    assert os.getxattr(entry, TAGS) == word.encode()
    os.setxattr(entry, TAGS, f"{word},{word}/new".encode())
    assert picture.tags == {word, f"{word}/new"}
    assert os.getxattr(entry, TAGS) == f"{word},{word}/new".encode()
    os.removexattr(entry, TAGS)
    assert picture.tags == set()
    assert os.listdir(place / "tags" / word) == ["new"]


def test_flags_of_setting_are_obeyed(place: Path, picture: Picture, word: str) -> None:
    entry = place / "tags" / word / f"{word}.jpg"
    assert refused(os.setxattr, entry, TAGS, b"x", os.XATTR_CREATE) == "EEXIST"
    os.setxattr(entry, TAGS, f"{word},b{word}".encode(), os.XATTR_REPLACE)
    assert picture.tags == {word, f"b{word}"}


def test_errors_are_those_of_xattr(place: Path, picture: Picture, word: str) -> None:
    entry = place / "tags" / word / f"{word}.jpg"
    assert refused(os.getxattr, entry, "user.unheard") == "ENODATA"
    assert refused(os.getxattr, entry, "security.selinux") == "ENOTSUP"
    assert refused(os.setxattr, entry, "user.unheard", b"x") == "ENOTSUP"
    assert refused(os.setxattr, entry, "user.vault.score", b"1") == "ENOTSUP"
    assert refused(os.setxattr, entry, TAGS, b"\xff") == "EINVAL"
    assert refused(os.setxattr, entry, TAGS, b"auto/x") == "EINVAL"
    assert refused(os.removexattr, entry, "user.unheard") == "ENOTSUP"
    assert refused(os.getxattr, place / "tags" / word, "user.vault.query") == "ENODATA"
    assert refused(os.setxattr, place / "STATUS.txt", TAGS, b"x") == "ENOTSUP"
    assert picture.tags == {word}


def test_a_folder_of_results_tells_its_query(place: Path, picture: Picture, word: str) -> None:
    assert os.getxattr(place / "search" / word, "user.vault.query") == word.encode()
    assert os.listxattr(place / "search" / word) == ["user.vault.query"]


def test_an_entry_that_is_a_file_tells_why_it_was_found(file_mount: Mount, picture: Picture, word: str) -> None:
    entry = file_mount.place / "search" / word / f"001 {word}.jpg"
    assert os.getxattr(entry, "user.vault.score") == b"0.5000"
    assert word.encode() in os.getxattr(entry, "user.vault.why")
    told = {"user.xdg.tags", "user.vault.tags", "user.vault.score", "user.vault.query", "user.vault.why"}
    assert set(os.listxattr(entry)) == told
    os.setxattr(entry, TAGS, f"c{word}".encode())
    assert picture.tags == {f"c{word}"}


def test_a_link_straight_to_the_original_has_the_originals_attributes(
    mount: Mount, picture: Picture, word: str
) -> None:
    entry = mount.place / "search" / word / f"001 {word}.jpg"
    assert refused(os.getxattr, entry, "user.vault.score") in ("ENODATA", "ENOTSUP")
    with pytest.raises(OSError, match=r"data|permitted"):
        os.getxattr(entry, TAGS, follow_symlinks=False)


def test_getfattr_and_setfattr_work(place: Path, picture: Picture, word: str) -> None:
    if shutil.which("setfattr") is None:
        pytest.skip("getfattr and setfattr (package attr) are not installed")
    entry = place / "tags" / word / f"{word}.jpg"
    subprocess.run(["setfattr", "-n", TAGS, "-v", f"{word},set{word}", entry], check=True, timeout=20)
    assert picture.tags == {word, f"set{word}"}
    done = subprocess.run(["getfattr", "-d", entry], capture_output=True, text=True, check=True, timeout=20)
    assert f'user.xdg.tags="set{word},{word}"' in done.stdout or f'user.xdg.tags="{word},set{word}"' in done.stdout


def test_listing_with_attributes_asks_the_daemon_for_none(place: Path, library: SmallDaemon, word: str) -> None:
    for number in range(20):
        library.add(f"{word}-{number}.jpg", word)
    os.listdir(place / "search" / word)
    _rest(library)
    before = library.requests.copy()
    subprocess.run(["ls", "-l", place / "search" / word], capture_output=True, check=True, timeout=20)
    asked = library.requests - before
    assert asked["image"] == asked["explain"] == asked["hits"] == 0


def test_a_copy_into_a_tag_brings_what_is_attached_to_the_file(
    place: Path, library: SmallDaemon, outside: Path, word: str
) -> None:
    library.tag(word)
    source = outside / f"{word}.jpg"
    source.write_bytes(MAGIC + word.encode())
    os.setxattr(source, TAGS, b"pets")
    os.setxattr(source, "user.vault.score", b"1")
    subprocess.run(["cp", "-a", source, place / "tags" / word], check=True, timeout=20)
    kept = library.inbox / source.name
    assert os.getxattr(kept, TAGS) == b"pets"
    assert os.listxattr(kept) == [TAGS]


def test_the_mount_counts_what_it_is_asked(mount: Mount, picture: Picture, word: str) -> None:
    before = counted(mount.place)
    os.listdir(mount.place / "search" / word)
    with pytest.raises(FileNotFoundError):
        (mount.place / f"no {word}").stat()
    after = counted(mount.place)
    assert after["opendir"] == before["opendir"] + 1
    looked_up = "lookup" if mount.backend == "pyfuse3" else "getattr"
    assert after[looked_up] >= before[looked_up] + 2
    assert after["getxattr"] > before["getxattr"]
    assert after.get("mkdir", 0) == before.get("mkdir", 0)
    assert "user.vault.operations" not in os.listxattr(mount.place)


def counted(place: Path) -> dict[str, int]:
    """Return the requests the mount answered so far, by kind."""
    lines = os.getxattr(place, "user.vault.operations").decode().splitlines()
    return {name: int(count) for name, count in (line.split() for line in lines)}


def _rest(library: SmallDaemon) -> None:
    """Wait until the mount asks nothing for a while: it still reads anew what an earlier test changed."""
    for _ in range(20):
        before = library.requests.copy()
        time.sleep(0.7)
        if library.requests == before:
            return
