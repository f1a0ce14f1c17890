"""Where raw formats keep their EXIF: nearly all are TIFF files, by that name or another.

TIFF 6.0 and DNG 1.7.1 by name; ORF (Olympus) and RW2 (Panasonic) are TIFF with other letters in front; RAF (Fujifilm)
and the boxes of CR3 (Canon) as they are described at libopenraw.freedesktop.org and github.com/lclevy/canon_cr3.
"""

from __future__ import annotations

import io
import struct
from typing import BinaryIO

from PIL import Image, TiffImagePlugin

from vaultd.worker.exif import EXIF_IFD
from vaultd.worker.readers.boxes import boxes

TIFF = (b"II*\0", b"MM\0*")
DISGUISED = {b"IIRO": TIFF[0], b"IIRS": TIFF[0], b"MMOR": TIFF[1], b"IIU\0": TIFF[0]}
"""TIFF files under other letters, and what those of TIFF would be."""
FUJIFILM = b"FUJIFILMCCD-RAW"
CANON = b"ftypcrx "
CR2 = b"CR\x02"
START = 16 * 1024 * 1024
"""Bytes from the start of a file in which its EXIF is looked for."""

_DNG_VERSION, _SUB_IFDS, _PHOTOMETRIC = 50706, 330, 262
_OF_A_SENSOR = frozenset({32803, 34892})
"""PhotometricInterpretation: colour filter array, and linear raw (DNG 1.7.1)."""
_FUJIFILM_PREVIEW = 84
_CANON_UUID = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_MOST_IFDS = 16


def is_raw(file: BinaryIO) -> bool:
    """Whether it is a raw file; one that is a TIFF says so in its directories. Raises Pillow's errors."""
    head = _at(file, 0, 16)
    if head[:4] in DISGUISED or head.startswith(FUJIFILM) or head[4:12] == CANON or head[8:11] == CR2:
        return True
    return head[:4] in TIFF and _has_sensor(file, head[:8])


def _has_sensor(file: BinaryIO, head: bytes) -> bool:
    first = _directory(file, head, int.from_bytes(head[4:8], "little" if head[:1] == b"I" else "big"))
    if _DNG_VERSION in first:
        return True
    offsets = first.get(_SUB_IFDS, ())
    offsets = offsets if isinstance(offsets, tuple) else (offsets,)
    directories = (_directory(file, head, offset) for offset in offsets[:_MOST_IFDS])
    return any(one.get(_PHOTOMETRIC) in _OF_A_SENSOR for one in (first, *directories))


def _directory(file: BinaryIO, head: bytes, offset: int) -> TiffImagePlugin.ImageFileDirectory_v2:
    found = TiffImagePlugin.ImageFileDirectory_v2(head)
    file.seek(offset)
    found.load(file)
    return found


def read(file: BinaryIO) -> Image.Exif:
    """The EXIF of a raw file; empty where there is none. Raises Pillow's errors where it is damaged."""
    head = _at(file, 0, 16)
    if head[:4] in TIFF or head[:4] in DISGUISED:
        letters = DISGUISED.get(head[:4], head[:4])
        return _loaded(letters + _at(file, 4, START))
    if head.startswith(FUJIFILM):
        return _of_jpeg(_at(file, *struct.unpack(">II", _at(file, _FUJIFILM_PREVIEW, 8))))
    return _of_canon(_at(file, 0, START)) if head[4:12] == CANON else Image.Exif()


def _at(file: BinaryIO, offset: int, count: int) -> bytes:
    file.seek(offset)
    return file.read(min(count, START))


def _loaded(tiff: bytes) -> Image.Exif:
    found = Image.Exif()
    found.load(tiff)
    return found


def _of_jpeg(content: bytes) -> Image.Exif:
    """Of the segment APP1 of a JPEG."""
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as picture:
        return picture.getexif()


def _of_canon(content: bytes) -> Image.Exif:
    """Of the boxes CMT1, the first directory, and CMT2, what is EXIF's own."""
    movie = next((inner for kind, inner in boxes(content) if kind == b"moov"), memoryview(b""))
    uuids = (inner for kind, inner in boxes(movie) if kind == b"uuid")
    canon = next((inner[16:] for inner in uuids if bytes(inner[:16]) == _CANON_UUID), memoryview(b""))
    parts = {kind: bytes(inner) for kind, inner in boxes(canon)}
    found = _loaded(parts[b"CMT1"]) if b"CMT1" in parts else Image.Exif()
    if b"CMT2" in parts:
        found.get_ifd(EXIF_IFD).update(_loaded(parts[b"CMT2"]))
    return found
