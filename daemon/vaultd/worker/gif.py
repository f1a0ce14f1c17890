"""The XMP packet of a GIF, which Pillow does not tell (GIF89a, appendix A; XMP Specification Part 3, 1.1.2).

It stands in an application extension as it is, and not in blocks that name their length. A trailer of 258 bytes behind
it makes readers that go from length to length end behind it nonetheless, as this one does.
"""

from __future__ import annotations

from typing import BinaryIO

FORMAT = "GIF"
_EXTENSION, _IMAGE, _APPLICATION = 0x21, 0x2C, 0xFF
_XMP = b"XMP DataXMP"
_TRAILER = 258
_TABLE = 0x80
"""Of the flags: that a table of colours follows."""
_MOST_BLOCKS = 1 << 18
"""That are gone through: of up to 255 bytes each."""


def packet(file: BinaryIO, longest: int) -> bytes:
    """The first packet, of `longest` bytes at most; b'' if there is none. Raises OSError if the file cannot be read."""
    file.seek(6)
    screen = file.read(7)
    if len(screen) < 7:
        return b""
    file.seek(_table(screen[4]), 1)
    left = _MOST_BLOCKS
    while left > 0:
        kind = file.read(1)
        if kind == bytes([_EXTENSION]):
            start = _application(file)
        elif kind == bytes([_IMAGE]):
            start = 0
            place = file.read(9)
            file.seek((_table(place[8]) if len(place) == 9 else 0) + 1, 1)
        else:
            return b""
        left -= _skipped(file, left)
        if start:
            return _between(file, start, longest)
    return b""


def _table(flags: int) -> int:
    """Bytes of the table of colours that these flags announce."""
    return 3 << (flags & 7) + 1 if flags & _TABLE else 0


def _application(file: BinaryIO) -> int:
    """Goes to the first block of an extension, or behind the name in it; where the packet begins, 0 if it is none."""
    if file.read(1) != bytes([_APPLICATION]):
        return 0
    length = file.read(1)
    name = file.read(length[0]) if length else b""
    return file.tell() if name == _XMP else 0


def _skipped(file: BinaryIO, most: int) -> int:
    """Goes behind the blocks that follow, of which so many are gone through; how many it were."""
    for number in range(most):
        length = file.read(1)
        if length in (b"", b"\0"):
            return number + 1
        file.seek(length[0], 1)
    return most


def _between(file: BinaryIO, start: int, longest: int) -> bytes:
    """What stands between a place and the trailer before this one; nothing if that is too long."""
    length = file.tell() - start - _TRAILER
    if not 0 < length <= longest:
        return b""
    file.seek(start)
    return file.read(length)
