"""The texts of a picture's file, whatever its container."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from vaultd.prompts.containers import avif, jpeg, png, webp
from vaultd.prompts.texts import Text


def texts_in(file: BinaryIO) -> Iterator[Text]:
    """By the first bytes, as names lie; nothing for other files. Raises OSError if the file cannot be read."""
    file.seek(0)
    start = file.read(16)
    if start.startswith(png.START):
        yield from png.texts(file)
    elif start.startswith(jpeg.START):
        yield from jpeg.texts(file)
    elif start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        yield from webp.texts(file)
    elif start[4:8] == b"ftyp" and start[8:12] in avif.BRANDS:
        yield from avif.texts(file)
