"""POSIX, folders: reading them while they stay as they are, and while they change."""

from __future__ import annotations

import ctypes
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from support.ground import Ground, fails

_MANY = 200
"""More entries than one request of the kernel's brings."""


class _Dirent(ctypes.Structure):
    """struct dirent of glibc on 64-bit Linux."""

    _fields_ = (
        ("d_ino", ctypes.c_uint64),
        ("d_off", ctypes.c_int64),
        ("d_reclen", ctypes.c_ushort),
        ("d_type", ctypes.c_ubyte),
        ("d_name", ctypes.c_char * 256),
    )


_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.opendir.restype = ctypes.c_void_p
_LIBC.readdir.restype = ctypes.POINTER(_Dirent)
_LIBC.telldir.restype = ctypes.c_long


class Stream:
    """DIR * of readdir(3), which Python hides."""

    def __init__(self, path: Path) -> None:
        self._dir = ctypes.c_void_p(_LIBC.opendir(os.fsencode(path)))
        assert self._dir.value

    def read(self, most: int = 1 << 30) -> list[bytes]:
        """Return the names that come next."""
        names: list[bytes] = []
        while len(names) < most and (found := _LIBC.readdir(self._dir)):
            names.append(found.contents.d_name)
        return names

    def tell(self) -> int:
        return int(_LIBC.telldir(self._dir))

    def seek(self, place: int) -> None:
        _LIBC.seekdir(self._dir, ctypes.c_long(place))

    def rewind(self) -> None:
        _LIBC.rewinddir(self._dir)

    def close(self) -> None:
        _LIBC.closedir(self._dir)


@contextmanager
def reading(path: Path) -> Iterator[Stream]:
    stream = Stream(path)
    try:
        yield stream
    finally:
        stream.close()


def crowd(ground: Ground, count: int = _MANY) -> list[str]:
    """Make so many empty tags below the empty one; return their names."""
    names = [f"t{number:03}" for number in range(count)]
    for name in names:
        ground.vault.tags[f"{ground.empty.name}/{name}"] = f"{ground.word}{name}"
    ground.vault.tell("tags")
    return names


def test_a_folder_lists_itself_the_one_above_and_each_entry_once(ground: Ground) -> None:
    names = crowd(ground)
    with reading(ground.empty) as stream:
        listed = stream.read()
    assert listed[:2] == [b".", b".."]
    assert listed[2:] == [name.encode() for name in names]


def test_seeking_goes_back_to_where_one_was(ground: Ground) -> None:
    crowd(ground)
    with reading(ground.empty) as stream:
        stream.read(7)
        place = stream.tell()
        rest = stream.read()
        stream.seek(place)
        assert stream.read() == rest
        stream.seek(place)
        assert stream.read(3) == rest[:3]


def test_every_place_told_leads_to_the_entry_that_came_next(ground: Ground) -> None:
    crowd(ground)
    with reading(ground.empty) as stream:
        steps = []
        while True:
            place = stream.tell()
            if not (name := stream.read(1)):
                break
            steps.append((place, name))
        for place, name in steps[:: len(steps) // 10]:
            stream.seek(place)
            assert stream.read(1) == name


def test_rewinding_starts_again(ground: Ground) -> None:
    crowd(ground)
    with reading(ground.empty) as stream:
        first = stream.read()
        stream.rewind()
        assert stream.read() == first


def test_what_is_removed_while_a_folder_is_read_costs_no_other_entry(ground: Ground) -> None:
    names = crowd(ground)
    with reading(ground.empty) as stream:
        seen = stream.read(50)
        for name in names[::3]:
            os.rmdir(ground.empty / name)
        seen += stream.read()
    kept = {name.encode() for index, name in enumerate(names) if index % 3}
    assert len(seen) == len(set(seen))
    assert kept <= set(seen)
    assert set(os.listdir(os.fsencode(ground.empty))) == kept


def test_what_is_added_while_a_folder_is_read_neither_repeats_nor_hides_another(ground: Ground) -> None:
    names = crowd(ground)
    with reading(ground.empty) as stream:
        seen = stream.read(50)
        for number in range(20):
            os.mkdir(ground.empty / f"a{number:02}")
        seen += stream.read()
    assert len(seen) == len(set(seen))
    assert {name.encode() for name in names} <= set(seen)
    assert len(os.listdir(ground.empty)) == _MANY + 20


def test_a_folder_removed_entry_by_entry_while_it_is_read_is_empty_at_the_end(ground: Ground) -> None:
    crowd(ground, 40)
    with reading(ground.empty) as stream:
        for name in stream.read():
            if name not in (b".", b".."):
                os.rmdir(os.path.join(os.fsencode(ground.empty), name))
    assert os.listdir(ground.empty) == []
    os.rmdir(ground.empty)


def test_a_listing_has_the_kinds_and_inodes_that_stat_has(ground: Ground) -> None:
    os.mkdir(ground.tag / "sub")
    for folder in (ground.root, ground.tag, ground.found, ground.root / "like"):
        with os.scandir(folder) as entries:
            for entry in entries:
                found = os.lstat(entry.path)
                assert entry.inode() == found.st_ino, entry.path
                assert entry.is_dir(follow_symlinks=False) == stat.S_ISDIR(found.st_mode), entry.path
                assert entry.is_symlink() == stat.S_ISLNK(found.st_mode), entry.path


def test_inodes_tell_one_thing_from_another_and_stay(ground: Ground) -> None:
    names = crowd(ground)
    inodes = {name: os.lstat(ground.empty / name).st_ino for name in names}
    assert len(set(inodes.values())) == len(names)
    assert 0 not in inodes.values()
    assert {name: os.lstat(ground.empty / name).st_ino for name in names} == inodes


def test_reading_what_is_no_folder_is_enotdir_and_what_is_missing_enoent(ground: Ground) -> None:
    fails("ENOTDIR", os.listdir, ground.entry)
    fails("ENOTDIR", os.listdir, ground.root / "STATUS.txt")
    fails("ENOENT", os.listdir, ground.tag / "no")
    with open(ground.entry, "rb") as file:
        fails("ENOTDIR", os.listdir, file.fileno())


def test_two_readers_of_one_folder_do_not_disturb_each_other(ground: Ground) -> None:
    crowd(ground)
    with reading(ground.empty) as first, reading(ground.empty) as second:
        begun = first.read(100)
        whole = second.read()
        assert begun + first.read() == whole


def test_a_folder_is_on_the_device_of_the_mount_and_has_no_count_of_subfolders(ground: Ground) -> None:
    for place in (ground.root, ground.tag, ground.found, ground.drop):
        found = os.stat(place)
        assert found.st_dev == os.stat(ground.root).st_dev
        assert found.st_nlink == 1  # as on btrfs: programs then look at every entry
    assert os.stat(ground.root).st_dev != os.stat(ground.outside).st_dev


def test_what_is_made_is_listed_at_once(ground: Ground) -> None:
    for number in range(5):
        os.mkdir(ground.empty / f"n{number}")
        assert f"n{number}" in os.listdir(ground.empty)
    for number in range(5):
        os.rmdir(ground.empty / f"n{number}")
        assert f"n{number}" not in os.listdir(ground.empty)
