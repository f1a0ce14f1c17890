"""The boxes of files in the ISO base media file format (ISO/IEC 14496-12, 4.2), which JPEG XL and CR3 are kept in.

A box is its length with this header (4 bytes, big endian), its type (4) and its content. A length of 1 says that the
real one follows in 8 bytes; a length of 0 that the box goes on to the end.
"""

from __future__ import annotations

from collections.abc import Iterator

MOST = 10_000
"""No sound file has more boxes side by side."""


def boxes(content: bytes | memoryview) -> Iterator[tuple[bytes, memoryview]]:
    """Type and content of each box. Those after a torn one, and what is missing of a torn one, are left out."""
    rest = memoryview(content)
    for _ in range(MOST):
        if len(rest) < 8:
            return
        length, kind, start = int.from_bytes(rest[:4]), bytes(rest[4:8]), 8
        if length == 1:
            length, start = int.from_bytes(rest[8:16]), 16
        elif length == 0:
            length = len(rest)
        if length < start:
            return
        yield kind, rest[start:length]
        rest = rest[length:]
