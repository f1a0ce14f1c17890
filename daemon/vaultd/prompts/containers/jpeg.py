"""JPEG: EXIF, XMP and comments (ITU-T T.81 annex B; Exif 3.0 4.5.4; XMP part 3, 1.1.3)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from vaultd.prompts.containers import exif, xmp
from vaultd.prompts.containers.png import text_of
from vaultd.prompts.texts import Text

START = b"\xff\xd8\xff"
MOST_SEGMENTS = 4096
COMMENT_KEY = "comment"
_APP1, _COMMENT = 0xE1, 0xFE
_ENDS = (0xDA, 0xD9)  # the pixels begin, or there are none
_XMP = b"http://ns.adobe.com/xap/1.0/\0"


def texts(file: BinaryIO) -> Iterator[Text]:
    """All texts before the pixels."""
    file.seek(2)
    for _ in range(MOST_SEGMENTS):
        head = file.read(4)
        if len(head) < 4 or head[0] != 0xFF or head[1] in _ENDS:
            return
        if head[1] == 0xFF:  # a byte of filling
            file.seek(-3, 1)
            continue
        length = max(struct.unpack(">H", head[2:])[0], 2) - 2
        if head[1] in (_APP1, _COMMENT):
            yield from _texts_of(head[1], file.read(length))
        else:
            file.seek(length, 1)


def _texts_of(kind: int, data: bytes) -> Iterator[Text]:
    if kind == _COMMENT:
        yield Text(COMMENT_KEY, text_of(data))
    elif data.startswith(exif.PREFIX):
        yield from exif.texts(data)
    elif data.startswith(_XMP):
        yield from xmp.texts(data[len(_XMP) :])
