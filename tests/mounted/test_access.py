"""Who else gets in: nobody; or, in a mount that is shared, others, who change nothing and read what they could read."""

from __future__ import annotations

import itertools
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.mounting import KINDS, Mount
from support.smalldaemon import MAGIC, Picture, SmallDaemon
from support.someone import Someone, needs_root

_numbers = itertools.count(1)
GUEST = Someone(4001)
MEMBER = Someone(4002, groups=(os.getgid(),))
STRANGER = Someone(4003)


@pytest.fixture(scope="module")
def open_library(library: SmallDaemon) -> SmallDaemon:
    """The library where every folder above may be searched by everybody: those of tests are nobody else's business."""
    for folder in (library.socket.parent, library.library):
        os.chmod(folder, 0o755)
    os.chmod(tempfile.gettempdir(), 0o711)
    return library


def _mounts(library: SmallDaemon, backend: str, name: str, *options: str) -> Iterator[dict[str, Mount]]:
    """Two mounts, one with links and one with files, by kind."""
    mounts = {
        kind: Mount(library.socket.with_name(f"{name}{kind[0]}"), library.socket, backend, kind, *options)
        for kind in KINDS
    }
    with mounts["symlink"], mounts["file"]:
        yield mounts


@pytest.fixture(scope="module")
def world(backend: str, open_library: SmallDaemon) -> Iterator[dict[str, Mount]]:
    yield from _mounts(open_library, backend, "w", "--share", "world")


@pytest.fixture(params=KINDS)
def shared(request: pytest.FixtureRequest, world: dict[str, Mount]) -> Path:
    """The root of a mount for everybody."""
    return world[request.param].place


@pytest.fixture
def linked(world: dict[str, Mount]) -> Path:
    """The root of the one with links, where it makes no difference what entries are."""
    return world["symlink"].place


@pytest.fixture
def word() -> str:
    return f"acc{next(_numbers)}"


@pytest.fixture
def picture(open_library: SmallDaemon, word: str) -> Picture:
    """A picture that everybody may read, with a tag."""
    made = open_library.add(f"{word}/{word}.jpg", word)
    os.chmod(made.path, 0o644)
    os.chmod(os.path.dirname(made.path), 0o755)
    open_library.tag(word, made)
    return made


def bytes_of(picture: Picture) -> str:
    return Path(os.fsdecode(picture.path)).read_bytes().hex()


@needs_root
@pytest.mark.parametrize("options", [(), ("--allow-other",)], ids=["alone", "with programs of others"])
def test_nobody_else_gets_in_unless_the_mount_is_shared(
    backend: str, open_library: SmallDaemon, options: tuple[str, ...]
) -> None:
    with Mount(open_library.socket.with_name("alone"), open_library.socket, backend, "symlink", *options) as mount:
        assert (mount.place / "STATUS.txt").read_text()
        answers = GUEST.does(
            ("listdir", mount.place), ("read", mount.place / "STATUS.txt"), ("lstat", mount.place / "tags")
        )
        assert answers == ["EACCES"] * 3
        assert MEMBER.gets("listdir", mount.place) == "EACCES"
        if options:
            assert stat.S_IMODE(os.stat(mount.place).st_mode) == 0o700


@needs_root
def test_what_is_shared_with_a_group_is_for_its_members(backend: str, open_library: SmallDaemon) -> None:
    place = open_library.socket.with_name("grouped")
    with Mount(place, open_library.socket, backend, "symlink", "--share", "group"):
        assert stat.S_IMODE(os.stat(place).st_mode) == 0o750
        assert "tags" in str(MEMBER.gets("listdir", place))
        assert Someone(4004, gid=os.getgid()).gets("read", place / "STATUS.txt") != "EACCES"
        assert GUEST.gets("listdir", place) == "EACCES"
        assert GUEST.gets("read", place / "STATUS.txt") == "EACCES"


