"""Raw files as cameras write them, dark on the sensor's left and light on its right.

They are DNG: no other's format is public and simple enough.

Layout: TIFF 6.0; tags: DNG 1.7.1, chapters 2 and 4. A directory with a JPEG preview comes first, as most cameras do it,
and that of the sensor's values below it.
"""

from __future__ import annotations

import io
import struct

from PIL import Image

Entry = tuple[int, int, int, bytes]
"""Tag, type, count and value."""
BYTE, ASCII, SHORT, LONG, RATIONAL, SRATIONAL = 1, 2, 3, 4, 5, 10
DARK, LIGHT = 1 << 9, 1 << 15


def dng(
    size: tuple[int, int],
    orientation: int = 1,
    preview: Image.Image | None = None,
    *,
    claimed: int = 0,
    xmp: bytes = b"",
) -> bytes:
    """A DNG. `size`: as it lies on the sensor; `claimed`: a width that its header pretends."""
    width, height = size
    row = struct.pack("<H", DARK) * (width // 2) + struct.pack("<H", LIGHT) * (width - width // 2)
    values = row * height
    whole = _Tiff()
    sensor = whole.directory(
        [
            *(_long(254, 0), _long(256, claimed or width), _long(257, claimed or height), _short(258, 16)),
            *(_short(259, 1), _short(262, 32803), _short(277, 1), _long(278, claimed or height)),
            *(_long(273, whole.put(values)), _long(279, len(values))),
            *(_short(33421, 2, 2), (33422, BYTE, 4, b"\0\1\1\2"), _long(50714, 0), _long(50717, 65535)),
        ]
    )
    details = whole.directory([_text(36867, "2021:05:06 07:08:09"), _short(34855, 400), _text(42036, "50 mm")])
    first = [
        *(_text(271, "Maker"), _text(272, "Model 5"), _short(274, orientation), _long(330, sensor)),
        *(_long(34665, details), (50706, BYTE, 4, b"\1\4\0\0"), (50707, BYTE, 4, b"\1\1\0\0")),
        *(_text(50708, "Maker Model 5"), _matrix(50721), (50728, RATIONAL, 3, struct.pack("<6I", *[1, 1] * 3))),
        _short(50778, 21),
    ]
    if xmp:
        first.append((700, BYTE, len(xmp), xmp))
    if preview is not None:
        first += _preview(whole, preview)
    return whole.closed(first)


def _preview(whole: _Tiff, picture: Image.Image) -> list[Entry]:
    file = io.BytesIO()
    picture.save(file, "JPEG")
    return [
        *(_long(254, 1), _long(256, picture.width), _long(257, picture.height), _short(258, 8, 8, 8), _short(259, 7)),
        *(_short(262, 6), _short(277, 3), _long(278, picture.height)),
        *(_long(273, whole.put(file.getvalue())), _long(279, file.tell())),
    ]


def _short(tag: int, *values: int) -> Entry:
    return tag, SHORT, len(values), struct.pack(f"<{len(values)}H", *values)


def _long(tag: int, value: int) -> Entry:
    return tag, LONG, 1, struct.pack("<I", value)


def _text(tag: int, said: str) -> Entry:
    content = said.encode() + b"\0"
    return tag, ASCII, len(content), content


def _matrix(tag: int) -> Entry:
    """XYZ to the camera's colours: those of sRGB."""
    values = (32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570)
    return tag, SRATIONAL, 9, b"".join(struct.pack("<ii", value, 10000) for value in values)


class _Tiff:
    """A file in the making."""

    def __init__(self) -> None:
        self._content = bytearray(b"II*\0\0\0\0\0")

    def put(self, content: bytes) -> int:
        """Appends; returns where it stands."""
        self._content += b"\0" * (len(self._content) % 2)
        at = len(self._content)
        self._content += content
        return at

    def directory(self, entries: list[Entry]) -> int:
        """Appends a directory, what does not fit into its entries before it."""
        written = [
            struct.pack("<HHI", tag, kind, count)
            + (value.ljust(4, b"\0") if len(value) <= 4 else struct.pack("<I", self.put(value)))
            for tag, kind, count, value in sorted(entries)
        ]
        return self.put(struct.pack("<H", len(written)) + b"".join(written) + b"\0\0\0\0")

    def closed(self, entries: list[Entry]) -> bytes:
        """The file, with its first directory."""
        self._content[4:8] = struct.pack("<I", self.directory(entries))
        return bytes(self._content)
