"""Where entries are files: they are the originals, byte for byte and fact for fact, and cannot be written."""

from __future__ import annotations

import errno
import itertools
import mmap
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.mounting import Mount
from support.smalldaemon import MAGIC, Picture, SmallDaemon
from vaultd.cli import references

_numbers = itertools.count(1)
DATA = MAGIC + bytes(range(256)) * 1200


@pytest.fixture
def word() -> str:
    return f"file{next(_numbers)}"


@pytest.fixture
def picture(library: SmallDaemon, word: str) -> Picture:
    """A picture of some hundred kilobytes that `word` finds."""
    made = library.add(f"{word}.jpg", word, DATA + word.encode())
    os.utime(made.path, ns=(1_600_000_000_123_456_789, 1_600_000_000_123_456_789))
    os.chmod(made.path, 0o640)
    return made


@pytest.fixture
def entry(file_mount: Mount, picture: Picture, word: str) -> Path:
    return file_mount.place / "search" / word / f"001 {word}.jpg"


def test_an_entry_has_the_facts_of_the_original_and_no_write_bits(entry: Path, picture: Picture) -> None:
    shown, original = os.lstat(entry), os.stat(picture.path)
    assert (shown.st_size, shown.st_blocks, shown.st_mtime_ns) == (
        original.st_size,
        original.st_blocks,
        original.st_mtime_ns,
    )
    assert (shown.st_uid, shown.st_gid) == (original.st_uid, original.st_gid)
    assert shown.st_mode == 0o100440


def test_ranges_maps_and_sendfile_give_the_bytes_of_the_original(entry: Path, picture: Picture, word: str) -> None:
    data = DATA + word.encode()
    with open(entry, "rb") as file:
        assert os.pread(file.fileno(), 1000, 200_001) == data[200_001:201_001]
        assert os.pread(file.fileno(), 1000, len(data) - 10) == data[-10:]
        with mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as mapped:
            assert mapped[:] == data
        ours, theirs = os.pipe()
        sent = os.sendfile(theirs, file.fileno(), 4096, 1000)
        assert os.read(ours, 1000) == data[4096 : 4096 + sent]
        os.close(ours)
        os.close(theirs)


@pytest.mark.parametrize("flags", [os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_TRUNC, os.O_WRONLY | os.O_APPEND])
def test_opening_an_entry_for_writing_ends_with_erofs(entry: Path, picture: Picture, flags: int) -> None:
    before = Path(os.fsdecode(picture.path)).read_bytes()
    with pytest.raises(OSError) as caught:
        os.open(entry, flags)
    assert caught.value.errno == errno.EROFS
    assert Path(os.fsdecode(picture.path)).read_bytes() == before


@pytest.mark.expects_log("an original is not as it was listed")
def test_an_original_that_changed_since_it_was_listed_is_read_as_it_is_now(
    file_mount: Mount, entry: Path, picture: Picture
) -> None:
    assert entry.read_bytes().startswith(DATA)
    Path(os.fsdecode(picture.path)).write_bytes(b"other")
    assert entry.read_bytes() == b"other"
    assert "not as it was listed" in file_mount.log


def test_two_mounts_show_one_vault_with_links_and_with_files(
    mount: Mount, file_mount: Mount, entry: Path, library: SmallDaemon, picture: Picture, word: str
) -> None:
    link = mount.place / "search" / word / entry.name
    assert link.is_symlink()
    assert not entry.is_symlink()
    assert link.read_bytes() == entry.read_bytes()
    library.tag(f"t{word}")
    os.symlink(entry, mount.place / "tags" / f"t{word}" / "linked")
    assert picture.tags == {f"t{word}"}
    assert [place.name for place in (file_mount.place / "tags" / f"t{word}").iterdir()] == [f"{word}.jpg"]


def test_a_link_of_one_mount_can_be_linked_in_the_other(
    mount: Mount, file_mount: Mount, library: SmallDaemon, picture: Picture, word: str
) -> None:
    library.tag(f"from{word}", picture)
    library.tag(f"to{word}")
    os.symlink(mount.place / "tags" / f"from{word}" / f"{word}.jpg", file_mount.place / "tags" / f"to{word}" / "x")
    assert picture.tags == {f"from{word}", f"to{word}"}


def test_a_copy_with_its_attributes_is_no_picture_of_the_vault(
    entry: Path, picture: Picture, outside: Path, word: str
) -> None:
    copy = outside / f"{word}-copy.jpg"
    subprocess.run(["cp", "-a", entry, copy], check=True, timeout=20)
    assert copy.read_bytes() == entry.read_bytes()
    assert "user.vault.id" not in os.listxattr(copy)


def test_listing_reads_no_original(entry: Path, picture: Picture) -> None:
    os.listdir(entry.parent)
    away = picture.path + b".away"
    os.rename(picture.path, away)
    try:
        done = subprocess.run(
            [sys.executable, "-c", "import os,sys; print([e.stat().st_size for e in os.scandir(sys.argv[1])])",
             entry.parent],
            capture_output=True, text=True, timeout=20, check=True,
        )  # fmt: skip
        assert done.stdout.strip() == str([os.stat(away).st_size])
    finally:
        os.rename(away, picture.path)


def test_what_could_not_be_read_is_a_file_too(file_mount: Mount, library: SmallDaemon, word: str) -> None:
    broken = library.library / f"{word}.broken.jpg"
    broken.write_bytes(b"no picture")
    library.failed.append(broken)
    entry = file_mount.place / "failed" / broken.name
    assert entry.read_bytes() == b"no picture"
    assert (entry.lstat().st_size, entry.lstat().st_blocks) == (10, broken.stat().st_blocks)
    assert not entry.is_symlink()


def test_the_command_line_takes_an_entry_for_the_picture(entry: Path, picture: Picture) -> None:
    assert references.image(str(entry)) == picture.id
    assert references.image(os.fsdecode(picture.path)) == picture.path


@pytest.mark.parametrize(
    "command",
    [["cp", "-r", ".", "OUT"], ["cp", "-a", ".", "OUT"], ["rsync", "-aX", "./", "OUT/"], ["tar", "-cf", "OUT", "."]],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_program_that_copies_a_folder_of_files_gets_the_bytes(
    command: list[str], file_mount: Mount, entry: Path, picture: Picture, outside: Path, word: str
) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    out = outside / f"{word}-{file_mount.backend}"
    done = subprocess.run(
        [part.replace("OUT", str(out)) for part in command],
        cwd=entry.parent, capture_output=True, text=True, timeout=40, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    data = Path(os.fsdecode(picture.path)).read_bytes()
    assert data in out.read_bytes() if out.is_file() else (out / entry.name).read_bytes() == data
