"""What stood in a file before the vault wrote into it, kept as a difference, and writing into a file in place.

A record tells how the old bytes are made of the new ones: so many from their start, those that are kept, so many from
their end. Of a photograph that got some words it is a few kilobytes; of a format whose pixels move when words come
(TIFF) it may be most of the file. It is a line of JSON and what is kept, deflated (RFC 1950).

Other programs' handles and links, attributes, owner and mode stay, since the inode does. That cannot be done in one
step: `is_mixture` knows the file that a crash leaves between the two.
"""

from __future__ import annotations

import hashlib
import mmap
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import msgspec
from msgspec import Struct

from vaultd.domain.facts import Facts

CHUNK = 1 << 20
SECTOR = 512
"""Bytes that a disk writes together, or not at all."""


Same = Callable[[int, int], bool]


class Difference(Struct, frozen=True):
    """The old bytes are `start` bytes of the new ones, `kept` others, and the last `end` of the new ones."""

    start: int
    kept: int
    end: int


class Changed(Exception):
    """The file is not the one that was looked at, any more."""


def digest(path: bytes | Path) -> bytes:
    """The BLAKE2b-256 of a regular file's bytes. Raises OSError, Changed where it is a link."""
    with _opened(path) as file:
        hasher = hashlib.blake2b(digest_size=32)
        while part := file.read(CHUNK):
            hasher.update(part)
    return hasher.digest()


def keep(record: Path, old: Path, new: Path) -> Difference:
    """Writes the record by which `old` can be made of `new`, and has it on the disk. Raises OSError."""
    with _bytes_of(old) as before, _bytes_of(new) as after:
        found = _difference(before, after)
        with record.open("xb") as file:
            file.write(msgspec.json.encode(found) + b"\n")
            packer = zlib.compressobj(6)
            for at in range(found.start, found.start + found.kept, CHUNK):
                file.write(packer.compress(before[at : min(at + CHUNK, found.start + found.kept)]))
            file.write(packer.flush())
            _settle(file)
    return found


def rebuild(record: Path, new: bytes | Path, target: Path) -> None:
    """Writes what was there before to `target`. Raises OSError, also where the record is damaged, Changed."""
    with record.open("rb") as kept, _opened(new) as after, target.open("wb") as file:
        try:
            found = msgspec.json.decode(kept.readline(), type=Difference)
            _copy(after, file, 0, found.start)
            for part in _inflated(kept):
                file.write(part)
        except (msgspec.DecodeError, zlib.error) as error:
            raise OSError(f"the record of what stood there is damaged ({error})") from error
        _copy(after, file, os.fstat(after.fileno()).st_size - found.end, found.end)
        _settle(file)


def overwrite(path: bytes, expected: tuple[int, int, int], source: Path, start: int) -> Facts:
    """Puts the bytes of `source` from `start` on into a file, which has the same ones before; returns its facts then.

    `expected`: inode, mtime in ns and size. Room is taken before any byte is written. Raises Changed, OSError; a file
    that cannot be written to the end is left a mixture.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "r+b", buffering=0) as file, source.open("rb") as new:
        if bytes_of(Facts.of(os.fstat(descriptor))) != expected:
            raise Changed
        size = os.fstat(new.fileno()).st_size
        _take_room(descriptor, expected[2], size)
        new.seek(start)
        file.seek(start)
        while part := memoryview(new.read(CHUNK)):
            while part:
                part = part[file.write(part) or 0 :]
        os.ftruncate(descriptor, size)
        os.fsync(descriptor)
        return Facts.of(os.fstat(descriptor))


def bytes_of(facts: Facts) -> tuple[int, int, int]:
    """By what a file is known to hold the bytes that it held."""
    return facts.inode, facts.mtime_ns, facts.size


def is_mixture(path: bytes, before: Path, after: Path) -> bool:
    """Whether a file holds nothing but parts of these two, each in its place, or room that was taken: as it is left
    when writing into it was cut off. Raises OSError, Changed where it is a link."""
    with _opened(path) as file, before.open("rb") as old, after.open("rb") as new:
        sizes = [os.fstat(one.fileno()).st_size for one in (old, new)]
        if not min(sizes) <= os.fstat(file.fileno()).st_size <= max(sizes):
            return False
        while found := file.read(CHUNK):
            parts = old.read(CHUNK), new.read(CHUNK)
            if found in parts:
                continue
            for at in range(0, len(found), SECTOR):
                sector = found[at : at + SECTOR]
                one, other = (part[at : at + len(sector)].ljust(len(sector), b"\0") for part in parts)
                if not (_is_cut(sector, one, other) or _is_cut(sector, other, one)):
                    return False
    return True


def _is_cut(found: bytes, first: bytes, then: bytes) -> bool:
    """Whether bytes are those of `first` up to somewhere, and from there those of `then`, or room."""
    place = next((at for at, byte in enumerate(found) if byte != first[at]), len(found))
    return found[place:] == then[place:] or not found[place:].strip(b"\0")


def _difference(old: bytes | mmap.mmap, new: bytes | mmap.mmap) -> Difference:
    shorter = min(len(old), len(new))
    start = _alike(shorter, lambda at, to: old[at:to] == new[at:to])
    end = _alike(
        shorter - start,
        lambda at, to: old[len(old) - to : len(old) - at] == new[len(new) - to : len(new) - at],
    )
    return Difference(start, len(old) - start - end, end)


def _alike(most: int, same: Same) -> int:
    """How many bytes from an end on are the same. `same`: whether those from the one to the other are."""
    at = 0
    while at < most and same(at, min(at + CHUNK, most)):
        at = min(at + CHUNK, most)
    low, high = at, min(at + CHUNK, most)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if same(at, middle) else (low, middle - 1)
    return low


def _take_room(descriptor: int, now: int, size: int) -> None:
    """Makes a file longer, so that a full disk is met before anything is lost; where it is, the file stays as it was.

    Raises OSError.
    """
    if size > now:
        try:
            os.posix_fallocate(descriptor, now, size - now)
        except OSError:
            os.ftruncate(descriptor, now)
            raise


def _inflated(kept: BinaryIO) -> Iterator[bytes]:
    unpacker = zlib.decompressobj()
    while part := kept.read(CHUNK):
        yield unpacker.decompress(part)
    yield unpacker.flush()
    if not unpacker.eof:
        raise zlib.error("it ends too early")


def _copy(source: BinaryIO, target: BinaryIO, at: int, count: int) -> None:
    source.seek(at)
    while count > 0 and (part := source.read(min(CHUNK, count))):
        target.write(part)
        count -= len(part)


def _settle(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


@contextmanager
def _bytes_of(path: Path) -> Iterator[bytes | mmap.mmap]:
    with path.open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped


def _opened(path: bytes | Path) -> BinaryIO:
    """Raises OSError, Changed where it is no regular file."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    file = os.fdopen(descriptor, "rb")
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        file.close()
        raise Changed
    return file
