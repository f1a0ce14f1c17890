"""Colour profiles that nobody could overlook (ICC.1:2022: header 7.2, tag table 7.3, lut8Type 10.11)."""

from __future__ import annotations

import struct

from PIL import ImageCms


def swapped() -> bytes:
    """RGB, in which what sRGB calls red is blue."""
    profile: bytes = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    profile = profile.replace(b"\0s\0R\0G\0B", b"\0o\0t\0h\0e")
    return profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


def of_green_ink() -> bytes:
    """CMYK, whose magenta prints green, and whose other inks print nothing."""
    paper, green = (255, 128, 128), (200, 60, 190)  # lightness, a and b, each in a byte
    colours = bytes(part for inks in range(16) for part in (green if inks & 4 else paper))
    straight = bytes(range(256))
    matrix = struct.pack(">9i", *(65536 if place % 4 == 0 else 0 for place in range(9)))
    lut = b"mft1\0\0\0\0" + bytes((4, 3, 2, 0)) + matrix + straight * 4 + colours + straight * 3
    size = 128 + 4 + 12 + len(lut)
    header = struct.pack(">I4sI4s4s4s", size, b"none", 0x02400000, b"prtr", b"CMYK", b"Lab ")
    header = header.ljust(36, b"\0") + b"acsp"
    header = header.ljust(68, b"\0") + struct.pack(">3i", 63190, 65536, 54061)  # the white of the connection space
    return header.ljust(128, b"\0") + struct.pack(">I4sII", 1, b"A2B0", 144, len(lut)) + lut
