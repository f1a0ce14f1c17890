"""PNG: text chunks before and after the pixels, EXIF, and ComfyUI's own chunk for animations.

PNG Specification, Third Edition, 11.3.3 (text) and 11.3.4 (eXIf).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from vaultd.prompts.containers import exif, xmp
from vaultd.prompts.texts import LONGEST, Text

START = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS, PIECE = 65_536, 65_536
XMP_KEY = "XML:com.adobe.xmp"
_PROFILES = ("Raw profile type exif", "Raw profile type APP1")
_READ = (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"comf")


def texts(file: BinaryIO) -> Iterator[Text]:
    """All texts, in the file's order. Chunks of pixels are jumped over; sums are not checked."""
    file.seek(len(START))
    for _ in range(MOST_CHUNKS):
        head = file.read(8)
        if len(head) < 8 or head[4:] == b"IEND":
            return
        length, kind = struct.unpack(">I4s", head)
        if kind in _READ and length <= LONGEST:
            yield from _texts_of(kind, file.read(length))
            file.seek(4, 1)
        else:
            file.seek(length + 4, 1)


def _texts_of(kind: bytes, data: bytes) -> Iterator[Text]:
    if kind == b"eXIf":
        yield from exif.texts(data)
        return
    raw_key, _, rest = data.partition(b"\0")
    key = raw_key[:80].decode("latin-1")
    value = _value(kind, rest)
    if key == XMP_KEY:
        yield from xmp.texts(value)
    elif key in _PROFILES:
        yield from exif.texts(_profile(value))
    else:
        yield Text(key, text_of(value))


def _value(kind: bytes, rest: bytes) -> bytes:
    """What follows the key. `comf` is as tEXt (ComfyUI, comfy_api/latest/_ui.py)."""
    if kind == b"zTXt":
        return inflated(rest[1:])
    if kind == b"iTXt":
        _language, _, translated = rest[2:].partition(b"\0")
        value = translated.partition(b"\0")[2]
        return inflated(value) if rest[:1] == b"\1" else value
    return rest


def inflated(data: bytes, form: int = zlib.MAX_WBITS) -> bytes:
    """As much as comes out of the data until it is damaged, and no more than a text may be long."""
    unpack = zlib.decompressobj(form)
    parts: list[bytes] = []
    room = LONGEST
    try:
        for at in range(0, len(data), PIECE):
            parts.append(unpack.decompress(data[at : at + PIECE], room))
            room -= len(parts[-1])
            if not room or unpack.eof:
                break
    except zlib.error:  # a text that was cut is still one
        pass
    return b"".join(parts)


def text_of(value: bytes) -> str:
    """The specification wants Latin-1 in tEXt; many programs write UTF-8, which Latin-1 text hardly ever is."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _profile(value: bytes) -> bytes:
    """ImageMagick's `exif`, a length, and the bytes in hexadecimal lines; empty if they are something else."""
    hexadecimal = b"".join(value.split()[2:])
    try:
        return bytes.fromhex(hexadecimal.decode("ascii"))
    except ValueError:
        return b""
