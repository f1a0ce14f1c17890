"""A zip file as a stream, without I/O: what to send before, and after, the bytes of each file (APPNOTE.TXT 6.3.10).

Files are stored, for pictures are compressed already. Length and checksum follow the bytes (4.4.4, bit 3), so a file
that becomes shorter while it is read does no harm. Sizes and places beyond 32 bits are written as ZIP64 (4.5.3).
"""

from __future__ import annotations

import time
import zlib
from struct import Struct

_FILE = Struct("<4s5H3L2H")
_AFTER = Struct("<4s3L")
_AFTER_64 = Struct("<4sL2Q")
_ENTRY = Struct("<4s6H3L5H2L")
_END = Struct("<4s4H2LH")
_END_64 = Struct("<4sQ2H2L4Q")
_END_64_AT = Struct("<4sLQL")

_LARGEST = 0xFFFFFFFF
_MOST = 0xFFFF
_FLAGS = 0x0808
"""Names are UTF-8 (bit 11), and length and checksum follow (bit 3)."""
_PLAIN, _ZIP64 = 20, 45
"""The version that reading it needs."""
_UNIX = 3 << 8
_MODE = 0o100644 << 16


class Archive:
    """`begin`, then `take` each piece, which is to be sent as it is, then `end`; `close` when there is no more."""

    def __init__(self) -> None:
        self._offset = 0
        self._entries = bytearray()
        self._count = 0
        self._name, self._moment, self._place = b"", (0, 0), 0
        self._is_large = False
        self._size = self._sum = 0

    def begin(self, name: str, mtime: float, most: int) -> bytes:
        """What comes before the bytes of a file, which are `most` or less. `mtime`: seconds since 1970."""
        self._name, self._moment, self._place = name.encode(), _dos(mtime), self._offset
        self._is_large = most >= _LARGEST
        self._size = self._sum = 0
        extra = Struct("<2H2Q").pack(1, 16, 0, 0) if self._is_large else b""
        size = _LARGEST if self._is_large else 0
        needs = _ZIP64 if self._is_large else _PLAIN
        head = _FILE.pack(b"PK\3\4", needs, _FLAGS, 0, *self._moment, 0, size, size, len(self._name), len(extra))
        return self._sent(head + self._name + extra)

    def take(self, piece: bytes) -> None:
        """Bytes of the file."""
        self._sum = zlib.crc32(piece, self._sum)
        self._size += len(piece)
        self._offset += len(piece)

    def end(self) -> bytes:
        """What comes after the bytes of a file."""
        form = _AFTER_64 if self._is_large else _AFTER
        after = self._sent(form.pack(b"PK\7\10", self._sum, self._size, self._size))
        large = [value for value in (self._size, self._size, self._place) if value >= _LARGEST]
        extra = Struct(f"<2H{len(large)}Q").pack(1, 8 * len(large), *large) if large else b""
        size = min(self._size, _LARGEST)
        needs = _ZIP64 if large or self._is_large else _PLAIN
        self._entries += _ENTRY.pack(
            b"PK\1\2", _UNIX | needs, needs, _FLAGS, 0, *self._moment, self._sum, size, size,
            len(self._name), len(extra), 0, 0, 0, _MODE, min(self._place, _LARGEST),
        )  # fmt: skip
        self._entries += self._name + extra
        self._count += 1
        return after

    def close(self) -> bytes:
        """The table of contents, which ends the file."""
        size, count = len(self._entries), self._count
        tail = bytes(self._entries)
        if count >= _MOST or self._offset >= _LARGEST or size >= _LARGEST:
            tail += _END_64.pack(b"PK\6\6", 44, _UNIX | _ZIP64, _ZIP64, 0, 0, count, count, size, self._offset)
            tail += _END_64_AT.pack(b"PK\6\7", 0, self._offset + size, 1)
        few, small = min(count, _MOST), min(size, _LARGEST)
        return tail + _END.pack(b"PK\5\6", 0, 0, few, few, small, min(self._offset, _LARGEST), 0)

    def _sent(self, data: bytes) -> bytes:
        self._offset += len(data)
        return data


def _dos(mtime: float) -> tuple[int, int]:
    """Time and date in two seconds since 1980, local (4.4.6)."""
    moment = time.localtime(max(mtime, 0))
    if not 1980 <= moment.tm_year <= 2107:
        return 0, 0x21
    return (
        moment.tm_hour << 11 | moment.tm_min << 5 | moment.tm_sec // 2,
        (moment.tm_year - 1980) << 9 | moment.tm_mon << 5 | moment.tm_mday,
    )
