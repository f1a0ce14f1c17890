"""POSIX, attributes: stat, access, chmod, chown, times, statvfs and extended attributes."""

from __future__ import annotations

import ctypes
import os
import stat
import time
from pathlib import Path

import pytest

from support.ground import Ground, fails

_OMIT = (1 << 30) - 2
_NOW = (1 << 30) - 1


class _Times(ctypes.Structure):
    """struct timespec[2]."""

    _fields_ = (("a_s", ctypes.c_long), ("a_ns", ctypes.c_long), ("m_s", ctypes.c_long), ("m_ns", ctypes.c_long))


def utimensat(path: Path, access_ns: int, change_ns: int) -> None:
    """utimensat(2) with UTIME_NOW and UTIME_OMIT, which Python hides."""
    libc = ctypes.CDLL(None, use_errno=True)
    times = _Times(0, access_ns, 0, change_ns)
    if libc.utimensat(-100, os.fsencode(path), ctypes.byref(times), 0):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


# ---- stat --------------------------------------------------------------------------------------------------------


def test_stat_of_a_picture_tells_what_the_original_is_without_the_right_to_write(ground: Ground) -> None:
    os.chmod(ground.original, 0o664)
    os.utime(ground.original, ns=(1_600_000_000_123_456_789, 1_600_000_000_123_456_789))
    ground.vault.tell("images")
    found = os.stat(ground.shown)
    original = os.stat(ground.original)
    assert stat.S_ISREG(found.st_mode)
    assert (found.st_size, found.st_blocks, found.st_mtime_ns, found.st_uid, found.st_gid) == (
        original.st_size,
        original.st_blocks,
        original.st_mtime_ns,
        original.st_uid,
        original.st_gid,
    )
    assert stat.S_IMODE(found.st_mode) == 0o444
    assert (found.st_nlink, found.st_blksize) == (1, 4096)


def test_stat_of_a_file_tells_its_size_and_blocks(ground: Ground) -> None:
    found = os.stat(ground.file(b"x" * 5000))
    assert (found.st_size, found.st_blocks, found.st_uid, found.st_gid) == (5000, 10, os.getuid(), os.getgid())


def test_stat_of_what_is_missing_or_below_a_file(ground: Ground) -> None:
    fails("ENOENT", os.stat, ground.tag / "no")
    fails("ENOENT", os.stat, "")
    fails("ENOTDIR", os.stat, ground.root / "STATUS.txt" / "x")
    fails("ENOTDIR", os.stat, f"{ground.root}/STATUS.txt/")
    fails("ENAMETOOLONG", os.stat, ground.tag / ("l" * 256))


def test_times_go_on_when_a_file_is_written(ground: Ground) -> None:
    made = ground.file(b"x")
    os.utime(made, ns=(10**18, 10**18))
    with open(made, "ab") as file:
        file.write(b"y")
    assert time.time_ns() - os.stat(made).st_mtime_ns < 10**10


# ---- access ------------------------------------------------------------------------------------------------------


def test_access_tells_what_can_be_done(ground: Ground) -> None:
    for place in (ground.tag, ground.drop, ground.found):
        assert os.access(place, os.F_OK | os.R_OK | os.W_OK | os.X_OK), place
    for place in (ground.entry, ground.root / "STATUS.txt", ground.root / "by", ground.root):
        assert os.access(place, os.F_OK | os.R_OK), place
        assert not os.access(place, os.W_OK), place
    assert os.access(ground.root / "by", os.X_OK)
    assert os.access(ground.file(b"x"), os.R_OK | os.W_OK)
    assert not os.access(ground.tag / "no", os.F_OK)


def test_what_nobody_may_execute_is_not_executed(ground: Ground) -> None:
    made = ground.file(b"#!/bin/sh\n")
    assert not os.access(made, os.X_OK)
    fails("EACCES", os.execv, made, ["x"])


# ---- chmod, chown, times -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o755])
def test_chmod_changes_the_permissions_of_a_file(ground: Ground, mode: int) -> None:
    made = ground.file(b"x")
    os.chmod(made, mode)
    assert stat.S_IMODE(os.stat(made).st_mode) == mode


def test_chmod_and_chown_of_a_folder_that_takes_things_in_change_nothing(ground: Ground) -> None:
    before = os.stat(ground.tag)
    os.chmod(ground.tag, 0o700)
    os.chown(ground.tag, os.getuid(), os.getgid())
    os.utime(ground.tag, ns=(10**18, 10**18))
    found = os.stat(ground.tag)
    assert (found.st_mode, found.st_uid, found.st_gid) == (before.st_mode, before.st_uid, before.st_gid)