@needs_root
def test_everybody_looks_into_what_is_shared_with_the_world(shared: Path, picture: Picture, word: str) -> None:
    listing, results, entry, original, status = GUEST.does(
        ("listdir", shared / "tags" / word),
        ("listdir", shared / "search" / word),
        ("read", shared / "tags" / word / f"{word}.jpg"),
        ("read", shared / "search" / word / f"001 {word}.jpg"),
        ("read", shared / "STATUS.txt"),
    )
    assert listing == [f"{word}.jpg"]
    assert results == [f"001 {word}.jpg"]
    assert entry == original == bytes_of(picture)
    assert "Visionary Vault" in bytes.fromhex(str(status)).decode()
    assert stat.S_IMODE(os.stat(shared).st_mode) == 0o755


@needs_root
def test_entries_belong_to_whom_the_originals_belong(world: dict[str, Mount], picture: Picture, word: str) -> None:
    os.chown(picture.path, GUEST.uid, GUEST.gid)
    os.chmod(picture.path, 0o664)
    for place in (
        world["symlink"].place / ".originals" / picture.id / f"{word}.jpg",
        world["file"].place / "search" / word / f"001 {word}.jpg",
        world["file"].place / "tags" / word / f"{word}.jpg",
    ):
        found = os.lstat(place)
        assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (GUEST.uid, GUEST.gid, 0o444)


@needs_root
def test_nobody_but_the_owner_changes_anything(
    linked: Path, picture: Picture, word: str, open_library: SmallDaemon
) -> None:
    entry, new = linked / "tags" / word / f"{word}.jpg", linked / "tags" / word / "new.jpg"
    os.listdir(linked / "search" / word)
    answers = GUEST.does(
        ("unlink", entry),
        ("mkdir", linked / "tags" / word / "sub"),
        ("mkdir", linked / "tags" / f"other{word}"),
        ("rmdir", linked / "tags" / word),
        ("rmdir", linked / "search" / word),
        ("symlink", os.fsdecode(picture.path), new),
        ("rename", entry, new),
        ("rename", linked / "search" / word, linked / "saved" / word),
        ("write", new, "text"),
        ("write", linked / "like" / "drop" / "x", "text"),
        ("mkdir", linked / "albums" / word),
        ("mkdir", linked / "saved" / word),
        ("symlink", os.fsdecode(picture.path), linked / "favorites" / "x"),
        ("unlink", linked / "search" / word / f"001 {word}.jpg"),
        ("symlink", os.fsdecode(picture.path), linked / "search" / word / "x"),
        ("utime", linked / "tags" / word),
        ("truncate", linked / ".originals" / picture.id / f"{word}.jpg", 0),
        ("removexattr", linked / ".originals" / picture.id / f"{word}.jpg", "user.xdg.tags"),
        ("chmod", linked / "tags" / word, 0o777),
    )
    assert set(map(str, answers[:-1])) == {"EACCES"}, answers
    assert answers[-1] == "EPERM"  # as chmod(2) has it for what is somebody else's
    assert picture.tags == {word}
    assert word in open_library.history
    assert word not in open_library.saved
    assert not [said for said in open_library.verdicts if said[0] == word]


@needs_root
def test_the_owner_makes_every_gesture_in_a_shared_mount(
    linked: Path, picture: Picture, word: str, open_library: SmallDaemon
) -> None:
    os.listdir(linked / "search" / word)
    os.mkdir(linked / "tags" / word / "sub")
    os.rename(linked / "tags" / word / f"{word}.jpg", linked / "tags" / word / "sub" / f"{word}.jpg")
    os.rename(linked / "search" / word, linked / "saved" / word)
    assert picture.tags == {f"{word}/sub"}
    assert word in open_library.saved
    os.rmdir(linked / "saved" / word)
    (linked / "like" / "drop" / f"{word}.jpg").write_bytes(MAGIC + word.encode())
    os.unlink(linked / "like" / "drop" / f"{word}.jpg")


@needs_root
@pytest.mark.parametrize("closed", [0o700, 0o754])
def test_an_original_in_a_folder_that_one_cannot_search_is_not_served(
    shared: Path, picture: Picture, word: str, closed: int
) -> None:
    os.chmod(os.path.dirname(picture.path), closed)
    through = shared / "tags" / word / f"{word}.jpg"
    shown = shared / ".originals" / picture.id / f"{word}.jpg"
    straight = shared / "search" / word / f"001 {word}.jpg"
    assert GUEST.does(("read", through), ("read", shown), ("read", straight)) == ["EACCES"] * 3
    assert through.read_bytes().hex() == bytes_of(picture)
    os.chmod(os.path.dirname(picture.path), 0o711)
    assert GUEST.does(("read", through), ("read", straight)) == [bytes_of(picture)] * 2


