"""POSIX, files: opening, reading, writing, mapping, locking and copying them."""

from __future__ import annotations

import ctypes
import errno
import fcntl
import mmap
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from support.ground import Ground, fails

_F_OFD_SETLK = 37
"""Sets locks that belong to descriptors, so that one process can stand for two; Python names it since 3.13 only."""


@contextmanager
def opened(path: Path, flags: int, mode: int = 0o666) -> Iterator[int]:
    """A descriptor, closed at the end."""
    descriptor = os.open(path, flags, mode)
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def fresh(ground: Ground) -> Path:
    """Return a path in the folder of plain files that nothing has."""
    return ground.drop / f"fresh {ground.word}"


# ---- open --------------------------------------------------------------------------------------------------------


def test_open_makes_a_file_with_the_permissions_that_the_umask_leaves(ground: Ground) -> None:
    before = os.umask(0o027)
    try:
        with opened(fresh(ground), os.O_CREAT | os.O_WRONLY, 0o666):
            assert stat.S_IMODE(os.stat(fresh(ground)).st_mode) == 0o640
    finally:
        os.umask(before)


def test_open_of_what_is_missing_is_enoent(ground: Ground) -> None:
    fails("ENOENT", os.open, fresh(ground), os.O_RDONLY)
    fails("ENOENT", os.open, ground.tag / "no", os.O_RDWR)
    fails("ENOENT", os.open, ground.tag / "no" / "x.jpg", os.O_CREAT | os.O_WRONLY)


def test_open_below_a_file_is_enotdir(ground: Ground) -> None:
    fails("ENOTDIR", os.open, ground.root / "STATUS.txt" / "x", os.O_CREAT | os.O_WRONLY)


def test_open_of_a_name_too_long_is_enametoolong(ground: Ground) -> None:
    for folder in (ground.tag, ground.drop, ground.found):
        fails("ENAMETOOLONG", os.open, folder / ("l" * 256), os.O_CREAT | os.O_WRONLY)