def test_chmod_chown_and_times_of_what_is_only_shown_are_erofs(ground: Ground) -> None:
    before = os.stat(ground.original)
    for place in (ground.root / "STATUS.txt", ground.root / "by", ground.shown):
        fails("EROFS", os.chmod, place, 0o600)
        fails("EROFS", os.chown, place, os.getuid(), os.getgid())
        fails("EROFS", os.utime, place)
    found = os.stat(ground.original)
    assert (found.st_mode, found.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


def test_chown_of_a_file_to_oneself_is_taken(ground: Ground) -> None:
    made = ground.file(b"x")
    os.chown(made, os.getuid(), os.getgid())
    assert (os.stat(made).st_uid, os.stat(made).st_gid) == (os.getuid(), os.getgid())


def test_attributes_of_what_is_missing_are_enoent(ground: Ground) -> None:
    missing = ground.tag / "no"
    fails("ENOENT", os.chmod, missing, 0o600)
    fails("ENOENT", os.chown, missing, 0, 0)
    fails("ENOENT", os.utime, missing)


def test_times_are_set_to_the_nanosecond(ground: Ground) -> None:
    made = ground.file(b"x")
    os.utime(made, ns=(1_500_000_000_987_654_321, 1_600_000_000_123_456_789))
    assert os.stat(made).st_mtime_ns == 1_600_000_000_123_456_789


def test_times_can_be_left_or_be_now(ground: Ground) -> None:
    made = ground.file(b"x")
    os.utime(made, ns=(10**18, 10**18))
    utimensat(made, _NOW, _OMIT)
    assert os.stat(made).st_mtime_ns == 10**18
    utimensat(made, _OMIT, _NOW)
    assert abs(time.time_ns() - os.stat(made).st_mtime_ns) < 10**10


def test_times_of_a_link_itself_are_taken_or_refused_without_touching_the_original(ground: Ground) -> None:
    before = os.stat(ground.original).st_mtime_ns
    os.utime(ground.entry, ns=(10**18, 10**18), follow_symlinks=False)
    assert os.stat(ground.original).st_mtime_ns == before


# ---- statvfs -----------------------------------------------------------------------------------------------------


def test_statvfs_tells_the_room_and_the_length_of_names(ground: Ground) -> None:
    found = os.statvfs(ground.root)
    assert found.f_namemax == 255
    assert found.f_bsize > 0
    assert 0 < found.f_bavail <= found.f_blocks
    for place in (ground.entry, ground.tag, ground.found):
        assert os.statvfs(place).f_namemax == 255
    with open(ground.entry, "rb") as file:
        assert os.fstatvfs(file.fileno()).f_blocks == found.f_blocks


def test_no_setuid_bit_works_here(ground: Ground) -> None:
    assert os.statvfs(ground.root).f_flag & os.ST_NOSUID
    assert os.statvfs(ground.root).f_flag & os.ST_NODEV


# ---- extended attributes -----------------------------------------------------------------------------------------


def test_an_attribute_is_set_read_listed_replaced_and_removed(ground: Ground) -> None:
    os.setxattr(ground.entry, "user.xdg.tags", f"{ground.word},x{ground.word}".encode())
    assert os.getxattr(ground.entry, "user.xdg.tags") == f"{ground.word},x{ground.word}".encode()
    assert "user.xdg.tags" in os.listxattr(ground.entry)
    os.setxattr(ground.entry, "user.xdg.tags", ground.word.encode(), os.XATTR_REPLACE)
    assert ground.picture.tags == {ground.word}
    fails("EEXIST", os.setxattr, ground.entry, "user.xdg.tags", b"x", os.XATTR_CREATE)
    os.removexattr(ground.entry, "user.xdg.tags")
    fails("ENODATA", os.getxattr, ground.shown, "user.xdg.tags")


def test_an_attribute_that_is_not_there_is_enodata(ground: Ground) -> None:
    for place in (ground.tag, ground.entry, ground.root / "STATUS.txt", ground.file(b"x"), ground.root):
        fails("ENODATA", os.getxattr, place, "user.nothing")
        fails("ENODATA|ENOTSUP", os.removexattr, place, "user.nothing")


def test_an_attribute_that_cannot_be_is_enotsup(ground: Ground) -> None:
    for place in (ground.tag, ground.entry, ground.root / "STATUS.txt", ground.file(b"x")):
        fails("ENOTSUP", os.setxattr, place, "user.nothing", b"x")
    for name in ("security.nothing", "system.nothing", "trusted.nothing"):
        fails("ENOTSUP|EPERM", os.setxattr, ground.entry, name, b"x")


def test_names_and_values_of_attributes_have_limits(ground: Ground) -> None:
    fails("ERANGE|ENAMETOOLONG", os.setxattr, ground.entry, "user." + "n" * 256, b"x")
    fails("E2BIG", os.setxattr, ground.entry, "user.xdg.tags", b"x" * (65536 + 1))
    assert ground.picture.tags == {ground.word}


def test_a_buffer_too_small_for_an_attribute_is_erange(ground: Ground) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    path, name, buffer = os.fsencode(ground.entry), b"user.xdg.tags", ctypes.create_string_buffer(1)
    assert libc.getxattr(path, name, None, 0) == len(ground.word)
    assert libc.getxattr(path, name, buffer, 1) == -1
    assert os.strerror(ctypes.get_errno()) == os.strerror(34)
    assert libc.listxattr(path, buffer, 1) == -1
    assert os.strerror(ctypes.get_errno()) == os.strerror(34)
