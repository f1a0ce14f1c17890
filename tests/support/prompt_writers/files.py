"""Small pictures of each container, with texts where programs put them."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

BYTES, ASCII, UNDEFINED = 1, 2, 7
USER_COMMENT, EXIF_DIRECTORY, MODEL, MAKE, SOFTWARE, DESCRIPTION = 0x9286, 0x8769, 0x0110, 0x010F, 0x0131, 0x010E
Entries = Mapping[int, tuple[int, bytes]]


def picture(size: tuple[int, int] = (32, 24), mode: str = "RGB") -> Image.Image:
    """A picture that compresses to little."""
    return Image.new(mode, size, (90, 120, 60, 255)[: len(mode)])


def saved(kind: str, image: Image.Image | None = None, **options: Any) -> bytes:
    """The file that Pillow makes."""
    file = io.BytesIO()
    (image or picture()).save(file, kind, **options)
    return file.getvalue()


def png(texts: Mapping[str, str], image: Image.Image | None = None, **options: Any) -> bytes:
    """PNG with tEXt, or iTXt where Latin-1 does not do: as Pillow's add_text, and so most programs, decide it."""
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    return saved("PNG", image, pnginfo=info, **options)


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunk(file: bytes, kind: bytes, data: bytes, at_end: bool = False) -> bytes:
    """A PNG with one more chunk, before its pixels or after them."""
    at = file.rindex(b"IEND") - 4 if at_end else file.index(b"IDAT") - 4
    return file[:at] + chunk(kind, data) + file[at:]


def exif(first: Entries, inner: Entries | None = None, order: str = ">") -> bytes:
    """EXIF with a first directory, and an Exif directory behind it; piexif writes it so, `order` the same."""
    count = len(first) + (inner is not None)
    after = 8 + 2 + 12 * count + 4
    pointer: dict[int, tuple[int, bytes]] = {} if inner is None else {EXIF_DIRECTORY: (4, b"\0\0\0\0")}
    head, values = _directory({**first, **pointer}, after, order)
    if inner is not None:
        where = struct.pack(order + "I", after + len(values))
        head = head.replace(
            struct.pack(order + "HHI", EXIF_DIRECTORY, 4, 1) + b"\0\0\0\0",
            struct.pack(order + "HHI", EXIF_DIRECTORY, 4, 1) + where,
        )
        below, more = _directory(inner, after + len(values) + 2 + 12 * len(inner) + 4, order)
        values += below + more
    mark = b"MM\0*" if order == ">" else b"II*\0"
    return b"Exif\0\0" + mark + struct.pack(order + "I", 8) + head + values


def _directory(entries: Entries, after: int, order: str) -> tuple[bytes, bytes]:
    head, values = struct.pack(order + "H", len(entries)), b""
    for tag, (kind, value) in sorted(entries.items()):
        count = 1 if kind == 4 else len(value)
        short = value.ljust(4, b"\0") if len(value) <= 4 else struct.pack(order + "I", after + len(values))
        head += struct.pack(order + "HHI", tag, kind, count) + short
        values += value if len(value) > 4 else b""
    return head + b"\0\0\0\0", values


def comment(text: str, how: str = "utf-16-be") -> bytes:
    """A UserComment with the prefix that belongs to an encoding; `how` may be a name of one, or `none`."""
    wide = {"utf-16-be": text.encode("utf-16-be"), "utf-16-le": text.encode("utf-16-le"), "bom": text.encode("utf-16")}
    if how in wide:
        return b"UNICODE\0" + wide[how]
    prefix = {"ascii": b"ASCII\0\0\0", "nul": b"\0" * 8, "unicode-utf-8": b"UNICODE\0", "none": b""}[how]
    return prefix + text.encode()


def commented(kind: str, text: str, how: str = "utf-16-be", order: str = ">") -> bytes:
    """A JPEG, WebP, AVIF or PNG with an EXIF UserComment, as piexif or ImageSharp put it there."""
    return saved(kind, exif=exif({}, {USER_COMMENT: (UNDEFINED, comment(text, how))}, order))


def xmp(properties: str, attributes: str = "") -> str:
    """An XMP packet around the properties."""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">\n'
        '   <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n      <rdf:Description rdf:about=""\n'
        '            xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"\n'
        '            xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"\n'
        f'            xmlns:exif="http://ns.adobe.com/exif/1.0/" {attributes}>\n{properties}\n'
        '      </rdf:Description>\n   </rdf:RDF>\n</x:xmpmeta>\n<?xpacket end="w"?>'
    )


def with_xmp(packet: str) -> bytes:
    """A PNG with an XMP packet."""
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", packet)
    return saved("PNG", pnginfo=info)
