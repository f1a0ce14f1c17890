"""The desktop's trash, as its specification has it: what goes there comes back, and nothing is ever replaced."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from vaultd.catalog.trashed import Known
from vaultd.safekeeping import trash
from vaultd.safekeeping.trash import Move, bring_back, can_return, given_up, put, reserved
from vaultd.safekeeping.wholeness import unchanged, whole
from vaultipc.errors import Conflict, NotFound, Refused, UserError


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


def made(folder: Path, name: bytes, text: str = "bytes") -> bytes:
    path = os.path.join(os.fsencode(folder), name)
    with open(path, "w") as file:
        file.write(text)
    return path


def moved(path: bytes, top: bytes = b"/") -> Move:
    move = reserved(path, top)
    put(move, os.lstat(path))
    return move


def test_a_file_in_the_home_trash_has_a_note_of_its_whole_path_as_any_name_allows(home: Path) -> None:
    path = made(home, "Grüße 100%\n".encode() + b"\xff.jpg")
    move = moved(path)
    trashed = home / "data/Trash"
    assert os.listdir(os.fsencode(trashed / "files")) == [os.path.basename(path)]
    first, second, third = Path(os.fsdecode(move.note)).read_text().splitlines()
    assert first == "[Trash Info]"
    assert second == f"Path={os.fsdecode(home)}/Gr%C3%BC%C3%9Fe%20100%25%0A%FF.jpg"
    assert third.startswith("DeletionDate=20")
    assert stat.S_IMODE((trashed / "files").stat().st_mode) == 0o700
    bring_back(move)
    assert Path(os.fsdecode(path)).read_text() == "bytes"
    assert os.listdir(trashed / "info") == os.listdir(trashed / "files") == []


def test_files_of_one_name_lie_beside_each_other(home: Path) -> None:
    moves = []
    for number in range(3):
        folder = home / str(number)
        folder.mkdir()
        moves.append(moved(made(folder, b"a.jpg", str(number))))
    assert sorted(os.listdir(home / "data/Trash/files")) == ["a.2.jpg", "a.3.jpg", "a.jpg"]
    for number, move in enumerate(moves):
        bring_back(move)
        assert (home / str(number) / "a.jpg").read_text() == str(number)


def test_what_another_program_left_without_a_note_is_not_replaced(home: Path) -> None:
    (home / "data/Trash/files").mkdir(parents=True)
    (home / "data/Trash/files/a.jpg").write_text("theirs")
    moved(made(home, b"a.jpg"))
    assert (home / "data/Trash/files/a.jpg").read_text() == "theirs"
    assert (home / "data/Trash/files/a.2.jpg").read_text() == "bytes"


def test_another_file_in_its_place_stays_and_so_does_the_one_in_the_trash(home: Path) -> None:
    path = made(home, b"a.jpg")
    move = moved(path)
    made(home, b"a.jpg", "new")
    for work in (can_return, bring_back):
        with pytest.raises(Conflict, match="another file in its place"):
            work(move)
    assert (home / "a.jpg").read_text() == "new"
    assert Path(os.fsdecode(move.held)).read_text() == "bytes"


def test_what_was_interrupted_ends_well(home: Path) -> None:
    path = made(home, b"a.jpg")
    move = reserved(path, b"/")
    bring_back(move)  # it was noted, and never moved
    put(move, os.lstat(path))
    os.link(move.held, path)  # it was being brought back
    bring_back(move)
    assert Path(os.fsdecode(path)).read_text() == "bytes"
    assert not os.path.lexists(move.held)


def test_a_file_that_somebody_emptied_out_of_the_trash_is_told_to_be_gone(home: Path) -> None:
    move = moved(made(home, b"a.jpg"))
    os.unlink(move.held)
    with pytest.raises(NotFound, match="not in the trash any more"):
        bring_back(move)


def test_a_folder_that_is_gone_is_made_again(home: Path) -> None:
    (home / "deep/er").mkdir(parents=True)
    move = moved(made(home / "deep/er", b"a.jpg"))
    (home / "deep/er").rmdir()
    (home / "deep").rmdir()
    bring_back(move)
    assert (home / "deep/er/a.jpg").exists()


def test_a_file_that_is_replaced_that_very_moment_is_put_back(home: Path) -> None:
    path = made(home, b"a.jpg")
    move, known = reserved(path, b"/"), os.lstat(path)
    made(home, b"b.jpg", "another one")
    os.replace(home / "b.jpg", path)
    with pytest.raises(Conflict, match="this very moment"):
        put(move, known)
    given_up(move)
    assert Path(os.fsdecode(path)).read_text() == "another one"
    assert os.listdir(home / "data/Trash/info") == []


def on_another_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trash, "_device", lambda folder: -1)


def test_another_disk_has_a_trash_of_its_own_at_its_top(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_another_disk(monkeypatch)
    (home / "disk/photos").mkdir(parents=True)
    move = moved(made(home / "disk/photos", b"a.jpg"), os.fsencode(home / "disk"))
    own = home / f"disk/.Trash-{os.getuid()}"
    assert (own / "files/a.jpg").exists()
    assert "Path=photos/a.jpg\n" in (own / "info/a.jpg.trashinfo").read_text()
    bring_back(move)
    assert (home / "disk/photos/a.jpg").exists()


def test_a_shared_trash_is_used_if_it_is_sticky_and_no_link(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_another_disk(monkeypatch)
    disk = home / "disk"
    (disk / ".Trash").mkdir(parents=True)
    (disk / ".Trash").chmod(0o777)
    moved(made(disk, b"a.jpg"), os.fsencode(disk))
    assert (disk / f".Trash-{os.getuid()}/files/a.jpg").exists()
    (disk / ".Trash").chmod(0o1777)
    moved(made(disk, b"a.jpg"), os.fsencode(disk))
    assert (disk / f".Trash/{os.getuid()}/files/a.jpg").exists()


def test_where_there_can_be_no_trash_the_file_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    on_another_disk(monkeypatch)
    disk = home / "disk"
    disk.mkdir()
    (disk / f".Trash-{os.getuid()}").symlink_to(home)
    path = made(disk, b"a.jpg")
    with pytest.raises(Refused, match="has none, and none can be made"):
        reserved(path, os.fsencode(disk))
    assert (disk / "a.jpg").exists()


def test_a_file_that_is_gone_is_a_sentence(home: Path) -> None:
    path = made(home, b"a.jpg")
    move, known = reserved(path, b"/"), os.lstat(path)
    os.unlink(path)
    with pytest.raises(UserError, match=r"a\.jpg cannot be moved to the trash"):
        put(move, known)


def known(path: bytes) -> Known:
    status = os.lstat(path)
    digest = hashlib.blake2b(Path(os.fsdecode(path)).read_bytes(), digest_size=32).digest()
    return Known(1, path, b"/", 1, status.st_ino, status.st_size, status.st_mtime_ns, digest, 0)


def test_what_changed_since_it_was_read_is_known(home: Path) -> None:
    path = made(home, b"a.jpg")
    file = known(path)
    assert unchanged(file).st_size == 5
    whole(file)
    made(home, b"a.jpg", "longer")
    with pytest.raises(Conflict, match="changed since"):
        whole(file)
    os.unlink(path)
    with pytest.raises(NotFound, match="not there any more"):
        unchanged(file)


def test_what_a_disk_damaged_without_telling_is_known_where_every_byte_is_read(home: Path) -> None:
    path = made(home, b"a.jpg")
    file, status = known(path), os.lstat(path)
    with open(path, "r+b") as rotting:
        rotting.write(b"B")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    unchanged(file)
    with pytest.raises(Conflict, match="damaged"):
        whole(file)