@needs_root
def test_an_original_that_one_cannot_read_is_not_served(shared: Path, picture: Picture, word: str) -> None:
    os.chmod(picture.path, 0o640)
    through, straight = shared / "tags" / word / f"{word}.jpg", shared / "search" / word / f"001 {word}.jpg"
    assert GUEST.does(("read", through), ("read", straight)) == ["EACCES"] * 2
    assert MEMBER.does(("read", through), ("read", straight)) == [bytes_of(picture)] * 2


@needs_root
def test_an_original_that_was_closed_after_it_was_listed_is_not_served(
    shared: Path, picture: Picture, word: str
) -> None:
    through = shared / "tags" / word / f"{word}.jpg"
    assert GUEST.gets("read", through) == bytes_of(picture)
    os.chmod(picture.path, 0o600)
    assert GUEST.gets("read", through) == "EACCES"


@needs_root
def test_a_group_opens_a_folder_to_its_members_alone(linked: Path, picture: Picture, word: str) -> None:
    folder = os.path.dirname(picture.path)
    os.chown(folder, -1, 4555)
    os.chmod(folder, 0o750)
    through = linked / "tags" / word / f"{word}.jpg"
    assert Someone(4005, groups=(4555,)).gets("read", through) == bytes_of(picture)
    assert Someone(4006, gid=4555).gets("read", through) == bytes_of(picture)
    assert GUEST.gets("read", through) == "EACCES"
    os.chmod(folder, 0o705)
    assert GUEST.gets("read", through) == bytes_of(picture)
    assert Someone(4005, groups=(4555,)).gets("read", through) == "EACCES"


@needs_root
def test_the_looking_of_others_leaves_no_trace(
    linked: Path, picture: Picture, word: str, open_library: SmallDaemon
) -> None:
    assert GUEST.gets("listdir", linked / "search" / word) == [f"001 {word}.jpg"]
    assert GUEST.gets("listdir", linked / "like" / f"{word}.jpg") is not None
    assert word not in open_library.history
    assert f"{word}.jpg" not in os.listdir(linked / "like")
    os.listdir(linked / "search" / word)
    assert word in open_library.history


@needs_root
def test_what_is_dropped_to_search_by_is_for_the_owner_alone(linked: Path, word: str) -> None:
    dropped = linked / "like" / "drop" / f"{word}.jpg"
    dropped.write_bytes(MAGIC + word.encode())
    assert GUEST.does(("listdir", dropped.parent), ("read", dropped)) == ["EACCES"] * 2


@needs_root
def test_a_picture_on_its_way_in_is_for_the_owner_alone(
    linked: Path, picture: Picture, word: str, open_library: SmallDaemon
) -> None:
    # Under a name that a rename will end: closing it does not finish it.
    coming = linked / "tags" / word / "new.jpg.part"
    coming.write_bytes(MAGIC + b"new " + word.encode())
    assert GUEST.gets("read", coming) == "EACCES"
    coming.rename(linked / "tags" / word / "new.jpg")
    assert len(open_library.tagged(word)) == 2


@needs_root
def test_attributes_are_read_by_those_who_may_read_the_picture(
    linked: Path, picture: Picture, word: str, open_library: SmallDaemon
) -> None:
    shown = linked / ".originals" / picture.id / f"{word}.jpg"
    assert GUEST.gets("value", shown, "user.xdg.tags") == word
    assert GUEST.gets("removexattr", shown, "user.xdg.tags") == "EACCES"
    assert picture.tags == {word}
    closed = open_library.add(f"{word}/closed.jpg", word)
    os.chmod(closed.path, 0o640)
    open_library.tag(word, closed)
    assert GUEST.gets("value", linked / ".originals" / closed.id / "closed.jpg", "user.xdg.tags") == "EACCES"
