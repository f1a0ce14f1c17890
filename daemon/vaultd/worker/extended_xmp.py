"""XMP of a JPEG that is larger than one segment may be: the rest of it, in parts (XMP Specification Part 3, 1.1.3.1).

A part is an APP1 segment: a signature, the name of the whole (32 hex digits, which the main packet tells, too), the
length of the whole and where the part belongs, each four bytes, big endian, and the part. What is not there whole, or
claims what cannot be, is as good as nothing.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterable, Iterator

SIGNATURE = b"http://ns.adobe.com/xmp/extension/\0"
_NAME = re.compile(rb"HasExtendedXMP\s*(?:=\s*[\"']|>)\s*([0-9A-Fa-f]{32})")
_HEADER = struct.Struct(">32sII")
Segment = tuple[str, bytes]
"""How Pillow keeps a segment: the name of its marker, and what stands in it."""


def extension(main: bytes, segments: Iterable[Segment], longest: int) -> bytes:
    """The packet that goes on where `main` ends, of `longest` bytes at most; b'' if there is none."""
    name = _NAME.search(main)
    if name is None:
        return b""
    parts = sorted(part for part in _parts(segments) if part[0] == name[1].upper())
    length = parts[0][1] if parts else 0
    if not 0 < length <= longest:
        return b""
    whole = bytearray()
    for _, claimed, offset, data in parts:
        if claimed != length or offset > len(whole):
            return b""
        whole += data[len(whole) - offset :]  # a part that is there twice adds nothing
    return bytes(whole) if len(whole) == length else b""


def _parts(segments: Iterable[Segment]) -> Iterator[tuple[bytes, int, int, bytes]]:
    """Of each part: the whole's name and length, where it belongs, and the part."""
    start = len(SIGNATURE)
    for marker, data in segments:
        if marker == "APP1" and data.startswith(SIGNATURE) and len(data) >= start + _HEADER.size:
            name, length, offset = _HEADER.unpack_from(data, start)
            yield name.upper(), length, offset, data[start + _HEADER.size :]
