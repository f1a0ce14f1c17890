"""WebP: the chunks EXIF and XMP, wherever they stand (WebP Container Specification, Metadata)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from vaultd.prompts.containers import exif, xmp
from vaultd.prompts.texts import LONGEST, Text

MOST_CHUNKS = 65_536


def texts(file: BinaryIO) -> Iterator[Text]:
    """All texts; frames are jumped over."""
    file.seek(12)
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8:
            return
        kind, length = struct.unpack("<4sI", head)
        if kind in (b"EXIF", b"XMP ") and length <= LONGEST:
            data = file.read(length)
            yield from exif.texts(data) if kind == b"EXIF" else xmp.texts(data)
            file.seek(length & 1, 1)
        else:
            file.seek(length + (length & 1), 1)