def test_open_that_must_make_the_file_is_eexist_if_it_is_there(ground: Ground) -> None:
    made = ground.file(b"kept")
    for there in (made, ground.entry, ground.result, ground.tag, ground.root / "STATUS.txt"):
        fails("EEXIST", os.open, there, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    assert made.read_bytes() == b"kept"
    assert ground.original.read_bytes() == ground.data


def test_open_that_may_make_the_file_leaves_one_that_is_there(ground: Ground) -> None:
    made = ground.file(b"kept")
    with opened(made, os.O_CREAT | os.O_RDWR) as descriptor:
        assert os.read(descriptor, 10) == b"kept"


def test_open_with_truncation_empties_the_file(ground: Ground) -> None:
    made = ground.file(b"before")
    with opened(made, os.O_WRONLY | os.O_TRUNC) as descriptor:
        assert os.fstat(descriptor).st_size == 0
    assert made.read_bytes() == b""


def test_open_of_a_folder_for_writing_is_eisdir(ground: Ground) -> None:
    for flags in (os.O_WRONLY, os.O_RDWR, os.O_RDONLY | os.O_CREAT, os.O_WRONLY | os.O_TRUNC):
        fails("EISDIR", os.open, ground.tag, flags)


def test_open_that_wants_a_folder_is_enotdir_for_anything_else(ground: Ground) -> None:
    for other in (ground.root / "STATUS.txt", ground.entry, ground.result, ground.file(b"x")):
        fails("ENOTDIR", os.open, other, os.O_RDONLY | os.O_DIRECTORY)
    with opened(ground.tag, os.O_RDONLY | os.O_DIRECTORY) as descriptor:
        assert stat.S_ISDIR(os.fstat(descriptor).st_mode)


def test_open_that_follows_no_link_is_eloop_for_a_link(ground: Ground) -> None:
    if ground.as_files:
        with opened(ground.entry, os.O_RDONLY | os.O_NOFOLLOW) as descriptor:
            assert os.read(descriptor, 7) == ground.data[:7]
        return
    fails("ELOOP", os.open, ground.entry, os.O_RDONLY | os.O_NOFOLLOW)
    fails("ELOOP", os.open, ground.result, os.O_RDONLY | os.O_NOFOLLOW)


def test_open_of_a_path_alone_reads_nothing(ground: Ground) -> None:
    with opened(ground.entry, os.O_PATH) as descriptor:
        fails("EBADF", os.read, descriptor, 1)
        assert os.fstat(descriptor).st_size == len(ground.data)


def test_open_of_a_file_without_a_name_is_not_supported(ground: Ground) -> None:
    fails("ENOTSUP", os.open, ground.drop, os.O_TMPFILE | os.O_RDWR)


def test_open_for_writing_of_what_is_only_shown_is_erofs(ground: Ground) -> None:
    shown = ground.root / "by" / "date" / "2024" / "05" / f"{ground.word}.jpg"
    places = [ground.root / "STATUS.txt", ground.entry, *([ground.result, shown] if ground.as_files else [])]
    for place in places:
        for flags in (os.O_WRONLY, os.O_RDWR, os.O_WRONLY | os.O_APPEND, os.O_WRONLY | os.O_TRUNC):
            fails("EROFS", os.open, place, flags)
    assert ground.original.read_bytes() == ground.data


def test_open_that_would_make_a_file_where_none_can_be_is_erofs(ground: Ground) -> None:
    for place in ("by", "recent", "untagged", "failed", "missing", "duplicates", "saved", "tags/auto", "."):
        fails("EROFS", os.open, ground.root / place / "fresh.jpg", os.O_CREAT | os.O_WRONLY)


# ---- read, write -------------------------------------------------------------------------------------------------


def test_a_descriptor_for_reading_cannot_write_and_the_reverse(ground: Ground) -> None:
    made = ground.file(b"x")
    with opened(made, os.O_RDONLY) as reading, opened(made, os.O_WRONLY) as writing:
        fails("EBADF", os.write, reading, b"y")
        fails("EBADF", os.read, writing, 1)
        fails("EINVAL|EBADF", os.ftruncate, reading, 0)


def test_read_ends_with_nothing_at_the_end(ground: Ground) -> None:
    with opened(ground.entry, os.O_RDONLY) as descriptor:
        assert os.pread(descriptor, 10, len(ground.data)) == b""
        assert os.pread(descriptor, 10, len(ground.data) + 5) == b""
        assert os.pread(descriptor, 100, len(ground.data) - 3) == ground.data[-3:]


def test_a_folder_cannot_be_read_as_a_file(ground: Ground) -> None:
    with opened(ground.tag, os.O_RDONLY) as descriptor:
        fails("EISDIR", os.read, descriptor, 1)


def test_what_one_writes_another_reads_at_once(ground: Ground) -> None:
    made = ground.file(b"first")
    with opened(made, os.O_RDWR) as writing, opened(made, os.O_RDONLY) as reading:
        os.pwrite(writing, b"again and longer", 0)
        assert os.pread(reading, 100, 0) == b"again and longer"
        assert os.fstat(reading).st_size == 16


def test_appending_writes_at_the_end_wherever_the_position_is(ground: Ground) -> None:
    made = ground.file(b"one")
    with opened(made, os.O_WRONLY | os.O_APPEND) as first, opened(made, os.O_WRONLY | os.O_APPEND) as second:
        os.write(first, b" two")
        os.write(second, b" three")
        os.lseek(first, 0, os.SEEK_SET)
        os.write(first, b" four")
    assert made.read_bytes() == b"one two three four"


def test_writing_beyond_the_end_leaves_zeros_between(ground: Ground) -> None:
    made = ground.file(b"ab")
    with opened(made, os.O_WRONLY) as descriptor:
        os.pwrite(descriptor, b"z", 5)
    assert made.read_bytes() == b"ab\0\0\0z"


def test_many_pieces_in_any_order_make_one_file(ground: Ground) -> None:
    with opened(fresh(ground), os.O_CREAT | os.O_RDWR) as descriptor:
        for start in (200_000, 0, 100_000):
            os.pwritev(descriptor, [ground.data[start % 7 :][:50_000], b"+" * 50_000], start)
        assert os.fstat(descriptor).st_size == 300_000
    data = fresh(ground).read_bytes()
    assert data[100_000:150_000] == ground.data[100_000 % 7 :][:50_000]
    assert data[250_000:] == b"+" * 50_000


def test_truncation_shortens_and_lengthens(ground: Ground) -> None:
    made = ground.file(b"abcdef")
    os.truncate(made, 3)
    assert made.read_bytes() == b"abc"
    with opened(made, os.O_RDWR) as descriptor:
        os.ftruncate(descriptor, 5)
        assert os.pread(descriptor, 10, 0) == b"abc\0\0"
        assert os.fstat(descriptor).st_size == 5


def test_truncation_of_what_cannot_be_truncated(ground: Ground) -> None:
    fails("EISDIR", os.truncate, ground.tag, 0)
    fails("ENOENT", os.truncate, fresh(ground), 0)
    fails("EINVAL", os.truncate, ground.file(b"x"), -1)
    fails("EROFS", os.truncate, ground.entry, 0)
    fails("EROFS", os.truncate, ground.root / "STATUS.txt", 0)
    assert ground.original.read_bytes() == ground.data


def test_the_position_moves_as_lseek_says(ground: Ground) -> None:
    with opened(ground.entry, os.O_RDONLY) as descriptor:
        assert os.lseek(descriptor, -4, os.SEEK_END) == len(ground.data) - 4
        assert os.read(descriptor, 10) == ground.data[-4:]
        assert os.lseek(descriptor, 0, os.SEEK_DATA) == 0
        assert os.lseek(descriptor, 0, os.SEEK_HOLE) == len(ground.data)
        fails("EINVAL", os.lseek, descriptor, -1, os.SEEK_SET)


def test_reading_past_the_cache_gives_the_same_bytes(ground: Ground) -> None:
    buffer = mmap.mmap(-1, 1 << 18)
    with opened(ground.shown, os.O_DIRECT) as descriptor:
        assert os.readv(descriptor, [buffer]) == len(ground.data)
    assert buffer[: len(ground.data)] == ground.data


# ---- sync, locks -------------------------------------------------------------------------------------------------


def test_sync_of_files_folders_and_all(ground: Ground) -> None:
    with opened(fresh(ground), os.O_CREAT | os.O_WRONLY) as descriptor:
        os.write(descriptor, b"x")
        os.fsync(descriptor)
        os.fdatasync(descriptor)
    for folder in (ground.drop, ground.tag, ground.found, ground.root):
        with opened(folder, os.O_RDONLY) as descriptor:
            os.fsync(descriptor)
            assert ctypes.CDLL(None, use_errno=True).syncfs(descriptor) == 0
    with opened(ground.entry, os.O_RDONLY) as descriptor:
        os.fsync(descriptor)
    with opened(fresh(ground), os.O_WRONLY | os.O_SYNC) as descriptor:
        assert os.write(descriptor, b"yz") == 2


def test_flock_keeps_a_second_one_out(ground: Ground) -> None:
    made = ground.file(b"x")
    for path in (made, ground.entry, ground.tag):
        with opened(path, os.O_RDONLY) as first, opened(path, os.O_RDONLY) as second:
            fcntl.flock(first, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fails("EAGAIN", fcntl.flock, second, fcntl.LOCK_EX | fcntl.LOCK_NB)
            fcntl.flock(first, fcntl.LOCK_UN)
            fcntl.flock(second, fcntl.LOCK_SH | fcntl.LOCK_NB)


def test_a_record_lock_keeps_a_second_one_out(ground: Ground) -> None:
    made = ground.file(b"abcdef")
    with opened(made, os.O_RDWR) as first, opened(made, os.O_RDWR) as second:
        fcntl.fcntl(first, _F_OFD_SETLK, _record(fcntl.F_WRLCK))
        fails("EAGAIN|EACCES", fcntl.fcntl, second, _F_OFD_SETLK, _record(fcntl.F_WRLCK))
        fcntl.fcntl(first, _F_OFD_SETLK, _record(fcntl.F_UNLCK))
        fcntl.fcntl(second, _F_OFD_SETLK, _record(fcntl.F_WRLCK))


def _record(what: int) -> bytes:
    """Return struct flock over the whole file, as fcntl(2) takes it on 64-bit Linux."""
    return b"".join((what.to_bytes(2, "little"), b"\0\0", b"\0\0\0\0", bytes(8), bytes(8), bytes(4), bytes(4)))


# ---- maps and copies ---------------------------------------------------------------------------------------------


def test_a_map_shows_the_bytes(ground: Ground) -> None:
    with opened(ground.entry, os.O_RDONLY) as descriptor:
        for flags in (mmap.MAP_SHARED, mmap.MAP_PRIVATE):
            with mmap.mmap(descriptor, 0, flags=flags, prot=mmap.PROT_READ) as mapped:
                assert mapped[:] == ground.data


def test_a_private_map_changes_nothing_but_itself(ground: Ground) -> None:
    both = mmap.PROT_READ | mmap.PROT_WRITE
    with (
        opened(ground.entry, os.O_RDONLY) as descriptor,
        mmap.mmap(descriptor, 0, flags=mmap.MAP_PRIVATE, prot=both) as mapped,
    ):
        mapped[:3] = b"xyz"
    assert ground.original.read_bytes() == ground.data
    assert ground.entry.read_bytes() == ground.data


def test_a_shared_map_for_writing_of_what_is_open_for_reading_is_eacces(ground: Ground) -> None:
    with opened(ground.entry, os.O_RDONLY) as descriptor:
        fails("EACCES", mmap.mmap, descriptor, 0, flags=mmap.MAP_SHARED, prot=mmap.PROT_READ | mmap.PROT_WRITE)


def test_what_is_written_into_a_map_is_in_the_file(ground: Ground) -> None:
    made = ground.file(b"a" * 10_000)
    with opened(made, os.O_RDWR) as descriptor, mmap.mmap(descriptor, 0) as mapped:
        mapped[5000:5003] = b"xyz"
        mapped.flush()
    assert made.read_bytes() == b"a" * 5000 + b"xyz" + b"a" * 4997


def test_sendfile_sends_the_bytes(ground: Ground) -> None:
    target = ground.outside / f"sent {ground.word}"
    with opened(ground.entry, os.O_RDONLY) as source, opened(target, os.O_CREAT | os.O_RDWR) as sink:
        _all(lambda offset: os.sendfile(sink, source, offset, 1 << 20), len(ground.data))
    assert target.read_bytes() == ground.data
    with opened(target, os.O_RDONLY) as source, opened(fresh(ground), os.O_CREAT | os.O_WRONLY) as sink:
        _all(lambda offset: os.sendfile(sink, source, offset, 1 << 20), len(ground.data))
    assert fresh(ground).read_bytes() == ground.data


def test_copy_file_range_copies_or_says_that_it_cannot(ground: Ground) -> None:
    target = ground.outside / f"copied {ground.word}"
    for sink_path in (target, fresh(ground)):
        with opened(ground.entry, os.O_RDONLY) as source, opened(sink_path, os.O_CREAT | os.O_RDWR) as sink:
            try:
                _all(partial(_copy_range, source, sink), len(ground.data))
            except OSError as error:
                if error.errno not in (errno.EXDEV, errno.EOPNOTSUPP, errno.ENOSYS):
                    raise
                continue  # what every program is ready for: it reads and writes instead
        assert sink_path.read_bytes() == ground.data


def test_splice_moves_bytes_through_a_pipe(ground: Ground) -> None:
    ours, theirs = os.pipe()
    try:
        with opened(ground.entry, os.O_RDONLY) as source:
            moved = os.splice(source, theirs, 4096, offset_src=100)
        assert os.read(ours, 4096) == ground.data[100 : 100 + moved]
    finally:
        os.close(ours)
        os.close(theirs)


def test_room_can_be_asked_for_ahead(ground: Ground) -> None:
    made = ground.file(b"ab")
    with opened(made, os.O_RDWR) as descriptor:
        os.posix_fallocate(descriptor, 0, 1000)
        assert os.fstat(descriptor).st_size == 1000
    assert made.read_bytes() == b"ab" + bytes(998)


def _copy_range(source: int, sink: int, offset: int) -> int:
    return os.copy_file_range(source, sink, 1 << 20, offset, offset)


def _all(step: Callable[[int], int], size: int) -> None:
    """Call `step(offset)`, which copies some bytes, until `size` are copied."""
    done = 0
    while done < size:
        count = step(done)
        assert count > 0
        done += count


# ---- pictures on their way in ------------------------------------------------------------------------------------


def test_a_picture_is_there_when_close_has_returned(ground: Ground) -> None:
    source = ground.picture_outside()
    with opened(ground.empty / source.name, os.O_CREAT | os.O_EXCL | os.O_WRONLY) as descriptor:
        os.write(descriptor, source.read_bytes())
        assert os.fstat(descriptor).st_size == len(source.read_bytes())
    assert ground.vault.tagged(ground.empty.name)
    assert (ground.empty / source.name).read_bytes() == source.read_bytes()


def test_a_picture_is_written_piece_by_piece_by_several_descriptors(ground: Ground) -> None:
    data = ground.picture_outside("parts").read_bytes()
    path = ground.empty / "parts.jpg"
    with opened(path, os.O_CREAT | os.O_RDWR) as first:
        second = os.dup(first)
        os.pwrite(first, data[5:], 5)
        os.pwrite(second, data[:5], 0)
        assert os.pread(second, 100, 0) == data
        os.close(second)
    assert path.read_bytes() == data


def test_what_is_no_picture_is_einval_when_it_is_closed(ground: Ground) -> None:
    descriptor = os.open(ground.empty / "text.jpg", os.O_CREAT | os.O_WRONLY)
    os.write(descriptor, b"no picture")
    fails("EINVAL", os.close, descriptor)
    assert os.listdir(ground.empty) == []


@pytest.mark.parametrize("flags", [os.O_WRONLY, os.O_WRONLY | os.O_APPEND, os.O_RDWR | os.O_CREAT])
def test_nothing_is_written_through_an_entry(ground: Ground, flags: int) -> None:
    fails("EROFS", os.open, ground.entry, flags)
    assert ground.original.read_bytes() == ground.data
